"""A message written on the New message page is said in its conversations, too: the list of them
says so, and no longer does when it is undone.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, NullIf, Substr

from inbound.twoway.models import SHOWN, Conversation
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Batch, Message
from messaging.sending.states import BatchState, State

WRITTEN: Final = "portal"  # by hand: what a program sends by the thousand begins none
UNSAID: Final = (BatchState.SCHEDULED, BatchState.CANCELLED)
# What is said at once is said when it is sent, and not when the seconds to undo it are over.
SAID_AT: Final = Case(When(send_wall=None, then=F("accepted_at")), default=F("send_at"))


def follow(batch_ids: Sequence[int]) -> None:
    """Harmless however often the same batch comes. A conversation begins with a message that was
    written to one person; with one to many it begins when somebody answers.
    """
    theirs = Batch.objects.filter(pk__in=batch_ids, sender_kind="number", person__isnull=False)
    for batch in theirs.exclude(source="test").annotate(said_at=SAID_AT):
        with transaction.atomic():
            if batch.state not in UNSAID:
                _begin(batch, batch.said_at)
                _say(batch, batch.said_at)
            if batch.state != BatchState.SCHEDULED:
                _unsay(batch, batch.said_at)


def _talks(batch: Batch, texts: QuerySet[Message]) -> QuerySet[Conversation]:
    return Conversation.objects.filter(
        sender__number=batch.sender, person_id=batch.person_id, number__in=texts.values("number")
    )


def _begin(batch: Batch, said_at: dt.datetime) -> None:
    if batch.person_count != 1 or batch.source != WRITTEN:
        return
    text = batch.messages.exclude(state=State.CANCELLED).first()
    sender = Sender.objects.filter(
        number=batch.sender, person_id=batch.person_id, released_at__isnull=True
    ).first()
    if text is None or sender is None:
        return
    Conversation.objects.get_or_create(
        sender=sender,
        number=text.number,
        defaults={
            "person_id": batch.person_id,
            "department_id": batch.department_id,
            "last_at": said_at,
            "last_words": (text.body or batch.body)[:SHOWN],
            "last_is_mine": True,
        },
    )


def _say(batch: Batch, said_at: dt.datetime) -> None:
    texts = batch.messages.exclude(state=State.CANCELLED)
    own = Subquery(texts.filter(number=OuterRef("number")).values("body")[:1])
    words = Coalesce(NullIf(own, Value("")), Value(batch.body), output_field=TextField())
    _talks(batch, texts).filter(last_at__lt=said_at).update(
        last_at=said_at, last_words=Substr(words, 1, SHOWN), last_is_mine=True, done_at=None
    )


def _unsay(batch: Batch, said_at: dt.datetime) -> None:
    """Where it was the last thing said and is not sent, what was said before is the last again."""
    gone = batch.messages.all()
    if batch.state != BatchState.CANCELLED:
        gone = gone.filter(state=State.CANCELLED)
    wrong = _talks(batch, gone).filter(last_at=said_at, last_is_mine=True)
    talks = list(_with_last(wrong, batch))
    empty = [talk.pk for talk in talks if talk.heard_at is None and talk.sent_at is None]
    Conversation.objects.filter(pk__in=empty, notes=None).delete()
    for talk in talks:
        _set_last(talk)
    Conversation.objects.bulk_update(
        [talk for talk in talks if talk.pk not in empty],
        ["last_at", "last_words", "last_is_mine"],
        batch_size=500,
    )


def _with_last(talks: QuerySet[Conversation], batch: Batch) -> QuerySet[Any]:
    heard = IncomingText.objects.filter(
        person_id=batch.person_id, to_number=batch.sender, from_number=OuterRef("number")
    ).order_by("-received_at", "-pk")
    sent = (
        Message.objects.filter(
            number=OuterRef("number"),
            batch__sender=batch.sender,
            batch__person_id=batch.person_id,
        )
        .exclude(state=State.CANCELLED)
        .exclude(batch__state__in=UNSAID)
        .order_by("-pk")
    )
    return talks.annotate(
        heard_at=Subquery(heard.values("received_at")[:1]),
        heard_words=Subquery(heard.values("body")[:1]),
        sent_at=Subquery(sent.values("batch__accepted_at")[:1]),
        sent_words=Subquery(
            sent.values_list(
                Coalesce(NullIf("body", Value("")), "batch__body", output_field=TextField())
            )[:1]
        ),
    )


def _set_last(talk: Any) -> None:
    is_mine = talk.heard_at is None or (talk.sent_at is not None and talk.sent_at > talk.heard_at)
    words = talk.sent_words if is_mine else talk.heard_words
    talk.last_at = (talk.sent_at if is_mine else talk.heard_at) or talk.last_at
    talk.last_words, talk.last_is_mine = (words or "")[:SHOWN], is_mine
