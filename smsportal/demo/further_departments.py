"""A year of further departments, so that charges have something to say: months that differ, a price
and a code that changed in the midst of it, one that stays under the minimum. Set by set, not text
by text.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Case, CharField, F, QuerySet, Value, When, Window
from django.db.models.functions import Cast, Concat, Mod, RowNumber

from accounts.departments.models import CodeKind, CostCode, Department, TagState
from accounts.people.models import Person
from accounts.people.roles import RoleName
from billing.tariffs.models import Tariff
from billing.tariffs.queries import PriceBook, price_book, year_of
from billing.tariffs.years import months_between
from inbound.keywords.models import Keyword
from inbound.keywords.reading import skeleton
from inbound.twoway.models import ReplyNumber
from messaging.carriers.models import Carrier
from messaging.contacts.models import Contact
from messaging.senders.models import Sender
from messaging.sending.engine import tally
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.states import BatchState, Lane, State
from messaging.text.segments import measure
from smsportal.demo.university import DOMAIN, FIRST_NAMES, LAST_NAMES
from smsportal.lib import db
from smsportal.lib.walltime import day_of, month_of, start_of

OPERATOR = "Tomasz Zielinski (operator)"
PRICE_BEFORE, PRICE = 33, 35
# How busy the months are, from January.
BUSY = (10, 11, 12, 10, 13, 12, 5, 5, 7, 14, 11, 5)
ONE_IN = 40  # whose phone was off
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Branch:
    """weight: how many people each message goes to in an average month, by tens."""

    name: str
    code: str
    kind: str
    alpha_tag: str
    sso: str
    people: tuple[str, str, str]  # administrator and two users
    weight: int
    texts: tuple[str, str]
    keyword: str = ""
    number_end: str = ""  # of a user's virtual number
    code_before: str = ""


BRANCHES = (
    Branch(
        "University Library", "LB0210", CodeKind.COST_CENTRE, "LIBRARY", "libr0210",
        ("Tamsin Quayle", "Omar Ibrahim", "Mabel Underhill"), 9,
        ("A book that you asked for is at the desk of the Radford reading room until Friday.",
         "The library closes at 5pm today. Books that are due today may come back tomorrow."),
        keyword="RENEW",
    ),
    Branch(
        "Examinations and Assessments", "EX0118", CodeKind.COST_CENTRE, "EXAMS", "exam0118",
        ("Winston Kowalski", "Nadia Rahman", "Jasper Lindqvist"), 11,
        ("Invigilators: please be in the Examination Halls 45 minutes before the start.",
         "Your examination tomorrow is in another room. Please look at your timetable before you "
         "leave home, and bring your card. If you cannot find the room, ask at the main desk "
         "from half past eight onwards."),
        number_end="957", code_before="EX0112",
    ),
    Branch(
        "Medical Trials Unit", "PT-31877-2", CodeKind.PROJECT_TASK, "TRIALS", "medt3187",
        ("Petra Vasquez", "Dominic Adeyemi", "Uma Sandoval"), 5,
        ("Your visit is on Thursday at 9:30am. Please do not eat anything before it.",
         "Thank you for coming. Your next visit is in four weeks at the same time."),
        keyword="VISIT", number_end="958",
    ),
    Branch(
        "Student Welfare and Support", "SW0502", CodeKind.COST_CENTRE, "WELFARE", "welf0502",
        ("Gwen Castellan", "Idris Norrington", "Thea Jellicoe"), 4,
        ("Drop in at the Welfare Centre any weekday between 10am and 4pm.",
         "Your appointment is tomorrow at 2pm. To change it please ring the Welfare Centre."),
    ),
    Branch(
        "Sports Centre", "SP0610", CodeKind.COST_CENTRE, "SPORTS", "spor0610",
        ("Rafael Brennan", "Zara Thistlewood", "Oscar Gillespie"), 0,
        ("The pool is closed tomorrow.", "The climbing wall is open again."),
    ),
)  # fmt: skip


def make_the_price_change(now: dt.datetime) -> None:
    """What a text costs today it has cost since the month before last."""
    today = day_of(now)
    for from_on, tenths in (
        (year_of(today).previous.first_on, PRICE_BEFORE),
        (changed_on(today), PRICE),
    ):
        Tariff.objects.get_or_create(
            from_on=from_on,
            defaults={
                "part_tenths": tenths,
                "recorded_at": start_of(from_on) - dt.timedelta(days=60),
                "recorded_by_name": OPERATOR,
            },
        )


def changed_on(today: dt.date) -> dt.date:
    """When the price and a code changed: the first of the month before last."""
    return month_of(month_of(month_of(today) - DAY) - DAY)


def make_the_year(carrier: Carrier, now: dt.datetime) -> None:
    book = price_book()
    used: list[Batch] = []
    for branch in BRANCHES:
        department = _department(branch, now)
        users = _people(branch, department)
        contacts = _contacts(department, max(branch.weight * 20, 12))
        _rents(branch, department, users[0], now)
        batches = list(_batches(branch, department, users, book, now))
        Batch.objects.bulk_create(batches)
        for batch in batches:
            _texts(batch, carrier, contacts)
        used += batches
    _allowances(used)
    while tally.tally_changed(now=now):
        pass


def _department(branch: Branch, now: dt.datetime) -> Department:
    department = Department.objects.create(
        name=branch.name,
        alpha_tag=branch.alpha_tag,
        alpha_tag_state=TagState.REGISTERED,
        created_at=now - dt.timedelta(days=400),
        parts_per_year_cap=50_000,
    )
    today = day_of(now)
    codes = [(branch.code_before or branch.code, today - dt.timedelta(days=400))]
    if branch.code_before:
        codes.append((branch.code, changed_on(today)))
    for code, from_on in codes:
        CostCode.objects.create(
            department=department,
            code=code,
            kind=branch.kind,
            from_on=from_on,
            recorded_by_name=OPERATOR,
        )
    return department


def _people(branch: Branch, department: Department) -> list[Person]:
    """Answers the users."""
    admin, *users = branch.people
    people = [
        (f"{branch.sso}admin", RoleName.ADMIN, admin),
        *((f"{branch.sso[:4]}{n:04}", RoleName.USER, name) for n, name in enumerate(users, 101)),
    ]
    made = [
        Person(
            username=username,
            role=role,
            name=name,
            department=department,
            email=f"{name.lower().replace(' ', '.')}@{DOMAIN}",
        )
        for username, role, name in people
    ]
    for person in made:
        person.set_unusable_password()
    return Person.objects.bulk_create(made)[1:]


def _contacts(department: Department, count: int) -> QuerySet[Contact]:
    Contact.objects.bulk_create(
        Contact(
            department=department,
            number=f"+447700900{100 + n:03}",
            first_name=FIRST_NAMES[n % len(FIRST_NAMES)],
            last_name=LAST_NAMES[n * 7 % len(LAST_NAMES)],
        )
        for n in range(count)
    )
    return Contact.objects.filter(department=department).order_by("pk")


def _rents(branch: Branch, department: Department, user: Person, now: dt.datetime) -> None:
    began = now - dt.timedelta(days=300)
    if branch.keyword:
        Keyword.objects.create(
            department=department,
            word=branch.keyword,
            skeleton=skeleton(branch.keyword),
            created_at=began,
            emails=[f"{user.username}@{DOMAIN}"],
        )
    if branch.number_end:
        number = f"+447700900{branch.number_end}"
        sender = Sender.objects.create(
            department=department, person=user, number=number, created_at=began
        )
        ReplyNumber.objects.create(sender=sender)


def _batches(
    branch: Branch, department: Department, users: list[Person], book: PriceBook, now: dt.datetime
) -> Iterator[Batch]:
    """Two a month from each user, of whom the second writes less; nothing of today."""
    today = day_of(now)
    for month in months_between(today - dt.timedelta(days=364), today):
        for n, user in enumerate(users):
            for day in (4 + 3 * n, 15 + 4 * n):
                on = month.replace(day=day)
                if today - dt.timedelta(days=364) <= on < today:
                    people = max(branch.weight * BUSY[on.month - 1] // (n + 1) + day % 5, 1)
                    yield _batch(branch, department, user, branch.texts[n], people, on, book)


def _batch(
    branch: Branch,
    department: Department,
    user: Person,
    words: str,
    people: int,
    on: dt.date,
    book: PriceBook,
) -> Batch:
    at = start_of(on) + dt.timedelta(hours=10, minutes=on.day)
    code = next(
        c
        for c in sorted(department.codes.all(), key=lambda c: c.from_on, reverse=True)
        if c.from_on <= on
    )
    return Batch(
        request_key=uuid.uuid4(),
        department=department,
        person=user,
        person_name=user.name,
        cost_code=code.code,
        cost_code_kind=code.kind,
        price_tenths=book.on(on).part_tenths,
        source="email" if on.day == 19 else "portal",
        sender=branch.alpha_tag,
        sender_kind="alpha",
        wording=words,
        body=words,
        lane=Lane.INTERACTIVE if people <= 20 else Lane.BULK,
        state=BatchState.FINISHED,
        send_at=at,
        valid_until=at + dt.timedelta(hours=24),
        person_count=people,
        part_count=people * measure(words).parts,
        reserved_on=on,
        accepted_at=at,
        expanded_at=at,
        started_at=at,
        released_at=at,
        finished_at=at + dt.timedelta(seconds=9),
        changed_at=at + dt.timedelta(seconds=9),
    )


def _texts(batch: Batch, carrier: Carrier, contacts: QuerySet[Contact]) -> None:
    """One INSERT .. SELECT: a text to each of the first so many contacts."""
    parts = measure(batch.body).parts
    is_off = Mod(F("pk"), ONE_IN)
    db.insert_from_select(
        Message,
        contacts.annotate(is_off=is_off)[: batch.person_count],
        uid=db.Uuid7(),
        batch=batch.pk,
        department=batch.department_id,
        row_no=Window(RowNumber(), order_by="pk") - 1,
        number=F("number"),
        name=Concat("first_name", Value(" "), "last_name"),
        is_private=False,
        body="",
        part_count=parts,
        lane=batch.lane,
        state=Case(When(is_off=0, then=Value(State.UNDELIVERED)), default=Value(State.DELIVERED)),
        reason=Case(When(is_off=0, then=Value("absent")), default=Value("")),
        why="",
        next_at=batch.send_at,
        valid_until=batch.valid_until,
        attempt_count=1,
        lease_losses=0,
        carrier=carrier.pk,
        carrier_ref=Concat(Value(f"year-{batch.pk}-"), Cast("pk", CharField())),
        maybe_sent=False,
        accepted_at=batch.send_at + dt.timedelta(seconds=1),
        accepted_part_count=parts,
        final_at=batch.send_at + dt.timedelta(seconds=4),
    )


def _allowances(batches: list[Batch]) -> None:
    parts: Counter[tuple[str, int, dt.date]] = Counter()
    tenths: Counter[tuple[str, int, dt.date]] = Counter()
    for batch in batches:
        on = batch.reserved_on
        for key in (
            ("department_year", batch.department_id, year_of(on).first_on),
            ("department_month", batch.department_id, month_of(on)),
            ("person_month", batch.person_id, month_of(on)),
            ("person_day", batch.person_id, on),
        ):
            parts[key] += batch.part_count
            tenths[key] += batch.part_count * batch.price_tenths
    Allowance.objects.bulk_create(
        Allowance(
            scope=key[0],
            owner_id=key[1],
            period_on=key[2],
            used_count=count,
            used_tenths=tenths[key],
        )
        for key, count in parts.items()
    )
