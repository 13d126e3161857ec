"""The one settings file. What differs between installations comes from the environment: see docs/operating.md."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from encore.config.discover import installed_tools
from encore.people.words import Role

env = environ.Env()
ROOT = Path(__file__).resolve().parents[2]
# A checkout keeps its data inside (git ignores it); an installed package must not write among the libraries.
CHECKOUT = (ROOT / "pyproject.toml").exists()
DATA = Path(env.str("ENCORE_DATA", default=str(ROOT / "data" if CHECKOUT else "~/.local/share/encore")))
DATA = DATA.expanduser().resolve()

DEBUG = env.bool("ENCORE_DEBUG", default=False)
SECRET_KEY = env.str("ENCORE_SECRET_KEY", default="")
if not SECRET_KEY and (DATA / "secret-key").is_file():
    SECRET_KEY = (DATA / "secret-key").read_text().strip()
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "only-for-development"
if not SECRET_KEY:
    raise ImproperlyConfigured(
        f"Set ENCORE_SECRET_KEY to a long random text, or keep one in {DATA / 'secret-key'}. "
        "There is no default outside debug."
    )

SECRET_KEY_FALLBACKS = env.list("ENCORE_OLD_SECRET_KEYS", default=[])

PLATFORM_NAME = env.str("ENCORE_NAME", default="Encore")
BASE_URL = env.str("ENCORE_BASE_URL", default="http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ENCORE_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("ENCORE_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("ENCORE_HTTPS", default=BASE_URL.startswith("https://"))

INSTALLED_APPS = [
    "django_cotton",
    "lucide",
    "django_htmx",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "encore.base",
    "encore.ledger",
    "encore.people",
    "encore.courses",
    "encore.toolkit",
    *installed_tools(),
    "encore.results",
    "encore.exchange",
    "encore.reports",
    "encore.web",
    "encore.demo",
    "encore.proofs",
    "encore.bench",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "encore.base.middleware.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "encore.ledger.middleware.OriginMiddleware",
    "encore.people.middleware.ActingMiddleware",
    "encore.people.middleware.SignInRequiredMiddleware",
    "encore.people.middleware.DeviceMiddleware",
    "encore.people.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "encore.config.urls"
WSGI_APPLICATION = "encore.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "encore.web.context.frame",
            ],
            "builtins": ["lucide.templatetags.lucide", "encore.base.templatetags.encore"],
        },
    }
]

# Database: SQLite for one machine, PostgreSQL for more. docs/operating.md has the settings of each.
SQLITE: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA / "encore.sqlite3")}
DATABASES: dict[str, dict[str, Any]] = {"default": env.db("DATABASE_URL") if "DATABASE_URL" in env else SQLITE}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
            "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=27103364;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": env.int("ENCORE_DATABASE_POOL", default=8), "timeout": 10},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Courses and sessions lie below the pages that show them, so their addresses are given to them here.
ABSOLUTE_URL_OVERRIDES = {
    "courses.course": lambda course: reverse("course_home", args=[course.code]),
    "courses.coursesession": lambda session: reverse("session_page", args=[session.pk]),
    "courses.sessioncourse": lambda place: reverse("course_in_session", args=[place.session_id, place.course.code]),
}

AUTH_USER_MODEL = "people.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user names are unique whatever their case, by a constraint
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "encore.people.sign_in.UsernameOrEmail"]
PASSWORD_HASHERS = ["encore.people.sign_in.TunedArgon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
INVITATION_DAYS = 30

SECOND_FACTOR_REQUIRED_FOR = env.list("ENCORE_SECOND_FACTOR_REQUIRED_FOR", default=[])  # names of roles
if unknown := set(SECOND_FACTOR_REQUIRED_FOR) - {*Role}:
    raise ImproperlyConfigured(f"ENCORE_SECOND_FACTOR_REQUIRED_FOR: no role is called {', '.join(sorted(unknown))}.")
CONFIRMATION_MINUTES = env.int("ENCORE_CONFIRMATION_MINUTES", default=15)

AXES_FAILURE_LIMIT = env.int("ENCORE_SIGN_IN_ATTEMPTS", default=8)
SIGN_IN_ATTEMPTS_OF_ADDRESS = env.int("ENCORE_SIGN_IN_ATTEMPTS_OF_ADDRESS", default=100)  # whatever the names
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying again too early makes nobody wait longer
AXES_USERNAME_CALLABLE = "encore.people.sign_in.name_for_throttling"
AXES_CLIENT_IP_CALLABLE = "encore.base.devices.address_of"
AXES_HANDLER = "encore.people.sign_in.Attempts"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "encore.people.views.locked_out"

LANGUAGE_CODE = env.str("ENCORE_LANGUAGE", default="en")
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [ROOT / "encore" / "locale"]
TIME_ZONE = env.str("ENCORE_TIME_ZONE", default="Europe/Brussels")  # the platform's zone; storage is UTC
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
UPLOAD_LIMIT = env.int("ENCORE_UPLOAD_MB", default=100) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
ACTIVITY_SECONDS = env.float("ENCORE_ACTIVITY_SECONDS", default=10)  # how often a process writes what it gathered
JOB_STALE_SECONDS = env.int("ENCORE_JOB_STALE_SECONDS", default=60)

EMAIL_CONFIG = env.email("ENCORE_EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("ENCORE_EMAIL_FROM", default="Encore <encore@localhost>")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
    }
}
SECURE_SSL_REDIRECT = HTTPS
BEHIND_PROXY = env.bool("ENCORE_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "encore.people.device_store"
SESSION_COOKIE_NAME = "encore_sign_in"
CSRF_COOKIE_NAME = "encore_csrf"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "encore.web.errors.csrf_failure"

COACH_DAYS = 0  # the platform's default of a session's days of extra access for coaches
