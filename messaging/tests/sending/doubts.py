"""A text that may have been sent, and the messaging team that decides about it."""

import datetime as dt

from accounts.tests.make import make_user
from messaging.carriers.base import Answer, Outcome
from messaging.sending import services
from messaging.sending.engine import answers, claims
from messaging.sending.models import Attempt, Message
from messaging.sending.queries import Chosen
from messaging.tests.make import NOW, drama, make_queued

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
LATER = NOW + 5 * MINUTE


def claim(carrier, now=NOW):
    return claims.take(carrier, 50, now=now)


def record(carrier, text, outcome, now=NOW, **more):
    answers.record(carrier.pk, [Answer(text.message_id, text.attempt, outcome, **more)], now=now)
    return Message.objects.get(pk=text.message_id)


def doubtful(carrier, count=1, user=None, **fields):
    """Texts whose bytes went out, and whose answers never came."""
    make_queued(user or make_user(), [drama(n) for n in range(count)], **fields)
    texts = claim(carrier)
    for text in texts:
        record(carrier, text, Outcome.AMBIGUOUS)
    return texts


def chosen(as_of=LATER, **which):
    which = which or {"uids": list(Message.objects.values_list("uid", flat=True))}
    return Chosen(as_of, **which)


def send_again(by, now=LATER, reason="The carrier lost them", **which):
    return services.send_again(chosen=chosen(now, **which), reason=reason, by=by, now=now)


def treat(by, now=LATER, reason="The carrier never saw them", **which):
    return services.treat_as_not_sent(chosen=chosen(now, **which), reason=reason, by=by, now=now)


def story():
    return list(Attempt.objects.order_by("pk").values_list("number", "phase", "is_overruled"))


def state():
    return Message.objects.get().state
