"""The home directory of an instance (数据目录): keys, attachments, collected static files, embedded database."""

import hashlib
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from qingyuan.config import environment
from qingyuan.config.environment import SettingError

PACKAGE = Path(__file__).resolve().parent.parent


def directory() -> Path:
    """The instance's home. Made (mode 0755) if it is not there.

    `QINGYUAN_HOME` if set; else `var/` of the checkout the package runs from; else, for an installed package,
    `/var/lib/qingyuan` for root and `~/.local/share/qingyuan` for anybody else.
    """
    named = environment.text(environment.HOME)
    if named:
        path = Path(named).expanduser().resolve()
    elif (PACKAGE.parent / "pyproject.toml").is_file():
        path = PACKAGE.parent / "var"
    elif os.geteuid() == 0:
        path = Path("/var/lib/qingyuan")
    else:
        path = Path.home() / ".local" / "share" / "qingyuan"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"{environment.HOME.name}: cannot make the directory {path}: {error.strerror}") from error
    return path


def fingerprint(path: Path) -> str:
    """Twelve hexadecimal digits that stand for the path where the path itself would be too long."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def secret_key() -> str:
    """Django's signing key, from the environment or from the home."""
    return environment.text(environment.SECRET_KEY) or _kept("secret_key", secrets.token_urlsafe(50))


def data_keys() -> list[str]:
    """Fernet keys of encrypted columns: the first encrypts, all decrypt."""
    named = environment.words(environment.DATA_KEYS)
    return named or [_kept("data_key", urlsafe_b64encode(secrets.token_bytes(32)).decode())]


def _kept(name: str, fresh: str) -> str:
    """The text of the home's file `name`; `fresh` is written to it if it is not there yet, readable by its owner only.

    Two processes that start together must agree: the file appears whole, by a link that only one of them can make.
    """
    path = directory() / name
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(fresh)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first: its key counts
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
