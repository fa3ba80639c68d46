"""A conversation is read, done with, opened again, and noted upon."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.people.access import require
from accounts.people.models import Person
from inbound.twoway.models import Conversation, Note, StopReading
from messaging.incoming.models import IncomingText
from messaging.senders.services import add_opt_out
from messaging.text.repair import with_plain_line_ends
from smsportal.lib.errors import Refused

SEES = "see_own_messages"
LONGEST_NOTE = 2000


def require_own(talk: Conversation, by: Person) -> None:
    require(by, SEES)
    if talk.person_id != by.pk:
        raise PermissionDenied("This is not your conversation.")


def mark_read(*, talk: Conversation, by: Person, now: dt.datetime) -> int:
    """As far as `talk` knows: what has come since stays unread. Answers how many were."""
    require_own(talk, by)
    count = talk.unread_count
    seen = Conversation.objects.filter(pk=talk.pk, unread_count=count)
    with transaction.atomic():
        if not count or not seen.update(unread_count=0):
            return 0
        IncomingText.objects.filter(
            person_id=by.pk,
            from_number=talk.number,
            to_number=talk.sender.number,
            received_at__lte=talk.last_at,
            read_at__isnull=True,
        ).update(read_at=now)
    talk.unread_count = 0
    return count


def mark_done(*, talk: Conversation, by: Person, now: dt.datetime) -> None:
    """Until they write again."""
    require_own(talk, by)
    Conversation.objects.filter(pk=talk.pk, done_at__isnull=True).update(done_at=now)


def reopen(*, talk: Conversation, by: Person) -> None:
    require_own(talk, by)
    Conversation.objects.filter(pk=talk.pk).update(done_at=None)


@transaction.atomic
def wants_no_more(*, talk: Conversation, text: IncomingText, by: Person, now: dt.datetime) -> bool:
    """Their own words are the evidence: nobody of the department texts them from now on. Answers
    whether that is news.
    """
    require_own(talk, by)
    _keep_reading(text, wants_no_more=True, by=by, now=now)
    return add_opt_out(
        number=talk.number,
        department_id=talk.department_id,
        words=text.body,
        came_to=text.to_number,
        by=by,
        now=now,
    )


def is_something_else(
    *, talk: Conversation, text: IncomingText, by: Person, now: dt.datetime
) -> None:
    """It is about a bus. Whoever asked for no more texts before, or does again, is not concerned:
    an opt-out is lifted where the opt-outs are.
    """
    require_own(talk, by)
    _keep_reading(text, wants_no_more=False, by=by, now=now)


def _keep_reading(text: IncomingText, *, wants_no_more: bool, by: Person, now: dt.datetime) -> None:
    """A second click changes nothing, and nor does taking STOP back: that was heeded."""
    reading, _ = StopReading.objects.get_or_create(
        text=text, defaults={"wants_no_more": wants_no_more, "by_name": by.audit_name, "at": now}
    )
    if wants_no_more and not reading.wants_no_more:
        reading.wants_no_more, reading.by_name, reading.at = True, by.audit_name, now
        reading.save(update_fields=["wants_no_more", "by_name", "at"])


def add_note(*, talk: Conversation, words: str, by: Person, now: dt.datetime) -> Note:
    """Raises Refused."""
    require_own(talk, by)
    words = with_plain_line_ends(words).strip()
    if not words:
        raise Refused("Write the note first.", field="note")
    if len(words) > LONGEST_NOTE:
        raise Refused(
            f"This note has {len(words):,} characters. It can have {LONGEST_NOTE:,}.", field="note"
        )
    return Note.objects.create(conversation=talk, words=words, at=now)
