"""An admin says what becomes of the texts to a keyword of the department."""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.audit.services import record
from accounts.people.access import require
from accounts.people.models import Person
from inbound.calling.services import refusal_of
from inbound.calling.writing import new_secret
from inbound.keywords.models import Keyword
from smsportal.lib.errors import Refused
from smsportal.lib.sealing import seal

ADMIN: Final = "handle_keywords"
HANDLING: Final = (
    "emails", "mobiles", "replies", "reply", "has_hours", "opens_at", "closes_at", "days",
    "reply_outside",
)  # fmt: skip
SECRET_BYTES: Final = 32


@transaction.atomic
def change(
    *,
    keyword: Keyword,
    webhook_url: str,
    wants_new_secret: bool,
    readers: Sequence[Person],
    by: Person,
    now: dt.datetime,
) -> str:
    """Keep what was put into `keyword`. Answers a secret that was made, to be shown this once; it
    is kept sealed. Raises Refused.
    """
    require(by, ADMIN)
    if keyword.department_id != by.department_id:
        raise PermissionDenied("Keywords are set up by their department's administrators.")
    kept = Keyword.objects.live().select_for_update().filter(pk=keyword.pk).first()
    if kept is None:
        words = f"{keyword} was taken back by the messaging team, so nothing of it can be changed."
        raise Refused(words)
    if webhook_url and (refusal := refusal_of(webhook_url)):
        raise Refused(f"{webhook_url[:80]} {refusal}.", field="id_webhook_url")
    secret = _new_secret(kept, webhook_url, wants_new_secret)
    keyword.webhook_url = webhook_url
    keyword.webhook_secret = kept.webhook_secret if webhook_url else ""
    if secret:
        keyword.webhook_secret = seal(secret)
    keyword.save(update_fields=[*HANDLING, "webhook_url", "webhook_secret"])
    keyword.readers.set(_of_the_department(readers, keyword))
    record(by=by, verb="keywords.changed", words=_said(keyword, by, secret), on=keyword, now=now)
    return secret


def _new_secret(kept: Keyword, webhook_url: str, wants_new: bool) -> str:
    if not webhook_url or (kept.webhook_secret and not wants_new):
        return ""
    return new_secret(secrets.token_bytes(SECRET_BYTES))


def _of_the_department(readers: Sequence[Person], keyword: Keyword) -> list[Person]:
    return [each for each in readers if each.department_id == keyword.department_id]


def _said(keyword: Keyword, by: Person, secret: str) -> str:
    """Addresses and numbers are people's own; how many there are is enough for the activity."""
    parts = ["the portal"]
    for things, noun in ((keyword.emails, "email address"), (keyword.mobiles, "mobile number")):
        if things:
            parts.append(f"{len(things)} {noun}{_es(noun, len(things))}")
    if keyword.webhook_url:
        parts.append("a system of their own")
    copies = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    reply = "on" if keyword.replies else "off"
    made = " The webhook has a new secret." if secret else ""
    return (
        f"{by.audit_name} set up the keyword {keyword}: texts go to {copies}, automatic reply "
        f"{reply}.{made}"
    )


def _es(noun: str, count: int) -> str:
    return "" if count == 1 else "es" if noun.endswith("s") else "s"
