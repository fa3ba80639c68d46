"""Every setting, read from the environment once, here. `manage.py check` says what is wrong."""

from pathlib import Path

from celery.schedules import schedule

from smsportal.lib import broker, logs
from smsportal.lib.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")
ENVIRONMENT_PROBLEMS = env.problems  # told by `manage.py check`, see checks.py

# -- Where we are --------------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = env.folder("VAR_DIR", default=BASE_DIR / "var")
PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SECRET_KEY_FOR_DEMO = "unsafe-key-for-demo-and-tests-only-" + "0" * 20
SECRET_KEY = env.str("SECRET_KEY", default="") or SECRET_KEY_FOR_DEMO
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
IS_SECURE = PORTAL_URL.startswith("https://")

# -- The university ------------------------------------------------------------------------
UNIVERSITY_DOMAINS = env.list("UNIVERSITY_DOMAINS", default=["ox.ac.uk", "example.ac.uk"])
# Where the university's own numbers begin: what follows is an extension of five digits.
UNIVERSITY_NUMBERS = env.list("UNIVERSITY_NUMBERS", default=["018652", "018656", "016329"])
SERVICE_DESK = env.str("SERVICE_DESK", default="01632 960999")
# Shown at the foot of every page: [{"label": "Accessibility", "href": "https://..."}]
FOOTER_LINKS = env.json("FOOTER_LINKS", default=[])
TIME_ZONE = env.time_zone("TIME_ZONE", default="Europe/London")
LANGUAGE_CODE = "en-gb"
USE_TZ = True
USE_I18N = True

# -- Sending -------------------------------------------------------------------------------
SEND_UNDO_SECONDS = env.int("SEND_UNDO_SECONDS", default=10)
CHECK_OVER_PEOPLE = env.int("CHECK_OVER_PEOPLE", default=100)
CHECK_OVER_TENTHS = env.int("CHECK_OVER_TENTHS", default=10_000)
QUIET_FROM_HOUR = env.int("QUIET_FROM_HOUR", default=20)
QUIET_UNTIL_HOUR = env.int("QUIET_UNTIL_HOUR", default=8)
PARTS_PER_BATCH_CAP = env.int("PARTS_PER_BATCH_CAP", default=100_000)
VALIDITY_HOURS = env.int("VALIDITY_HOURS", default=24)
EMERGENCY_RESEND = env.bool("EMERGENCY_RESEND", default=False)
FINANCIAL_YEAR_STARTS = env.day_of_year("FINANCIAL_YEAR_STARTS", default="08-01")
# Hosts that a carrier over HTTP may be at although they are not on the internet, or without TLS.
PRIVATE_CARRIER_HOSTS = env.list("PRIVATE_CARRIER_HOSTS", default=[])
PRICE_LIST = "billing.tariffs.services.PriceList"
INVARIANTS = ["billing.usage.engine.invariants.INVARIANTS"]

# -- Parts of the program ------------------------------------------------------------------
INSTALLED_APPS = [
    "smsportal",
    "accounts",
    "messaging",
    "inbound",
    "billing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]
MIDDLEWARE = [
    "smsportal.health.Probes",
    "smsportal.middleware.RequestContext",
    "smsportal.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.people.middleware.SessionLimits",
    "accounts.people.middleware.SecondStepRequired",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "smsportal.urls"
WSGI_APPLICATION = "smsportal.wsgi.application"
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
                "smsportal.navigation.navigation",
            ],
            "builtins": ["smsportal.templatetags.ui"],
        },
    }
]

# Widgets alone: by Django's own templates they took as long as the rest of a form.
FORM_RENDERER = "django.forms.renderers.Jinja2"

# -- The database --------------------------------------------------------------------------
DATABASE = env.database("DATABASE_URL", default_file=VAR_DIR / "portal.sqlite3")
DATABASES = {"default": DATABASE}
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] = {
        "timeout": 20,
        # A read that turns into a write under DEFERRED fails at once with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
    # Tests with threads and a live server need a file, not memory.
    DATABASE["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
elif DATABASE["ENGINE"] == "django.db.backends.postgresql":
    DATABASE["CONN_MAX_AGE"] = 60
    DATABASE["CONN_HEALTH_CHECKS"] = True
    # What the address itself asks for, such as sslmode=verify-full, comes last and wins.
    asked = DATABASE.get("OPTIONS", {})
    DATABASE["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 5000,
        # Many short statements: to compile one takes far longer than to run it.
        "options": "-c jit=off",
        **asked,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Broker and cache ----------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "smsportal.lib.cache.SteadyRedisCache",
        "LOCATION": broker.cache_url(VAR_DIR, REDIS_URL),
    }
}
CELERY_BROKER_URL = broker.broker_url(VAR_DIR, REDIS_URL)
# The visibility timeout must outlast every task; see the time limits.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
}
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "smsportal.beat.InMemoryScheduler"
# Only idempotent sweeps: two beats, or none for a minute, change nothing but the delay.
CELERY_BEAT_SCHEDULE = {
    # While no worker runs, bells that nobody hears must not pile up.
    name: {"task": name, "schedule": schedule(seconds), "options": {"expires": 2 * seconds + 10}}
    for name, seconds in {
        "accounts.send_mail": 5,
        "accounts.forget_sessions": 3600,
        "accounts.renewals": 600,
        "messaging.sweep": 5,
        "messaging.expand_waiting": 5,
        "messaging.release_due": 5,
        "messaging.tally": 2,
        "messaging.tell_of_caps": 60,
        "messaging.fill_baskets": 5,
        "messaging.run_repeats": 5,
        "messaging.forget_uploads": 3600,
        "messaging.heartbeat": 15,
        "messaging.watch": 15,
        "messaging.imports_waiting": 10,
        "messaging.forget_imports": 600,
        "messaging.forget_calls": 3600,
        "messaging.forget_relayed": 3600,
        "messaging.join_parts": 60,
        "messaging.tell_of_repeats": 5,
        "messaging.mail_relay_summaries": 60,
        "inbound.sort": 2,
        "inbound.call": 10,
        "billing.count_usage": 15,
        "inbound.digest": 60,
        "billing.make_delivery_reports": 10,
        "billing.order_delivery_reports": 60,
        "billing.forget_delivery_reports": 600,
    }.items()
}

