"""Fills an empty database with a believable university: people, contacts, a year of texts."""

import datetime as dt
import random
import uuid
from collections import Counter

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import System
from accounts.departments.models import CostCode, Department, TagState
from accounts.people.models import Person
from accounts.people.roles import RoleName
from billing.tariffs.queries import prices_on
from inbound.twoway.models import ReplyNumber
from messaging.carriers.models import Carrier
from messaging.compose import services as compose
from messaging.compose.typed import Picked, Typed
from messaging.contacts.models import Contact, Group, Membership
from messaging.incoming.models import IncomingText
from messaging.repeats import services as repeats
from messaging.senders.models import Asked, OptOut, Sender
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.states import BatchState, Lane, State, key_of
from messaging.text.segments import measure
from messaging.wording import services as wording
from smsportal.demo.account_life import make_account_life
from smsportal.demo.by_email import WITH_RELAY, let_text_by_email
from smsportal.demo.further_departments import make_the_price_change, make_the_year
from smsportal.demo.inbound import make_keywords
from smsportal.demo.money import announce_a_price, count_what_was_used
from smsportal.demo.talks import make_talks
from smsportal.demo.university import DOMAIN, FIRST_NAMES, LAST_NAMES, REPLIES, UNITS, Unit
from smsportal.demo.year_ends import change_a_code, end_years, first_day
from smsportal.lib import walltime
from smsportal.lib.ids import uuid7

SEED = 7700
WITH_EMERGENCY = "phys0077"  # their administrator allows them emergency texts
# What became of a hundred texts.
OUTCOMES = (
    [(State.DELIVERED, "")] * 93
    + [(State.UNDELIVERED, "absent")] * 3
    + [(State.UNDELIVERED, "dead")] * 2
    + [(State.UNDELIVERED, "blocked"), (State.UNCONFIRMED, "")]
)


def seed(*, now: dt.datetime) -> bool:
    """Make the university unless it is there. Answers whether it was made."""
    if Department.objects.exists():
        return False
    dice = random.Random(SEED)
    with transaction.atomic():
        carrier = _make_carrier()
        _make_staff()
        make_the_price_change(now)
        for unit in UNITS:
            _make_unit(unit, carrier, dice, now)
        make_the_year(carrier, now)
        make_account_life(now=now)
        for unit in UNITS:
            _make_earlier_history(unit, carrier, dice, now)
        change_a_code(now)
        announce_a_price(now)
        count_what_was_used()
        end_years(now)
        audit.record(by=System(), verb="demo.made", words="The demo was filled.", now=now)
    return True


def _make_carrier() -> Carrier:
    # Charging is on, so that the money pages have something to show.
    return Carrier.objects.create(
        name="simulator", kind="simulator", is_sandbox=True, is_charging=True, window=500
    )


def _make_staff() -> None:
    for username, role, name in (
        ("operator", RoleName.OPERATOR, "Tomasz Zielinski"),
        ("finance", RoleName.FINANCE, "Wanda Whitcombe"),
    ):
        _make_person(username, role, name, None)


def _make_person(username: str, role: str, name: str, department: Department | None) -> Person:
    person = Person(
        username=username,
        role=role,
        name=name,
        department=department,
        email=f"{name.lower().replace(' ', '.').replace(chr(39), '')}@{DOMAIN}",
        extension=f"7{abs(hash_of(username)) % 10_000:04d}",
    )
    person.set_unusable_password()
    person.save()
    return person


