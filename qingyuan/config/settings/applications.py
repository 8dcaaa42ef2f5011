"""Which apps, middleware, templates and background tasks there are."""

from qingyuan.config import discovery

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    *discovery.apps(),
]
AUTH_USER_MODEL = "staff.Staff"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "qingyuan.config.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qingyuan.config.middleware.RequestIdMiddleware",
    "qingyuan.config.middleware.SecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "qingyuan.config.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *discovery.middleware(),
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": discovery.interface_directories("templates"),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                *discovery.context_processors(),
            ],
            "libraries": discovery.template_libraries(),
        },
    }
]

ROOT_URLCONF = "qingyuan.config.urls"
WSGI_APPLICATION = "qingyuan.config.wsgi.application"

# Tasks live in interfaces/tasks, not in a `tasks` module of each app.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = discovery.modules("interfaces/tasks")
PROCRASTINATE_ON_APP_READY: str | None = None
# Without a graceful timeout a stop waits for ever; chunks are 2 s at most.
PROCRASTINATE_WORKER_DEFAULTS = {"shutdown_graceful_timeout": 10, "delete_jobs": "successful"}
