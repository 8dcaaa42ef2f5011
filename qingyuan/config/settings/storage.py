"""Database, static files, uploads, cache and log."""

from typing import Any

from qingyuan.config import discovery, environment, home
from qingyuan.config.database import parameters

DATABASES: dict[str, dict[str, Any]] = {"default": parameters()}

STATIC_URL = "/static/"
STATIC_ROOT = home.directory() / "static"
STATICFILES_DIRS = discovery.interface_directories("static")
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = home.directory() / "attachments"
FILE_UPLOAD_PERMISSIONS = 0o640
# A page of the entry grid sends several fields for each of some hundreds of points.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Per process only: nothing may depend on two processes seeing the same cache.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text(environment.LOG_LEVEL).upper()},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
