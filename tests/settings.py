"""Settings of the tests: as in the product, but static files unhashed and passwords cheap to hash."""

import os
from pathlib import Path

# A home of its own below the instance's: tests never touch an instance's database or keys.
_HOME = Path(os.environ.get("QINGYUAN_HOME") or Path(__file__).resolve().parent.parent / "var")
if _HOME.name != "tests":
    os.environ["QINGYUAN_HOME"] = str(_HOME / "tests")

from qingyuan.config.settings import *  # noqa: E402

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
OFFICE_GALLERY = True
