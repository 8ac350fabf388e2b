"""Every setting of the project, read from the environment; `.env.example` lists what can be set."""

import datetime as dt
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.urls import reverse_lazy

from runacall.env import BASE_DIR, env

DEBUG = env.bool("DEBUG", False)
# Only for `make demo`: an emulator may replace QuickBooks outside DEBUG.
DEMO = env.bool("DEMO", False)
SECRET_KEY = env.str("SECRET_KEY", "only-for-development" if DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
SECURE_COOKIES = env.bool("SECURE_COOKIES", not DEBUG)

# `runacall.settings` and `runacall.urls` put the apps together, so only they name all three.
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "django_q",
    "axes",
    "runacall.organizations",
    "runacall.accounts",
    "runacall.invoices",
    "qbo",
    "sync",
]

MIDDLEWARE = [
    "runacall.probes.ProbesMiddleware",
    # Pages of a list shrink to a tenth. Django adds random bytes, so that the length gives no secret away.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "runacall.organizations.middleware.CurrentOrganizationMiddleware",
    "runacall.accounts.middleware.LoggedOutMiddleware",
    "runacall.accounts.middleware.OwnPasswordMiddleware",
    "sync.log.support_looks.SupportLooksMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "runacall.urls"
WSGI_APPLICATION = "runacall.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- database -----------------------------------------------------------------------------------------------

SQLITE_OPTIONS: dict[str, Any] = {
    # Without WAL and immediate transactions, writers fail instead of waiting for each other.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'runacall.sqlite3'}")
}
# Set explicitly: the reader of DATABASE_URL has already put 0 there, and False for the checks below.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", 60)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"].setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Report an unavailable database soon, instead of after the system's two minutes.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
    # A pooler that gives out a session per transaction cannot keep a cursor open after it.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("DATABASE_POOLED_BY_TRANSACTION", False)
    if not DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"]:
        # A page reads few rows, by indexes: to compile its plan, or to start other processes for it, takes longer than
        # they save. PGOPTIONS, which PostgreSQL's library itself would read, is kept.
        quick = f"{env.str('PGOPTIONS', '')} -c jit=off -c max_parallel_workers_per_gather=0".strip()
        DATABASES["default"]["OPTIONS"].setdefault("options", quick)
# A streaming replica of that server, for the pages of REPLICA_VIEWS alone; see `runacall.replica`.
DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", "")
DATABASE_REPLICA_MAX_LAG = env.float("DATABASE_REPLICA_MAX_LAG", 10)
REPLICA_VIEWS = {
    "admin:sync_syncevent_changelist",
    "admin:sync_syncevent_change",
    "admin:sync_syncevent_live",
    "sync:export_log",
    "sync:support_bundle",
    "sync:event_bundle",
}
# Tables of other apps decide who may see what: a membership that was just ended must not live on for seconds.
REPLICA_APPS = {"invoices", "qbo", "sync"}
if DATABASE_REPLICA_URL:
    DATABASES["replica"] = {**DATABASES["default"], **env.dj_db_url("DATABASE_REPLICA_URL")}
    for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS", "DISABLE_SERVER_SIDE_CURSORS"):
        DATABASES["replica"][name] = DATABASES["default"].get(name, False)
    # A page waits no longer than this for a replica that does not answer.
    DATABASES["replica"]["OPTIONS"] = {**DATABASES["replica"].get("OPTIONS", {}), "connect_timeout": 2}
    DATABASE_ROUTERS = ["runacall.replica.ReplicaRouter"]
    MIDDLEWARE.append("runacall.replica.ReplicaMiddleware")
# The server itself, where DATABASE_URL leads to such a pooler: clusters listen there for new tasks.
DATABASE_LISTEN_URL = env.str("DATABASE_LISTEN_URL", "")

# --- background jobs ----------------------------------------------------------------------------------------

# django-q2 only starts the work; our own tables are the queue of record (docs/decisions). A drain makes no call after
# 60 s and a call ends within 125 s, so `timeout` is longer than both together and `retry` longer than that.
Q_CLUSTER: dict[str, object] = {
    "name": env.str("Q_NAME", "sync"),
    "label": "Background jobs",
    "orm": "default",
    "broker_class": "sync.worker.broker.PromptBroker",
    "workers": env.int("Q_WORKERS", 2),
    "timeout": env.int("Q_TIMEOUT", 240),
    "retry": env.int("Q_RETRY", 900),
    "queue_limit": 2,
    "bulk": 1,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    # Off: a worker that ends looks like one that was killed, and the cluster is replaced; max_rss is enough.
    "recycle": 0,
    "max_rss": 300_000,
    "poll": env.float("Q_POLL", 1.0),
    "catch_up": False,
    "guard_cycle": 1,
    "log_level": "WARNING",
}

# The token for /metrics; without it the page does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# A file that run_cluster touches every second, for a health check that looks at it; none by default.
CLUSTER_ALIVE_FILE = env.str("CLUSTER_ALIVE_FILE", "")

# --- QuickBooks Online --------------------------------------------------------------------------------------

QBO_CLIENT_ID = env.str("QBO_CLIENT_ID", "")
QBO_CLIENT_SECRET = env.str("QBO_CLIENT_SECRET", "")
QBO_ENVIRONMENT = env.str("QBO_ENVIRONMENT", "production", validate=lambda name: name in ("production", "sandbox"))
# A local emulator that "Connect QuickBooks Online" uses instead of Intuit; loopback only.
QBO_EMULATOR_URL = env.str("QBO_EMULATOR_URL", "")
QBO_REDIRECT_URL = env.str("QBO_REDIRECT_URL", "")
# Signs Intuit's webhooks to /quickbooks/webhooks/; without it they are refused, and changes are only polled.
QBO_WEBHOOK_VERIFIER = env.str("QBO_WEBHOOK_VERIFIER", "")
# Fernet keys, newest first; tokens are encrypted with the first and read with any.
TOKEN_KEYS: list[str] = env.list("TOKEN_KEYS", [])

# How many days finished work is kept; everything else is kept as long as the shop (manage.py maintain).
RETENTION_DAYS = {
    "BODIES": env.int("RETENTION_BODIES_DAYS", 90),
    "EVENTS": env.int("RETENTION_EVENTS_DAYS", 400),
    "TASK_RESULTS": env.int("RETENTION_TASK_RESULTS_DAYS", 30),
    "SIGN_INS": env.int("RETENTION_SIGN_INS_DAYS", 400),
}

SUPPORT_EMAIL = "admin@runacall.com"

# How the engine paces itself, in seconds. Chaos tests scale these down; nothing else should.
SYNC: dict[str, Any] = {
    "HTTP_CONNECT_TIMEOUT": env.float("SYNC_HTTP_CONNECT_TIMEOUT", 3.05),
    "HTTP_READ_TIMEOUT": env.float("SYNC_HTTP_READ_TIMEOUT", 125),  # Intuit cuts a request at 120 s
    # A write leaves within this time after it was decided on, or not at all: nobody waits for it for longer than that
    # and one answer.
    "LEAVES_WITHIN": env.float("SYNC_LEAVES_WITHIN", 10),
    # A page waits at most this long for QuickBooks; the rest is read in the background.
    "PAGE_SECONDS": env.float("SYNC_PAGE_SECONDS", 10),
    # The most bytes of an answer, unpacked; a longer one is cut off.
    "LARGEST_ANSWER": env.int("SYNC_LARGEST_ANSWER", 20000000),
    "DRAIN_SECONDS": env.float("SYNC_DRAIN_SECONDS", 60),
    "LEASE_SECONDS": env.float("SYNC_LEASE_SECONDS", 180),
    "REQUEST_ID_TRUSTED_FOR": env.float("SYNC_REQUEST_ID_TRUSTED_FOR", 300),
    "RETRY_DELAYS": env.list("SYNC_RETRY_DELAYS", [300, 1800, 3600], subcast=float),
    "BATCH_SIZE": env.int("SYNC_BATCH_SIZE", 30),
    # So few writes go each on its own, and leave Intuit's 40 batches a minute to who has many.
    "ALONE_AT_MOST": env.int("SYNC_ALONE_AT_MOST", 5),
    # A number that nothing in the company had is not asked for again within so many seconds; 0 asks for each.
    "NUMBERS_COUNT_FOR": env.float("SYNC_NUMBERS_COUNT_FOR", 15),
    "BATCHES_IN_FLIGHT": env.int("SYNC_BATCHES_IN_FLIGHT", 8),
    "REQUESTS_A_MINUTE": env.int("SYNC_REQUESTS_A_MINUTE", 500),
    "REQUESTS_A_SECOND": env.int("SYNC_REQUESTS_A_SECOND", 10),
    "BATCHES_A_MINUTE": env.int("SYNC_BATCHES_A_MINUTE", 40),
    "THROTTLE_PAUSE": env.float("SYNC_THROTTLE_PAUSE", 60),
    # How often QuickBooks is asked what has changed: each time is one metered read. Beside webhooks it
    # only finds what they lost.
    "READ_CHANGES_EVERY": env.float("SYNC_READ_CHANGES_EVERY", 900),
    "READ_CHANGES_BESIDE_WEBHOOKS": env.float("SYNC_READ_CHANGES_BESIDE_WEBHOOKS", 7200),
    "WAKE_LOST_AFTER": env.float("SYNC_WAKE_LOST_AFTER", 60),
}

# --- signing in ---------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "runacall.accounts.lockout.AddressLimit",
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 4 * 3600
# The number of our reverse proxies in front of the web process; that many addresses of X-Forwarded-For are trusted.
PROXIES = env.int("PROXIES", 0)
# By name and address together: a person who guesses is locked out, not the person whose name they type.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "runacall.accounts.client_address.client_address"
AXES_USERNAME_CALLABLE = "runacall.accounts.lockout.typed_name"
AXES_LOCKOUT_CALLABLE = "runacall.accounts.lockout.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # our own record has more, and has pages
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- e-mail -------------------------------------------------------------------------------------------------

EMAIL_HOST = env.str("EMAIL_HOST", "")
# Without a mail server, e-mail is written to the log, and links can be copied from there.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "Run a Call <no-reply@runacall.com>")
# The address where people open this site, for links that a command prints; pages know their own address.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000")

# --- language, time, files ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = "runacall.formats"

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "runacall.static_files.LeanStaticFiles"
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- security -----------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
# Without a proxy that says how a request came in, the redirect would loop forever.
SECURE_SSL_REDIRECT = BEHIND_TLS_PROXY
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000) if SECURE_COOKIES and BEHIND_TLS_PROXY else 0
SILENCED_SYSTEM_CHECKS = [
    # Subdomains and browsers' preload lists are the domain owner's decision and hard to undo.
    "security.W005",
    "security.W021",
    # SQLite leaves out the further columns of an index, which only speed up PostgreSQL.
    "models.W040",
]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "runacall.error_pages.form_expired"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # unfold's Alpine evaluates expressions and sets styles; inline scripts stay forbidden.
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [
            SELF,
            "https://appcenter.intuit.com",
            *([QBO_EMULATOR_URL] if QBO_EMULATOR_URL else []),
        ],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "runacall.operators_log.PlainLines",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "runacall.operators_log.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": env.str("LOG_FORMAT", "line" if DEBUG else "json")}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    # One line for each drain and each submission, whatever the level of other loggers.
    "loggers": {"runacall.operations": {"level": env.str("OPERATIONS_LOG_LEVEL", "WARNING" if DEBUG else "INFO")}},
}

