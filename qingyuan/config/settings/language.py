"""Chinese first, English too; instants in UTC, civil dates in the utility's zone."""

from qingyuan.config import discovery, environment

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = discovery.locale_directories()
FORMAT_MODULE_PATH = ["qingyuan.config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text(environment.TIME_ZONE)
