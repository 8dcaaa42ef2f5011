"""What a file really is: whatever is sent, it is named rightly or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.platform.files.rules.sniffing import EmptyFile, TypeRefused, media_type_of

ENDINGS = ["pdf", "png", "jpg", "webp", "xlsx", "docx", "csv", "txt", "yaml", "html", "svg", "exe", ""]


@given(st.sampled_from(ENDINGS), st.binary(max_size=60))
def test_anything_is_named_or_refused(ending: str, content: bytes) -> None:
    try:
        found = media_type_of(f"x.{ending}", content)
    except (EmptyFile, TypeRefused):
        return

    assert found in {
        "text/csv",
        "text/plain",
        "application/yaml",
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/webp",
    }
    assert content


@given(st.binary(min_size=1, max_size=60))
def test_nothing_that_a_browser_would_run_is_taken(content: bytes) -> None:
    for ending in ("html", "htm", "svg", "js", "xhtml", "xml"):
        with pytest.raises(TypeRefused):
            media_type_of(f"x.{ending}", content)


@given(st.binary(max_size=80))
def test_broken_office_files_are_refused(rest: bytes) -> None:
    with pytest.raises(TypeRefused):
        media_type_of("x.xlsx", b"PK\x03\x04" + rest)
