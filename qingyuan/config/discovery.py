"""What the package's folders offer, found by looking: apps, templates, static files, catalogues, addresses, tasks.

A new domain or page is a new folder; nobody edits a list that everybody edits.
"""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
FACES = {"office": "", "public": "", "portal": "my/", "reader": "reader/", "api": "api/"}


def apps() -> list[str]:
    """Dotted names of the Django apps: every package under platform and domains that has an apps.py."""
    return [
        f"qingyuan.{floor}.{path.parent.name}"
        for floor in ("platform", "domains")
        for path in sorted((PACKAGE / floor).glob("*/apps.py"))
    ]


def interface_directories(name: str) -> list[Path]:
    """The folders `name` (templates, static) of every face and of every area of a face."""
    interfaces = PACKAGE / "interfaces"
    return [path for path in (*_sorted(interfaces, f"*/{name}"), *_sorted(interfaces, f"*/*/{name}")) if path.is_dir()]


def locale_directories() -> list[Path]:
    """Every folder of message catalogues in the package."""
    return [path for path in _sorted(PACKAGE, "**/locale") if path.is_dir()]


def addresses() -> list[tuple[str, str]]:
    """(prefix, dotted name of a urls module) of each face and each area, in the order in which they are tried."""
    found: list[tuple[str, str]] = []
    for face, prefix in FACES.items():
        root = PACKAGE / "interfaces" / face
        for path in (*_sorted(root, "urls.py"), *_sorted(root, "*/urls.py")):
            found.append((prefix, _dotted(path)))
    return found


def middleware() -> list[str]:
    """Dotted names of the middleware of the faces: what `interfaces/<face>/middleware.py` lists in MIDDLEWARE.

    Only the text of the file is read: the settings must not import a face.
    """
    return _listed("middleware.py", "MIDDLEWARE")


def context_processors() -> list[str]:
    """Dotted names that `interfaces/<face>/context.py` lists in CONTEXT_PROCESSORS."""
    return _listed("context.py", "CONTEXT_PROCESSORS")


def template_libraries() -> dict[str, str]:
    """Template tag libraries of the faces by name: `interfaces/<face>/templatetags/<name>.py`."""
    paths = (*_sorted(PACKAGE, "interfaces/*/templatetags/*.py"), *_sorted(PACKAGE, "interfaces/*/*/templatetags/*.py"))
    return {path.stem: _dotted(path) for path in paths if not path.stem.startswith("_")}


def _listed(file_name: str, constant: str) -> list[str]:
    found: list[str] = []
    for path in _sorted(PACKAGE, f"interfaces/*/{file_name}"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [constant]:
                found += [f"{_dotted(path)}.{name}" for name in ast.literal_eval(node.value)]
    return found


def modules(package: str) -> list[str]:
    """Dotted names of the public modules of a package of ours (`interfaces/tasks`), itself excluded."""
    return [_dotted(path) for path in _sorted(PACKAGE / package, "**/*.py") if not path.stem.startswith("_")]


def _sorted(root: Path, pattern: str) -> list[Path]:
    return sorted(root.glob(pattern))


def _dotted(path: Path) -> str:
    return ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))