# --- the admin's look ---------------------------------------------------------------------------------------


# An entry is shown to people who may open its page: `RunACallAdminSite.may_open` asks the page itself.
def _link(title: str, icon: str, url_name: str, *arguments: str, **more: object) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse_lazy(url_name, args=arguments), **more}


UNFOLD = {
    "SITE_TITLE": "Run a Call",
    "SITE_HEADER": "Run a Call",
    "SITE_SYMBOL": "home_repair_service",
    # No "View site": these pages are the site.
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("runacall/favicon.svg")}],
    "LOGIN": {"form": "runacall.accounts.passwords.LogInForm"},
    "STYLES": [lambda request: static("runacall/runacall.css")],
    "SCRIPTS": [
        lambda request: static("runacall/select2_names.js"),
        lambda request: static("runacall/menus.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "240 253 250",
            "100": "204 251 241",
            "200": "153 246 228",
            "300": "94 234 212",
            "400": "45 212 191",
            "500": "20 184 166",
            # From here on one step darker than the usual teal: white on it, and it on white, is easy to read (4.5:1).
            "600": "15 118 110",
            "700": "17 94 89",
            "800": "19 78 74",
            "900": "18 65 62",
            "950": "4 47 46",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "Work",
                "items": [
                    _link("Invoices", "receipt_long", "admin:invoices_invoice_changelist"),
                    _link("Customers", "groups", "admin:invoices_customer_changelist"),
                    _link("Pricebook", "sell", "admin:invoices_pricebookitem_changelist"),
                    _link("Categories", "folder", "admin:invoices_pricebookcategory_changelist"),
                    _link("Tax rates", "request_page", "admin:invoices_taxrate_changelist"),
                    _link("Payments", "payments", "admin:invoices_payment_changelist"),
                ],
            },
            {
                "title": "Settings → QuickBooks",
                "items": [
                    _link("Status", "cable", "qbo:status"),
                    _link("Tax", "percent", "qbo:tax"),
                    _link("Items", "category", "qbo:items"),
                    _link("Products and services", "inventory_2", "sync:products"),
                    _link("Customers", "person_search", "sync:customers"),
                    _link("Invoices", "request_quote", "qbo:invoices"),
                    _link("Payments", "account_balance", "qbo:payments"),
                    _link("Tie-out", "balance", "sync:tie_outs"),
                    _link("Notifications", "notifications", "sync:notifications"),
                    _link(
                        "Sync log",
                        "sync",
                        "admin:sync_syncevent_changelist",
                        badge="sync.log.attention.sidebar_badge",
                    ),
                ],
            },
            {
                "title": "Settings",
                "items": [
                    _link("Organization", "storefront", "admin:organizations_organization_changelist"),
                    _link("Team", "badge", "admin:organizations_membership_changelist"),
                    _link("Invitations", "mail", "admin:accounts_invitation_changelist"),
                    _link("Sign-ins", "login", "admin:accounts_signin_changelist"),
                    _link("Support visits", "visibility", "admin:sync_supportlook_changelist"),
                ],
            },
            {
                "title": "Support",
                "items": [
                    _link("Shops", "stethoscope", "sync:shops"),
                    _link("Users", "person", "admin:auth_user_changelist"),
                    _link("Groups", "group", "admin:auth_group_changelist"),
                ],
            },
            {
                "title": "Help",
                "items": [
                    _link("Getting started", "flag", "qbo:help", "getting-started-with-quickbooks-online"),
                    _link(
                        "Resolving common QuickBooks errors",
                        "help",
                        "qbo:help",
                        "resolving-common-quickbooks-errors",
                    ),
                    _link(
                        "Mapping tax rates",
                        "menu_book",
                        "qbo:help",
                        "mapping-tax-rates-to-quickbooks-online",
                    ),
                ],
            },
        ],
    },
}
