"""Keys, cookies, passwords and the headers that keep foreign content out."""

from qingyuan.config import client_address, environment, home

DEBUG = environment.flag(environment.DEBUG)
SECRET_KEY = home.secret_key()
DATA_KEYS = home.data_keys()
ALLOWED_HOSTS = environment.words(environment.ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = environment.words(environment.TRUSTED_ORIGINS)
# X-Forwarded-For is believed from these alone: everybody else could write there whatever he likes.
TRUSTED_PROXIES = client_address.networks(environment.TRUSTED_PROXIES)
# Calls in a minute, of one token and of one address; 0 is no limit.
API_CALLS_PER_MINUTE = environment.whole(environment.API_CALLS, minimum=0, maximum=1_000_000)
CALCULATOR_CALLS_PER_MINUTE = environment.whole(environment.CALCULATOR_CALLS, minimum=0, maximum=1_000_000)

_HTTPS = environment.flag(environment.HTTPS)
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
_POLICY = (
    "default-src 'self'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
)
CONTENT_SECURITY_POLICY = "; ".join((*_POLICY, "frame-ancestors 'self'"))
# The public calculator alone may stand in other sites' frames.
CALCULATOR_FRAMES = environment.origins(environment.CALCULATOR_FRAMES)
CALCULATOR_SECURITY_POLICY = "; ".join((*_POLICY, " ".join(("frame-ancestors 'self'", *CALCULATOR_FRAMES))))

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * environment.whole(environment.SESSION_MINUTES, minimum=1, maximum=24 * 60)
# The age counts from the last request, not from the sign-in: interfaces.office.access prolongs it, not each page.
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _HTTPS
CSRF_FAILURE_VIEW = "qingyuan.interfaces.office.shell.refusals.csrf_failure"

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["qingyuan.platform.staff.session_backend.SessionBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
