"""Every setting of an installation. What comes from the environment is documented in docs/settings.md."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from django.utils.translation import to_language

from paydesk.config import environment
from paydesk.config.content_security import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from paydesk.kit.language import own_name

SOURCE = Path(__file__).resolve().parent.parent

# --- Where the portal is -----------------------------------------------------------------------------------------
PAYDESK_URL = environment.text("PAYDESK_URL", "http://127.0.0.1:8000").rstrip("/")
_HOST = urlsplit(PAYDESK_URL).hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


IS_LOOPBACK = _is_loopback(_HOST)
IS_HTTPS = PAYDESK_URL.startswith("https://")
if not IS_HTTPS and not IS_LOOPBACK:
    raise ImproperlyConfigured("PAYDESK_URL must begin with https:// anywhere but on loopback.")

#: The merchant middleware answers only for this host and the merchants' own; links are built from settings alone (T14).
ALLOWED_HOSTS = ["*"]
#: How many reverse proxies stand in front and add to X-Forwarded-For; 0 takes the peer's own address.
PAYDESK_PROXY_COUNT = environment.whole_number("PAYDESK_PROXY_COUNT", 0)

# --- Secrets -----------------------------------------------------------------------------------------------------
SECRET_KEY = environment.secret("PAYDESK_SECRET_KEY", is_loopback=IS_LOOPBACK)
PAYDESK_ENCRYPTION_KEY = environment.secret("PAYDESK_ENCRYPTION_KEY", is_loopback=IS_LOOPBACK)

# --- Database ----------------------------------------------------------------------------------------------------
DATABASES = {
    "default": environment.database(environment.text("PAYDESK_DATABASE_URL", "sqlite:///paydesk.sqlite3"))
}
#: Remembers outside the database how far it was, so that a restored backup is noticed. Never restore it as well.
PAYDESK_HEARTBEAT_FILE = environment.text(
    "PAYDESK_HEARTBEAT_FILE", environment.heartbeat_file(DATABASES["default"])
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
#: R2: no transaction is held while we wait for a gateway.
ATOMIC_REQUESTS = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Parts -------------------------------------------------------------------------------------------------------
DEBUG = False
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "paydesk.events",
    "paydesk.work",
    "paydesk.merchants",
    "paydesk.billing.concerns",
    "paydesk.billing.holds",
    "paydesk.billing.customers",
    "paydesk.billing.payment_methods",
    "paydesk.billing.orders",
    "paydesk.billing.subscriptions",
    "paydesk.billing.ledger",
    "paydesk.billing.payments",
    "paydesk.billing.backups",
    "paydesk.billing.arrangements",
    "paydesk.billing.arrangements.moving",
    "paydesk.billing.receipts",
    "paydesk.access",
    "paydesk.notices",
    "paydesk.sync",
    "paydesk.portal",
    "paydesk.config",
]
ROOT_URLCONF = "paydesk.config.urls"
WSGI_APPLICATION = "paydesk.config.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "paydesk.merchants.doorway.MerchantMiddleware",
    "paydesk.portal.spoken.LanguageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "paydesk.access.doorway.VisitorMiddleware",
]
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [SOURCE / "portal" / "pages"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "paydesk.config.templates.environment", "auto_reload": False},
    },
]

# --- What a browser may do ---------------------------------------------------------------------------------------
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
#: Not `no-referrer`: with it browsers send `Origin: null` with our own forms, and no CSRF check can pass.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"
#: Over http on loopback only, the prefix and Secure fall away.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}paydesk-csrf"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "paydesk.portal.refusals.csrf_failed"
if IS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
#: A webhook may have 1 MiB, and no form of ours needs more.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
#: A gateway's folder may hold the script that drives the company's fields; a new one needs no entry here.
STATICFILES_DIRS = sorted((SOURCE / "gateways").glob("*/static"))
STATIC_ROOT = environment.text("PAYDESK_STATIC_ROOT", str(Path.cwd() / ".static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Languages ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LOCALE_PATHS = [SOURCE / "locale"]
#: English is what the texts are written in; of every other language there is a catalogue, and no entry here.
#: How a language names itself is looked up where it is shown: it would be 30 ms of every start.
_own_name = lazy(own_name, str)
LANGUAGES = [
    (code, _own_name(code))
    for code in ("en", *sorted(to_language(path.parts[-3]) for path in LOCALE_PATHS[0].glob("*/*/django.mo")))
]
USE_I18N = True

# --- Letters -----------------------------------------------------------------------------------------------------
#: The demo's mailbox shows every letter, sign-in links among them: it exists on loopback only.
PAYDESK_MAILBOX = environment.flag("PAYDESK_MAILBOX")
if PAYDESK_MAILBOX and not IS_LOOPBACK:
    raise ImproperlyConfigured("PAYDESK_MAILBOX shows sign-in links to anyone: it is for loopback only.")
DEFAULT_FROM_EMAIL = environment.text("PAYDESK_MAIL_FROM", "billing@localhost")
EMAIL_TIMEOUT = 20
if PAYDESK_MAILBOX:
    EMAIL_BACKEND = "paydesk.notices.mailbox.MailboxBackend"
else:
    EMAIL_BACKEND = environment.text("PAYDESK_MAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    globals().update(environment.mail(environment.text("PAYDESK_MAIL_URL", "smtp://127.0.0.1:25")))
#: What a mail service of anymail wants to know. Not an app of ours: only who sends a letter loads it, never a page.
ANYMAIL = environment.mapping("PAYDESK_MAIL_OPTIONS")

#: How long a process remembers a merchant that it found; 0: it asks each time.
PAYDESK_MERCHANT_SECONDS = environment.whole_number("PAYDESK_MERCHANT_SECONDS", 0)

# --- Gateways ----------------------------------------------------------------------------------------------------
PAYDESK_GATEWAY_SECONDS = environment.whole_number("PAYDESK_GATEWAY_SECONDS", 20)

# --- Receipts ----------------------------------------------------------------------------------------------------
#: Further fonts to print receipts with; every font inside may be used.
PAYDESK_FONTS = environment.folder("PAYDESK_FONTS")

# --- Logs --------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "paydesk.config.logs.configure"
#: Django calls it only with something to hand over (`django/utils/log.py`).
LOGGING = {"version": 1}
PAYDESK_LOG_LEVEL = environment.log_level("PAYDESK_LOG_LEVEL")

# --- Drills ------------------------------------------------------------------------------------------------------
environment.faults(is_loopback=IS_LOOPBACK)