def hash_of(text: str) -> int:
    """Python's own hash differs from run to run."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, text).int


def _make_unit(unit: Unit, carrier: Carrier, dice: random.Random, now: dt.datetime) -> None:
    department = Department.objects.create(
        name=unit.name,
        alpha_tag=unit.alpha_tag,
        alpha_tag_state=TagState.REGISTERED,
        created_at=walltime.start_of(first_day(now)) + dt.timedelta(hours=9),
        parts_per_year_cap=50_000,
    )
    CostCode.objects.create(
        department=department,
        code=unit.code,
        kind=unit.kind,
        from_on=first_day(now),
        recorded_by_name="Tomasz Zielinski (operator)",
    )
    admin = _make_person(f"{unit.sso}admin", RoleName.ADMIN, unit.admin_name, department)
    user = _make_person(unit.sso, RoleName.USER, unit.user_name, department)
    if unit.sso == WITH_EMERGENCY:
        Person.objects.filter(pk=user.pk).update(allow_emergency=True)
    if unit.sso in WITH_RELAY:
        let_text_by_email(user, now)
    others = [_make_person(n, RoleName.USER, name, department) for n, name in unit.colleagues]
    wording.add_starter_pack(department=department, by=admin, now=now)
    contacts = _make_contacts(unit, department, user, dice)
    _make_history(unit, department, [user, user, *others], contacts, carrier, dice, now)
    if unit.sso == "phys0077":
        _make_replies(department, user, carrier, now)
        make_keywords(department, user, carrier, now)
        _make_repeat(user, now)
        make_talks(user, carrier, now)
    _make_opt_outs(department, admin, contacts, now)


def _make_contacts(
    unit: Unit, department: Department, user: Person, dice: random.Random
) -> list[Contact]:
    """Global contacts in their groups, and a few of the user's own."""
    most = max(count for _, count in unit.groups) + 20
    numbers = dice.sample(range(10, 900), most + 10)  # the first ten stay a newcomer's own
    people = [
        Contact(
            department=department,
            owner=user if n >= most else None,
            number=f"+447700900{number:03d}",
            first_name=dice.choice(FIRST_NAMES),
            last_name=dice.choice(LAST_NAMES),
        )
        for n, number in enumerate(numbers)
    ]
    contacts = Contact.objects.bulk_create(people)
    everyone = contacts[:most]
    groups = [Group(department=department, name=name) for name, _ in unit.groups]
    Group.objects.bulk_create(groups)
    Membership.objects.bulk_create(
        Membership(group=group, contact=contact)
        for group, (_, count) in zip(groups, unit.groups, strict=True)
        for contact in dice.sample(everyone, count)
    )
    mine = Group.objects.create(department=department, owner=user, name="My team")
    Membership.objects.bulk_create(
        Membership(group=mine, contact=contact) for contact in contacts[most:]
    )
    return everyone


def _make_history(
    unit: Unit,
    department: Department,
    senders: list[Person],
    contacts: list[Contact],
    carrier: Carrier,
    dice: random.Random,
    now: dt.datetime,
) -> None:
    """A year of batches whose numbers add up: texts, tallies, charges and allowances."""
    used: Counter[tuple[str, int, dt.date]] = Counter()
    for n in range(unit.batches_a_year):
        day = now - dt.timedelta(days=1 + n * 364 / unit.batches_a_year)
        at = day.replace(hour=8 + dice.randrange(9), minute=dice.randrange(60))
        people = dice.sample(contacts, dice.choice([1, 3, 5, 8, 12, 25, min(40, len(contacts))]))
        batch = _make_batch(unit, department, dice, at, dice.choice(senders), len(people))
        _make_texts(batch, people, carrier, dice)
        first = walltime.financial_year_of(batch.reserved_on)
        used["department_year", department.pk, first] += batch.part_count
        month = walltime.month_of(batch.reserved_on)
        used["department_month", department.pk, month] += batch.part_count
        used["person_day", batch.person_id, batch.reserved_on] += batch.part_count
    Allowance.objects.bulk_create(
        Allowance(scope=scope, owner_id=owner, period_on=period, used_count=count)
        for (scope, owner, period), count in used.items()
    )