# -- What comes in -------------------------------------------------------------------------
SHORT_CODE = env.str("SHORT_CODE", default="81025")
SHORT_CODE_PREFIX = env.str("SHORT_CODE_PREFIX", default="OXFORD").upper()
# Machines inside the university that a keyword may call; all others must be on the internet.
WEBHOOK_HOSTS_INSIDE = env.list("WEBHOOK_HOSTS_INSIDE", default=[])

# -- Email to SMS --------------------------------------------------------------------------
RELAY_DOMAINS = env.list("RELAY_DOMAINS", default=["oxsms.co.uk"])
# What people give to their mail programs: host:port.
RELAY_SERVER = env.str("RELAY_SERVER", default="localhost:8025")
# What proves who has written: password, network, dkim, spf, front. See .env.example.
RELAY_PROOFS = env.list("RELAY_PROOFS", default=["password"])
RELAY_TRUSTED_NETS = env.list("RELAY_TRUSTED_NETS", default=[])
RELAY_AUTHSERV_ID = env.str("RELAY_AUTHSERV_ID", default="")
# Name servers, as 127.0.0.1 or 127.0.0.1:5353; none: those of the machine.
RELAY_DNS_SERVERS = env.list("RELAY_DNS_SERVERS", default=[])
RELAY_HOST = env.str("RELAY_HOST", default="127.0.0.1")
RELAY_PORT = env.int("RELAY_PORT", default=8025)
# For a front server on this machine: a port, or the path of a socket, and where it asks first.
RELAY_LMTP_PORT = env.int("RELAY_LMTP_PORT", default=0)
RELAY_LMTP_SOCKET = env.str("RELAY_LMTP_SOCKET", default="")
RELAY_POLICY_PORT = env.int("RELAY_POLICY_PORT", default=0)
# Without a certificate there is no STARTTLS, and without that nobody signs in.
RELAY_CERTIFICATE = env.str("RELAY_CERTIFICATE", default="")
RELAY_KEY = env.str("RELAY_KEY", default="")
RELAY_MOST_PARTS = env.int("RELAY_MOST_PARTS", default=4)
RELAY_TEXTS_A_SECOND = env.int("RELAY_TEXTS_A_SECOND", default=5)  # of one person, as these
RELAY_TEXTS_A_MINUTE = env.int("RELAY_TEXTS_A_MINUTE", default=60)
RELAY_TEXTS_A_DAY = env.int("RELAY_TEXTS_A_DAY", default=500)
# Within these an alarm that says the same is counted, for those who want it.
RELAY_ALARM_MINUTES = env.int("RELAY_ALARM_MINUTES", default=10)

# -- Mail ----------------------------------------------------------------------------------
EMAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
# Without a mail server the outbox keeps the words; a log must not hold invitation links.
vars().update(env.mail("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10
# Who is told that something is wrong, and after how many hours again.
ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
# Who gets what is written to postmaster@ and abuse@ our domains.
RELAY_OPERATORS = env.list("RELAY_OPERATORS", default=ALERT_EMAILS)
ALERT_REMINDER_HOURS = env.int("ALERT_REMINDER_HOURS", default=4)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SMS Portal <sms@example.ac.uk>")

# -- Sign-in -------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["accounts.people.adapters.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("username", "name", "email")},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
    }.items()
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_USER_DISPLAY = "accounts.people.models.display_name"
ACCOUNT_ADAPTER = "accounts.people.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "accounts.people.forms.passwords.ChangePasswordForm",
    "reset_password": "accounts.people.forms.passwords.ForgotPasswordForm",
    "reset_password_from_key": "accounts.people.forms.passwords.ResetPasswordKeyForm",
}
# The second: requests of people who have no account, by their address and the one they give.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/m/ip", "ask_for_account": "10/h/ip,3/h/key"}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
PASSWORD_RESET_TIMEOUT = 1800
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "accounts.people.adapters.SecondStepAdapter"
SECOND_STEP_REQUIRED = not DEMO
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "SMS Portal"
# Addresses are kept by administrators and verified by nobody; a reset link that was opened must not
# stand in the way of a second step.
MFA_ALLOW_UNVERIFIED_EMAIL = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 2 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_SECURE else "sessionid"
CSRF_FAILURE_VIEW = "smsportal.errors.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_SECURE else "csrftoken"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
X_FRAME_OPTIONS = "DENY"

# -- Files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
# For real, `manage.py collectstatic` gives each file a name that changes with it, and compresses
# it; at home whitenoise serves static/ as it is.
WHITENOISE_USE_FINDERS = not IS_SECURE
if IS_SECURE:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
UPLOAD_DIR = VAR_DIR / "uploads"
REPORT_DIR = VAR_DIR / "reports"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# -- Logs ----------------------------------------------------------------------------------
LOGGING = logs.config(env.str("LOG_LEVEL", default="INFO"))
