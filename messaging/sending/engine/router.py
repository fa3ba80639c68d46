"""Which carrier takes which text: routes/plan.py, as the database reads it."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any, Final

from django.db.models import BigIntegerField, Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.db.models.lookups import LessThan

from messaging.carriers.models import Carrier
from messaging.routes import queries as routes
from messaging.routes.models import PlanInUse
from messaging.routes.plan import ALPHA, NUMBER, OF_BATCH, OF_ROW, Plan, Rule
from messaging.routes.plan import PRACTICE as DRAMA
from messaging.sending.models import GOING, WAITING, Batch, Message
from messaging.sending.states import State
from smsportal.lib.db import claim, long_chunk

PATH: Final = CharField()
# Ofcom's drama range: people who do not exist. A real network must never be asked to find them.
PRACTICE = Q(number__startswith=DRAMA)
# Who was getting in line while the routes changed is looked for once more.
LATECOMERS: Final = dt.timedelta(minutes=2)


def for_carrier(carrier: Carrier, plan: Plan) -> QuerySet:
    """The waiting texts that `carrier` may take, on whatever path.

    A text that may have been sent stays with the carrier that had it. The path says already which
    numbers it is for; that a real network is never asked for people who do not exist, and that
    nobody's text is only played, is asked of the number itself, too.
    """
    pinned = Q(maybe_sent=False) | Q(carrier=carrier)
    texts = Message.objects.filter(pinned, state=State.QUEUED)
    if not carrier.is_sandbox:
        return texts.exclude(PRACTICE)
    plays_all = carrier.pk in plan.allowed(practice=False)
    return texts if plays_all else texts.filter(PRACTICE)


def is_practice_refused() -> bool:
    """Whether no carrier will ever take a practice number: there are some, and all are real."""
    enabled = set(Carrier.objects.filter(is_enabled=True).values_list("is_sandbox", flat=True))
    return enabled == {False}


# -- The path of a text, when it gets in line ------------------------------------------------


def path_in_sql(plan: Plan, sender_kind: str, sender: str, *, batch_id: Any) -> Combinable:
    """`plan.path_of` over rows that have `number` and `row_no`. batch_id: number or expression."""
    rules = plan.rules_for(sender_kind, sender)
    place = batch_id if isinstance(batch_id, Combinable) else Value(batch_id)
    mixed = _big(place) * OF_BATCH + _big(F("row_no")) * OF_ROW
    return Case(
        When(PRACTICE, then=_first_that_fits(plan, rules, mixed, practice=True)),
        default=_first_that_fits(plan, rules, mixed, practice=False),
        output_field=PATH,
    )


def _first_that_fits(plan: Plan, rules: list[Rule], mixed: Any, *, practice: bool) -> Combinable:
    fits = [
        When(number__startswith=rule.destination, then=_share(plan, rule, mixed, practice))
        for rule in rules
    ]
    otherwise = Value(plan.otherwise(practice), PATH)
    return Case(*fits, default=otherwise, output_field=PATH) if fits else otherwise


def _share(plan: Plan, rule: Rule, mixed: Any, practice: bool) -> Combinable:
    *others, last = plan.shares(rule, practice)
    mine = mixed % (sum(share.weight for share in others) + last.weight)
    parts, below = [], 0
    for share in others:
        below += share.weight
        parts.append(When(LessThan(mine, below), then=Value(share.path, PATH)))
    return Case(*parts, default=Value(last.path, PATH), output_field=PATH)


def _big(number: Combinable) -> Cast:
    return Cast(number, BigIntegerField())  # a row's number times a prime is more than an int holds


# -- When the routes change ------------------------------------------------------------------


def reroute(*, now: dt.datetime) -> int:
    """Give waiting texts the paths of the routes as they are now; the answer is how many had
    another. Where the routes are what they were, this is one question.
    """
    plan = routes.plan(now=now)
    used = PlanInUse.objects.first()
    if used is None or used.fingerprint != plan.fingerprint:
        # Two senders may both be the first.
        PlanInUse.objects.update_or_create(
            pk=1, defaults={"fingerprint": plan.fingerprint, "since": now}
        )
    elif now - used.since > LATECOMERS:
        return 0
    named = {choice.sender for choice in plan.choices if choice.sender}
    theirs = {name: Q(sender__iexact=name) for name in named}
    theirs[""] = ~reduce(or_, theirs.values(), Q(sender=""))
    return sum(
        _give_paths(
            path_in_sql(plan, kind, name, batch_id=F("batch_id")), whose & Q(sender_kind=kind)
        )
        for name, whose in theirs.items()
        for kind in (ALPHA, NUMBER)
    )


def _give_paths(path: Combinable, theirs: Q) -> int:
    """One that may have been sent keeps the path back to the carrier that had it."""
    batches = Batch.objects.filter(theirs, state__in=(*WAITING, *GOING)).values("pk")
    waiting = Message.objects.filter(
        batch_id__in=batches, state__in=[State.SCHEDULED, State.QUEUED], maybe_sent=False
    )
    wrong = waiting.alias(right=path).exclude(path=F("right")).order_by("pk")
    given, last = 0, 0
    while True:
        ids = claim(wrong.filter(pk__gt=last), long_chunk(), path=path)
        given += len(ids)
        if len(ids) < long_chunk():
            return given
        last = max(ids)