def _make_earlier_history(
    unit: Unit, carrier: Carrier, dice: random.Random, now: dt.datetime
) -> None:
    """A message every other week, from when the department began until its last year."""
    department = Department.objects.get(codes__code=unit.code)
    user = department.people.get(username=unit.sso)
    contacts = list(Contact.objects.filter(department=department, owner=None).order_by("pk"))
    days = (walltime.day_of(now) - first_day(now)).days
    for ago in range(366, days, 14):
        at = (now - dt.timedelta(days=ago)).replace(hour=10, minute=dice.randrange(60))
        people = dice.sample(contacts, min(unit.batches_a_year // 5, len(contacts)))
        batch = _make_batch(unit, department, dice, at, user, len(people))
        _make_texts(batch, people, carrier, dice)


def _make_batch(
    unit: Unit,
    department: Department,
    dice: random.Random,
    at: dt.datetime,
    person: Person,
    people: int,
) -> Batch:
    words = dice.choice(unit.texts)
    done = at + dt.timedelta(seconds=5 + people)
    return Batch.objects.create(
        request_key=uuid.uuid4(),
        department=department,
        person=person,
        person_name=person.name,
        cost_code=unit.code,
        cost_code_kind=unit.kind,
        price_tenths=prices_on(walltime.day_of(at)).part_tenths,
        source="email" if dice.random() < 0.1 else "portal",
        sender=unit.alpha_tag,
        sender_kind="alpha",
        wording=words,
        body=words,
        lane=Lane.INTERACTIVE if people <= 20 else Lane.BULK,
        state=BatchState.FINISHED,
        send_at=at,
        valid_until=at + dt.timedelta(hours=24),
        person_count=people,
        part_count=people * measure(words).parts,
        reserved_on=walltime.day_of(at),
        accepted_at=at,
        expanded_at=at,
        started_at=at,
        released_at=at,
        finished_at=done,
        changed_at=done,
    )


def _make_texts(batch: Batch, people: list[Contact], carrier: Carrier, dice: random.Random) -> None:
    texts = [_make_text(batch, row, who, carrier, dice) for row, who in enumerate(people)]
    Message.objects.bulk_create(texts)
    batch.tally = dict(Counter(key_of(text.state, text.reason) for text in texts))
    batch.charged_part_count = sum(text.accepted_part_count for text in texts)
    batch.tallied_at = batch.changed_at
    batch.save(update_fields=["tally", "charged_part_count", "tallied_at"])


def _make_text(
    batch: Batch, row_no: int, contact: Contact, carrier: Carrier, dice: random.Random
) -> Message:
    state, reason = dice.choice(OUTCOMES)
    parts = measure(batch.body).parts
    accepted_at = batch.send_at + dt.timedelta(seconds=1)
    return Message(
        batch=batch,
        department_id=batch.department_id,
        row_no=row_no,
        number=contact.number,
        name=contact.name,
        part_count=parts,
        lane=batch.lane,
        state=state,
        reason=reason,
        next_at=batch.send_at,
        valid_until=batch.valid_until,
        attempt_count=1,
        carrier=carrier,
        carrier_ref=f"past-{batch.pk}-{row_no}",
        accepted_at=accepted_at,
        accepted_part_count=parts,
        final_at=None if state == State.UNCONFIRMED else accepted_at + dt.timedelta(seconds=3),
    )


def _make_replies(department: Department, user: Person, carrier: Carrier, now: dt.datetime) -> None:
    """The user has a number of their own, and people have answered to it."""
    began = now - dt.timedelta(days=80)
    sender = Sender.objects.create(
        department=department, person=user, number="+447700900950", created_at=began
    )
    ReplyNumber.objects.create(sender=sender)
    texts = Message.objects.filter(batch__person=user).select_related("batch").order_by("-pk")
    for n, (text, words) in enumerate(zip(texts[:4], REPLIES, strict=True)):
        IncomingText.objects.create(
            carrier=carrier,
            carrier_ref=f"past-reply-{n}",
            from_number=text.number,
            to_number=sender.number,
            body=words,
            received_at=now - dt.timedelta(hours=3 + 20 * n),
            department=department,
            person=user,
            message=text,
        )


def _make_opt_outs(
    department: Department, admin: Person, contacts: list[Contact], now: dt.datetime
) -> None:
    """One by text, one that the administrator added, one that was lifted, and one everywhere."""
    by_text: dict[str, object] = {"words": "STOP", "came_to": "81025"}
    by_email: dict[str, object] = {
        "asked": Asked.EMAIL,
        "words": "“Please take me off the reminders, I have graduated.”",
        "by_name": admin.audit_name,
    }
    lifted: dict[str, object] = {
        "lifted_at": now - dt.timedelta(days=20),
        "lifted_by_name": admin.audit_name,
        "lifted_why": "Rang the office and asked for the reminders again",
    }
    rows: list[tuple[Department | None, int, dict[str, object]]] = [
        (department, 9, by_text),
        (department, 32, by_email),
        (department, 61, by_text | lifted),
        (None, 17, by_text | {"words": "STOP ALL"}),
    ]
    for (of, days, fields), contact in zip(rows, contacts[3:], strict=False):
        out = OptOut.objects.in_force().filter(department=of, number=contact.number)
        if not out.exists():
            day = now - dt.timedelta(days=days)
            at = day.replace(hour=9 + days % 8, minute=days % 60)
            OptOut.objects.create(department=of, number=contact.number, at=at, **fields)


def _make_repeat(user: Person, now: dt.datetime) -> None:
    """Every Monday at nine, to a group: who is in it then is texted."""
    group = Group.objects.get(department_id=user.department_id, name="Lab demonstrators")
    first = walltime.day_of(now) + dt.timedelta(days=1)
    typed = Typed(
        body="Reminder: this week's demonstrating rota is on the board in the lab office.",
        groups=Picked((str(group.uid),)),
        is_later=True,
        date=first.isoformat(),
        time="09:00",
        repeat={
            "every": "week",
            "days": ["0"],
            "until": (first + dt.timedelta(days=120)).isoformat(),
        },
    )
    draft = compose.save(uid=uuid7(), typed=typed, by=user, now=now)
    repeats.start(draft=draft, by=user, now=now)
