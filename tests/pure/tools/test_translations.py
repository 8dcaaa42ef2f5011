"""The catalogue tool on a planted package: each gap is found, update appends, compile makes the files equal again."""

from pathlib import Path

import pytest

from qingyuan.tools.translations.catalogues import compile_all, problems
from qingyuan.tools.translations.missing import update_all

HEADER = 'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An area with a sentence, a plural, a template and a refusal; its catalogue has the sentence alone."""
    root = tmp_path / "planted"
    area = root / "interfaces/office/area"
    (area / "templates/area").mkdir(parents=True)
    (area / "views.py").write_text(
        'from django.utils.translation import gettext as _, ngettext\nA = _("Saved")\nB = ngettext("%(n)s row", "%(n)s rows", 2)\n'
    )
    (area / "refusals.py").write_text('class Taken(Exception):\n    code = "area.taken"\n')
    (area / "templates/area/page.html").write_text('{% load i18n %}{% translate "Heading" %}')
    write(area, "zh_Hans", 'msgid "Saved"\nmsgstr "已保存"\n')
    compile_all(root)
    return root


def write(area: Path, language: str, entries: str) -> Path:
    path = area / "locale" / language / "LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.replace("zh_Hans", language) + entries, encoding="utf-8")
    return path


def texts(package: Path) -> list[str]:
    return [line.partition(": ")[2] for line in problems(package)]


def test_every_gap_is_found(package: Path) -> None:
    assert sorted(texts(package)) == [
        "no Chinese for '%(n)s row'",
        "no Chinese for 'Heading'",
        "no Chinese sentence for the error code 'area.taken'",
        "no English sentence for the error code 'area.taken'",
    ]


def test_update_appends_what_is_missing_and_leaves_the_rest(package: Path) -> None:
    area = package / "interfaces/office/area"
    chinese = area / "locale/zh_Hans/LC_MESSAGES/django.po"
    before = chinese.read_text(encoding="utf-8")

    added = update_all(package)

    after = chinese.read_text(encoding="utf-8")
    assert added == {chinese: 3, area / "locale/en/LC_MESSAGES/django.po": 1}
    assert after.startswith(before)
    assert 'msgid_plural "%(n)s rows"\nmsgstr[0] ""' in after
    assert update_all(package) == {}


def test_untranslated_and_fuzzy_entries_and_foreign_places_are_found(package: Path) -> None:
    write(
        package / "interfaces/office/area",
        "zh_Hans",
        'msgid "Saved"\nmsgstr ""\n\n#, fuzzy\nmsgid "Heading"\nmsgstr "标题"\n\nmsgid "%(n)s left"\nmsgstr "剩 %(count)s"\n',
    )

    found = texts(package)

    assert "'Saved' is not translated" in found
    assert "'Heading' is marked fuzzy" in found
    assert "'%(n)s left' and its translation have different places" in found


def test_stale_compiled_catalogue_is_found_and_mended(package: Path) -> None:
    path = write(package / "interfaces/office/area", "zh_Hans", 'msgid "Saved"\nmsgstr "已存"\n')
    assert any("stale" in text for text in texts(package))

    assert compile_all(package) == [path.with_suffix(".mo")]

    assert not any("stale" in text for text in texts(package))
    assert compile_all(package) == []


def test_a_message_with_two_meanings_in_two_catalogues_is_found(package: Path) -> None:
    other = package / "interfaces/office/other"
    write(other, "zh_Hans", 'msgid "Saved"\nmsgstr "已存"\n')
    compile_all(package)

    assert [text for text in texts(package) if "Saved" in text] == [
        "'Saved' is '已存' here and '已保存' in planted/interfaces/office/area/locale/zh_Hans/LC_MESSAGES/django.po: agree on one, or give one of them a context"
    ]


@pytest.mark.parametrize(
    ("language", "entry"),
    [
        ("zh_Hans", 'msgid "Saved"\nmsgstr "已保存"\n'),
        ("zh_Hans", 'msgctxt "water"\nmsgid "Saved"\nmsgstr "节约"\n'),
        ("en", 'msgid "Saved"\nmsgstr "Kept"\n'),
    ],
)
def test_agreement_a_context_or_another_language_is_no_disagreement(package: Path, language: str, entry: str) -> None:
    write(package / "interfaces/office/other", language, entry)
    compile_all(package)

    assert [text for text in texts(package) if "Saved" in text] == []
