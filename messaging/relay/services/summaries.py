"""A mail to those who asked for it: which texts went by email, to whom, and what was refused.

It goes only to the registered address of somebody who was proven to have written, at most once an
hour, with a null return path: nothing can answer it, and two machines cannot talk for ever.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.audit.models import AuditEvent
from accounts.mail import services as mail
from accounts.people.models import Person
from messaging.relay.models import Summarised
from messaging.sending.models import Batch, Message
from messaging.sending.states import words_for
from smsportal.lib.db import CHUNK
from smsportal.lib.phones import display
from smsportal.lib.words import people, said_when

log = logging.getLogger(__name__)
EVERY = dt.timedelta(hours=1)
SETTLES = dt.timedelta(minutes=1)  # what has just gone has no result yet
LOOKS_BACK = dt.timedelta(days=1)  # while no worker ran; older texts are in the history only
MOST_SHOWN, MOST_PEOPLE, MOST_REFUSALS = 30, 10, 20


def begin(person: Person, *, now: dt.datetime) -> None:
    """When somebody switches it on: what went before is not told."""
    _claim(_untold(person.pk, now), now)


def mail_summaries(*, now: dt.datetime) -> int:
    """For beat: a mail to each person who has not heard of a text of theirs. Answers how many."""
    told = 0
    for person in list(_waiting(now)):
        try:
            told += _tell(person, now)
        except Exception:  # one that cannot be written must not hold up the others
            log.exception("no summary for person %s", person.pk)
    return told


def _waiting(now: dt.datetime) -> QuerySet[Person]:
    settled = _untold(OuterRef("pk"), now).filter(accepted_at__lte=now - SETTLES)
    return _may_hear(now).filter(Exists(settled)).exclude(email="")


def _may_hear(now: dt.datetime) -> QuerySet[Person]:
    rested = Q(relay_summary_at=None) | Q(relay_summary_at__lte=now - EVERY)
    return Person.objects.live().filter(rested, allow_relay=True, wants_relay_summary=True)


def _untold(person_id: int | OuterRef, now: dt.datetime) -> QuerySet[Batch]:
    return Batch.objects.filter(
        person_id=person_id,
        source="email",
        summarised=None,
        send_at__gt=now - LOOKS_BACK,
        accepted_at__gt=now - LOOKS_BACK,
    )


def _claim(batches: QuerySet[Batch], now: dt.datetime) -> list[int]:
    ids = list(batches.order_by("accepted_at", "pk").values_list("pk", flat=True))
    Summarised.objects.bulk_create(
        (Summarised(batch_id=pk, at=now) for pk in ids), batch_size=CHUNK
    )
    return ids


@transaction.atomic
def _tell(person: Person, now: dt.datetime) -> bool:
    """The claims and the mail are one commit: told once, never lost."""
    if not _may_hear(now).filter(pk=person.pk).update(relay_summary_at=now):
        return False
    ids = _claim(_untold(person.pk, now), now)
    if not ids:
        return False
    refused = _refusals(person, now)
    mail.send(
        to=person.email,
        subject=_subject(len(ids), refused),
        body=_body(person, ids, refused, now),
        department_id=person.department_id,
        is_reply=True,
        now=now,
    )
    return True


def _refusals(person: Person, now: dt.datetime) -> list[str]:
    """What was refused since the last summary, as the audit trail tells it."""
    since = max(person.relay_summary_at or now - EVERY, now - LOOKS_BACK)
    lines = AuditEvent.objects.filter(
        department_id=person.department_id,
        verb="relay.refused",
        at__gt=since,
        at__lte=now,
        words__contains=person.audit_name,
    )
    return [
        f"{_start(said_when(line.at, now=now))}: {line.words}"
        for line in lines.order_by("at", "pk")[:MOST_REFUSALS]
    ]


def _subject(count: int, refused: Sequence[str]) -> str:
    sent = "1 text" if count == 1 else f"{count:,} texts"
    return f"Sent by email: {sent}{', and some refused' if refused else ''}"


def _body(person: Person, ids: Sequence[int], refused: Sequence[str], now: dt.datetime) -> str:
    shown = list(Batch.objects.filter(pk__in=ids[:MOST_SHOWN]).order_by("accepted_at", "pk"))
    texts = _texts(shown)
    parts = [f"Hello {person.name}. This is what you sent by email."]
    parts += [_paragraph(batch, texts[batch.pk], now) for batch in shown]
    if len(ids) > len(shown):
        parts.append(f"And {len(ids) - len(shown):,} more.")
    if refused:
        parts.append("\n".join(["Refused:", *refused]))
    parts.append(f"Everything you have sent: {settings.PORTAL_URL}{reverse('history:list')}")
    parts.append(
        "Sent because you asked for a summary under My profile, at most once an hour. "
        "Nobody reads what you answer."
    )
    return "\n\n".join(parts) + "\n"


def _texts(batches: Sequence[Batch]) -> dict[int, list[Message]]:
    found = defaultdict(list)
    for text in Message.objects.filter(batch__in=batches).order_by("batch_id", "row_no"):
        found[text.batch_id].append(text)
    return found


def _paragraph(batch: Batch, texts: Sequence[Message], now: dt.datetime) -> str:
    lines = [f"{_start(said_when(batch.accepted_at, now=now))}: “{batch.body}”"]
    lines += [f"- {display(text.number)}: {words_for(text).words}" for text in texts[:MOST_PEOPLE]]
    if len(texts) > MOST_PEOPLE:
        lines.append(f"- and {people(len(texts) - MOST_PEOPLE)} more")
    if out := batch.left_out.get("opted_out", 0):
        lines.append(f"- not sent to {people(out)}: opted out")
    return "\n".join(lines)


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]
