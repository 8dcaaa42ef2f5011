"""What the commands about tariff files share: reading a file, and the words of its problems."""

from collections.abc import Iterable
from pathlib import Path

from qingyuan.domains.tariffs.rules.nodes import FileProblem
from qingyuan.interfaces.commands import _words
from qingyuan.kernel.errors import DomainError

FOLDER = "domains/tariffs/rules"


class Unusable(Exception):
    """What was asked cannot be done as asked; the text says why and names the option or the file."""


def gettext(text: str) -> str:
    return _words.words(FOLDER)(text)


def sentence(refusal: DomainError) -> str:
    return _words.sentence(FOLDER, refusal)


def problem_text(problem: FileProblem) -> str:
    """The complaint in the reader's language, with place and line left to the caller."""
    said = gettext(problem.code)
    return said % dict(problem.params) if said != problem.code else f"{problem.code} {dict(problem.params)}"


def problem_lines(name: str, problems: Iterable[FileProblem]) -> str:
    """One line per complaint, with the file's name, the line and the place in it."""
    at = gettext("%(name)s, line %(line)s, %(place)s: %(problem)s")
    return "\n".join(
        at % {"name": name, "line": each.line, "place": each.place or "/", "problem": problem_text(each)}
        for each in problems
    )


def read_text(path: Path) -> str:
    """The file's text. Raises Unusable when it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unusable(
            gettext("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": error.strerror}
        ) from error
    except UnicodeDecodeError as error:
        raise Unusable(
            gettext("%(path)s is not UTF-8 text (byte %(byte)s)") % {"path": path, "byte": error.start}
        ) from error
