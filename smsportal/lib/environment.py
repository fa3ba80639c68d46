"""Reading settings from the environment: a wrong value becomes words and not a traceback."""

import datetime as dt
import os
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "on", "yes", "y"}
NO = {"0", "false", "off", "no", "n", ""}
SHOULD_BE = {bool: "yes or no (1 or 0)", int: "a whole number"}

# Django needs an engine to start at all. This one answers every question with an error, so that a
# mistyped DATABASE_URL never leads to a database that nobody meant.
NO_DATABASE = {"ENGINE": "django.db.backends.dummy"}


class Environment(environ.Env):
    """django-environ, with a note instead of an exception: `problems` is {variable: what is wrong},
    told by `manage.py check`. The default stands in for a value that cannot be read. No note
    repeats a value that may hold a secret.
    """

    def __init__(self) -> None:
        super().__init__()
        self.problems: dict[str, str] = {}

    def get_value(self, var: str, cast: Any = None, default: Any = None, **more: Any) -> Any:
        if cast is bool:
            return self._yes_or_no(var, default)
        if cast in (None, str) and os.environ.get(var, "").startswith("$"):
            # django-environ would look for a variable of that name, and a password may begin so.
            return os.environ[var]
        try:
            return super().get_value(var, cast=cast, default=default, **more)
        except (ValueError, ImproperlyConfigured):
            should_be = SHOULD_BE.get(cast, "a value that can be read")
            shown = f" is {os.environ.get(var)!r}, which" if cast in SHOULD_BE else ""
            self.problems[var] = f"{var}{shown} is not {should_be}."
            return default

    def database(self, var: str, *, default_file: Path) -> dict[str, Any]:
        """Django's settings of one database: PostgreSQL or SQLite by URL, else `default_file`."""
        url = self.get_value(var, default="")
        if not url:
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(default_file)}
        wrong = self._wrong_database_url(url)
        if not wrong:
            return self._parsed(var, url, self.db_url_config, NO_DATABASE)
        self.problems[var] = f"{var} {wrong}."
        return dict(NO_DATABASE)

    def mail(self, var: str, *, default: str) -> dict[str, Any]:
        """Django's EMAIL_* settings."""
        fallback = self.email_url_config(default)
        return self._parsed(
            var, self.get_value(var, default=default), self.email_url_config, fallback
        )

    def folder(self, var: str, *, default: Path) -> Path:
        """A folder that can be written to; it is made where it is missing."""
        folder = Path(self.get_value(var, default="") or default)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.problems[var] = f"{var} is {str(folder)!r}: {error.strerror}."
        return folder

    def time_zone(self, var: str, *, default: str) -> str:
        """The name of a time zone that this machine knows."""
        name: str = self.get_value(var, default=default)
        if name in zoneinfo.available_timezones():
            return name
        self.problems[var] = f"{var} is {name!r}, which is no time zone."
        return default

    def day_of_year(self, var: str, *, default: str) -> tuple[int, int]:
        """Month and day of "08-01". Not 29 February: it does not come every year."""
        written: str = self.get_value(var, default=default)
        try:
            day = dt.date.fromisoformat(f"2001-{written}")
        except ValueError:
            self.problems[var] = f"{var} is {written!r}, which is no month and day of every year."
            day = dt.date.fromisoformat(f"2001-{default}")
        return day.month, day.day

    def _yes_or_no(self, var: str, default: bool) -> bool:
        written = os.environ.get(var)
        if written is None:
            return default
        if written.strip().lower() not in YES | NO:
            self.problems[var] = f"{var} is {written!r}, which is not {SHOULD_BE[bool]}."
            return default
        return written.strip().lower() in YES

    def _parsed(
        self, var: str, url: str, parse: Callable[[str], dict[str, Any]], fallback: dict[str, Any]
    ) -> dict[str, Any]:
        try:
            return parse(url)
        except (ValueError, ImproperlyConfigured):
            self.problems[var] = f"{var} cannot be read as an address."
            return dict(fallback)

    @staticmethod
    def _wrong_database_url(url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not separator:
            return "is not an address: it has no ://"
        if scheme in ("postgres", "postgresql"):
            try:
                parts = urlsplit(url)
                _ = parts.port
            except ValueError:
                return "cannot be read: write special characters of the password as %23, %2F, %40"
            return "" if parts.path.strip("/") else "names no database after the host"
        if scheme == "sqlite":
            return (
                "" if rest.startswith("/") and rest.strip("/") else "names no file: sqlite:////path"
            )
        return f"begins with {scheme!r}: the portal knows postgres and sqlite"
