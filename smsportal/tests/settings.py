"""The real settings, with what would reach outside the process replaced."""

import os
from pathlib import Path

# Workers that test side by side share neither files, nor locks, nor throttles. This has to come
# before the settings are read.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER:
    here = os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var"
    os.environ["VAR_DIR"] = str(Path(here) / WORKER)

from smsportal.settings import *  # noqa: E402, F403, TID251
from smsportal.settings import CACHES, REDIS_URL  # noqa: E402, TID251

CELERY_TASK_ALWAYS_EAGER = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
if REDIS_URL:
    database = int(WORKER.removeprefix("gw") or 0) + 8
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{database}"
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# The tests of people switch it on; the others are not about it.
SECOND_STEP_REQUIRED = False
