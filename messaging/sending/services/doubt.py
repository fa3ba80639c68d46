"""What the messaging team decides about texts that may have been sent.

Nobody else can: who asks the carrier, and who wrote the text, may both be somebody else. Each
decision has a reason, in the trail of its department and in the story of each text.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from messaging.sending.engine import doubt
from messaging.sending.models import Batch, Message
from messaging.sending.queries import Chosen
from smsportal.lib.db import CHUNK
from smsportal.lib.errors import Refused

MAY = "decide_texts_in_doubt"
MOST_AT_ONCE = 5 * CHUNK  # the rest is decided by asking again: a page must answer in time
LONGEST_REASON = 200


def send_again(*, chosen: Chosen, reason: str, by: Actor, now: dt.datetime) -> int:
    """Send them once more, by the same carrier, although they may arrive twice.

    Answers how many: those that still can go, and no more than MOST_AT_ONCE. Each is charged once.
    Raises Refused without a reason.
    """
    said = "Had {texts} of message {batch} sent again, although {they} may arrive twice: {reason}."
    return _decide(chosen, doubt.send_again, "texts.sent_again", said, reason, by, now)


def treat_as_not_sent(*, chosen: Chosen, reason: str, by: Actor, now: dt.datetime) -> int:
    """Show them as not sent, and never charge them. Whoever got one keeps it for nothing.

    Answers how many, no more than MOST_AT_ONCE. Raises Refused without a reason.
    """
    said = "Treated {texts} of message {batch}, which may have been sent, as not sent: {reason}."
    verb = "texts.treated_as_not_sent"
    return _decide(chosen, doubt.treat_as_not_sent, verb, said, reason, by, now)


def _decide(
    chosen: Chosen,
    move: Callable[..., list[int]],
    verb: str,
    said: str,
    reason: str,
    by: Actor,
    now: dt.datetime,
) -> int:
    """In chunks, each with its lines in the trail: what is decided is written down, whatever ends
    this half-way.
    """
    require(by, MAY)
    reason = _clean(reason)
    texts = chosen.texts.order_by("batch_id", "pk")
    done = 0
    while done < MOST_AT_ONCE:
        with transaction.atomic():
            ids = move(texts, by_name=by.audit_name, reason=reason, now=now)
            _write_down(ids, verb, said, reason, by, now)
        done += len(ids)
        if len(ids) < CHUNK:
            break
    return done


def _clean(reason: str) -> str:
    reason = " ".join(reason.split()).rstrip(".")
    if not reason:
        raise Refused("Say why: the department reads it, and it is kept.", field="reason")
    if len(reason) > LONGEST_REASON:
        long = f"The reason has {len(reason):,} characters. It can have {LONGEST_REASON}."
        raise Refused(long, field="reason")
    return reason


def _write_down(
    ids: list[int], verb: str, said: str, reason: str, by: Actor, now: dt.datetime
) -> None:
    counts = Counter(Message.objects.filter(pk__in=ids).values_list("batch_id", flat=True))
    lines = [
        (
            batch,
            batch.department_id,
            said.format(
                texts="1 text" if counts[batch.pk] == 1 else f"{counts[batch.pk]:,} texts",
                they="it" if counts[batch.pk] == 1 else "they",
                batch=batch.reference,
                reason=reason,
            ),
        )
        for batch in Batch.objects.filter(pk__in=counts).order_by("pk")
    ]
    audit.record_each(by=by, verb=verb, lines=lines, now=now)
