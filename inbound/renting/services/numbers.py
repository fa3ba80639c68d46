"""Virtual numbers, rented to one user each by the messaging team (S120)."""

import datetime as dt
from typing import Final

from django.db import IntegrityError, transaction

from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.people.access import require
from accounts.people.models import Person
from accounts.people.roles import RoleName
from inbound.renting.resting import rests_until
from inbound.twoway.models import ReplyNumber
from messaging.senders.models import Sender
from smsportal.lib.errors import Refused
from smsportal.lib.phones import BadNumber, display, normalise
from smsportal.lib.words import day

TEAM: Final = "manage_inbound"


@transaction.atomic
def rent(*, number: str, person: Person, by: Actor, now: dt.datetime) -> Sender:
    """From now on this user's texts can come from it, and it is charged by the month. Raises
    Refused.
    """
    require(by, TEAM)
    try:
        number = normalise(number)
    except BadNumber as why:
        raise Refused(why.words, field="id_number") from None
    # Locked: who leaves at this moment gives back what there is.
    people = Person.objects.select_for_update(of=("self",)).select_related("department")
    person = people.get(pk=person.pk)
    _refuse_one_who_cannot(person)
    _refuse_what_is_taken(number, now)
    try:
        with transaction.atomic():
            sender = Sender.objects.create(
                department_id=person.department_id, person=person, number=number, created_at=now
            )
    except IntegrityError:  # rented at the same moment
        _refuse_what_is_taken(number, now)
        raise
    ReplyNumber.objects.create(sender=sender)
    words = f"{by.audit_name} rented {display(number)} to {person.audit_name}."
    _record(sender, words, "numbers.rented", by, now)
    return sender


@transaction.atomic
def give_back(*, sender: Sender, by: Actor, now: dt.datetime, why: str = "") -> None:
    """It rests, so that late replies reach no stranger. What was said stays with its user."""
    require(by, TEAM)
    if not Sender.objects.filter(pk=sender.pk, released_at__isnull=True).update(released_at=now):
        return
    sender.released_at = now
    words = f"{by.audit_name} took back {display(sender.number)} of {sender.person.audit_name}."
    _record(sender, f"{words} {why}".strip(), "numbers.taken_back", by, now)


def _refuse_one_who_cannot(person: Person) -> None:
    department = person.department
    if person.role != RoleName.USER or department is None:
        words = f"{person.audit_name} is not a user. A number is rented to somebody who sends."
    elif person.left_at is not None:
        words = f"{person.name} has left. Choose somebody else."
    elif not department.is_open:
        words = f"{department}, where {person.name} belongs, is closed."
    else:
        return
    raise Refused(words, field="id_username")


def _refuse_what_is_taken(number: str, now: dt.datetime) -> None:
    last = Sender.objects.filter(number=number).select_related("person").order_by("-pk").first()
    if last is None:
        return
    if last.released_at is None:
        words = f"{display(number)} is rented to {last.person.audit_name}. Choose another number."
        raise Refused(words, field="id_number")
    until = rests_until(last.released_at)
    if until > now:
        words = (
            f"{display(number)} rests until {day(until)}, because late replies still come to it. "
            "Choose another number."
        )
        raise Refused(words, field="id_number")


def _record(sender: Sender, words: str, verb: str, by: Actor, now: dt.datetime) -> None:
    record(by=by, verb=verb, words=words, on=sender, department_id=sender.department_id, now=now)
