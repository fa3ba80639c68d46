"""Two departments with something of everything, so that whoever is not meant could see too much."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts.departments.models import CodeKind, CostCode, Department
from accounts.people.models import AppPassword, Person
from accounts.people.services.invitations import invite
from accounts.renewals.queries import coming_year, link_token
from accounts.requests.queries import secret_of
from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from accounts.tests.requests.asking import make_request
from billing.delivery import services as delivery
from billing.delivery.models import Kind, What
from billing.delivery.periods import Often, last_month
from billing.delivery.services import Wanted
from billing.statements import services as statements
from billing.statements.models import Statement
from billing.statements.queries import counted
from billing.statements.queries.years import year_that_begins
from billing.statements.settling import fingerprint
from billing.tariffs.queries import year_of
from billing.tests.delivery.asking import token_mailed_to
from inbound.tests.make import come_in, from_phone, make_keyword, make_number
from inbound.twoway import services as twoway
from inbound.twoway.models import Conversation
from messaging.carriers.models import Carrier
from messaging.compose import services as compose
from messaging.compose.models import Draft, Upload
from messaging.compose.typed import Typed
from messaging.contacts import services as contacts
from messaging.imports import services as imports
from messaging.incoming.models import IncomingText
from messaging.optouts import services as optouts
from messaging.repeats import services as repeats
from messaging.routes.models import Route
from messaging.senders.models import Asked, OptOut
from messaging.sending.engine import release
from messaging.tests.make import make_basket, make_batch, make_simulator
from messaging.wording import services as wording
from smsportal.lib.ids import uuid7
from smsportal.lib.walltime import day_of

# Words that stand nowhere else: whoever reads one has seen what is ours.
SECRETS = {
    "department": "Zymurgy",
    "user": "Xanthe Quillfeather",
    "admin": "Ptolemy Jellaby",
    "leaver": "Wilfreda Thrupp",
    "contact": "Vespertine",
    "personal contact": "Gloucestria",
    "group": "Kazoo orchestra",
    "personal group": "Bassoonists",
    "template": "Sackbut notice",
    "personal template": "Theremin notice",
    "words": "The hurdy-gurdy rehearsal has moved",
    "draft": "The unsent harmonium",
    "repeat": "The weekly glockenspiel",
    "file": "ocarinas.csv",
    "opt-out": "No more sousaphones",
    "number": "900613",
    "reply": "I play the serpent",
    "keyword text": "Where is the ophicleide",
    "talk": "My crumhorn has come",
    "note": "Owes us a shawm",
    "saved answer": "Thank you for the rackett",
    "app password": "The tuba in the cellar",
    "report": "pochette.example",
    "correction": "Charged twice for the sousaphone",
}
NUMBER = "+447700900613"


@dataclass
class World:
    """`ours` has objects; `theirs` has people who must see nothing of them."""

    ours: Department
    theirs: Department
    people: dict[str, Person]
    carrier: Carrier
    token: str
    now: dt.datetime
    made: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        for things in (self.__dict__.get("made", {}), self.__dict__.get("people", {})):
            if name in things:
                return things[name]
        raise AttributeError(name)


def make_world() -> World:
    now = timezone.now()
    ours = make_department(SECRETS["department"])
    theirs = make_department("Department of Elsewhere")
    people = {
        "operator": make_operator(),
        "finance": make_finance(),
        "admin": make_admin(ours, name=SECRETS["admin"], username="zymu0001admin"),
        "user": make_user(
            ours, name=SECRETS["user"], username="zymu0001", my_mobile=NUMBER, allow_relay=True
        ),
        "colleague": make_user(ours, name="Colin League"),
        "admin2": make_admin(theirs, name="Other Admin"),
        "user2": make_user(theirs, name="Other User"),
    }
    invited = make_user(ours, name="Ivo Invited")
    invited.set_unusable_password()
    invited.save()
    token = invite(person=invited, by=people["admin"], now=now).rstrip("/").rpartition("/")[2]
    world = World(ours, theirs, people, make_simulator(), token, now, {"invited": invited})
    world.made["caller"] = Carrier.objects.create(
        name="caller", kind="http", is_enabled=False, settings={"proof": "basic"}
    )
    world.made["route"] = Route.objects.create(carrier=world.carrier)
    _make_accounts(world)
    _make_book(world)
    _make_opt_outs(world)
    _make_texts(world)
    _make_inbound(world)
    _make_talk(world)
    _make_account_life(world)
    _make_statement(world)
    return world


def _make_accounts(world: World) -> None:
    made = world.made
    made["leaver"] = make_user(world.ours, name=SECRETS["leaver"], left_at=world.now)
    made["admin_leaver"] = make_admin(world.ours, name="Adela Mint", left_at=world.now)
    made["code"] = CostCode.objects.create(
        department=world.ours,
        code="PH0999",
        kind=CodeKind.COST_CENTRE,
        from_on=world.now.date() + dt.timedelta(days=30),
        recorded_by_name="test",
    )
    made["app_password"] = AppPassword.objects.create(
        person=world.people["user"], name=SECRETS["app password"], secret_hash="of the world"
    )
    made["passkey"] = Authenticator.objects.create(
        user=world.people["colleague"],
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Phone", "credential": {}},
    )


def _make_book(world: World) -> None:
    """Made as people make it, so that the activity has lines about it."""
    made, now = world.made, world.now
    for prefix, keeper, kind in (
        ("", world.people["admin"], ""),
        ("own_", world.people["user"], "personal "),
    ):
        group = contacts.add_group(name=SECRETS[f"{kind}group"], by=keeper, now=now)
        made[f"{prefix}group"] = group
        made[f"{prefix}contact"] = contacts.add_contact(
            number=NUMBER,
            first_name="",
            last_name=SECRETS[f"{kind}contact"],
            groups=[group],
            by=keeper,
            now=now,
        )
        made[f"{prefix}template"] = wording.add(
            name=SECRETS[f"{kind}template"], body="Dear all", by=keeper, now=now
        )
        made[f"{prefix}import"] = imports.start(
            source=b"Mobile\r\n07700 900613\r\n", name=SECRETS["file"], by=keeper, now=now
        )


def _make_opt_outs(world: World) -> None:
    """Of numbers that nobody texts here, so that the messages keep their people."""
    admin, operator = world.people["admin"], world.people["operator"]
    for name, number, words, by in (
        ("opt_out", "+447700900614", SECRETS["opt-out"], admin),
        ("opt_out_everywhere", "+447700900615", "No more texts at all", operator),
    ):
        optouts.add(number=number, asked=Asked.EMAIL, words=words, by=by, now=world.now)
        world.made[name] = OptOut.objects.get(number=number)


def _make_texts(world: World) -> None:
    made, user, now = world.made, world.people["user"], world.now
    later = (now + dt.timedelta(days=2)).replace(hour=12, minute=0, tzinfo=None)
    words = SECRETS["words"]
    basket = make_basket(
        user, 1, number=NUMBER, last_name=SECRETS["personal contact"], is_private=True
    )
    made["held"] = make_batch(user, basket=basket, body=words, now=now, undo_seconds=600)
    made["running"] = make_batch(user, body=words, now=now)
    release.release_due(now=now)
    made["scheduled"] = make_batch(user, body=words, now=now, send_wall=later)
    made["draft"] = Draft.objects.create(
        person=user, basket=make_basket(user, 1, number=NUMBER), body=SECRETS["draft"]
    )
    made["upload"] = Upload.objects.create(
        draft=made["draft"], file_name=SECRETS["file"], sha256="0" * 64, number_column=0,
        columns=["Mobile"], letters=["A"],
    )  # fmt: skip
    _make_repeats(world)
    made["reply"] = IncomingText.objects.create(
        carrier=world.carrier, carrier_ref="r1", from_number=NUMBER, to_number="+447700900950",
        body=SECRETS["reply"], received_at=now, department=world.ours, person=user,
    )  # fmt: skip


def _make_repeats(world: World) -> None:
    """One that goes, one that is paused, and a draft of one that could begin."""
    user, now = world.people["user"], world.now
    day = (now + dt.timedelta(days=2)).date()
    typed = Typed(
        numbers=NUMBER, body=SECRETS["repeat"], is_later=True, date=day.isoformat(), time="12:00",
        repeat={"every": "day", "until": (day + dt.timedelta(days=30)).isoformat()},
    )  # fmt: skip
    for name in ("repeat", "paused_repeat", "repeating_draft"):
        draft = compose.save(uid=uuid7(), typed=typed, by=user, now=now)
        world.made[name] = draft
        if name != "repeating_draft":
            world.made[name] = repeats.start(draft=draft, by=user, now=now)
    repeats.pause(repeat=world.made["paused_repeat"], by=user, now=now)


def _make_inbound(world: World) -> None:
    """A keyword that `user` reads, a text that may ask for no more, one for nobody, a number."""
    made, user, now = world.made, world.people["user"], world.now
    made["keyword"] = make_keyword("SACKBUT", world.ours)
    made["keyword"].readers.add(user)
    made["rented"] = make_number(user, "+447700900952")
    words = f"{SECRETS['keyword text']}? Does it stop here?"
    made["keyword_text"], made["unmatched"] = come_in(
        from_phone(f"OXFORD SACKBUT {words}", phone=NUMBER), from_phone("hello"), now=now
    )


def _make_talk(world: World) -> None:
    """A question from the user's own number, and a conversation about it."""
    made, user, now = world.made, world.people["user"], world.now
    made["asked"] = make_batch(
        user, basket=make_basket(user, 1, number=NUMBER), body=SECRETS["words"], now=now,
        sender_kind="number",
    )  # fmt: skip
    come_in(from_phone(SECRETS["talk"], to=made["rented"].number, phone=NUMBER), now=now)
    made["talk"] = Conversation.objects.get(person=user)
    made["heard"] = IncomingText.objects.get(body=SECRETS["talk"])
    twoway.add_note(talk=made["talk"], words=SECRETS["note"], by=user, now=now)
    made["saved_answer"] = twoway.add_saved(
        name="Thanks", words=SECRETS["saved answer"], by=user, now=now
    )


def _make_account_life(world: World) -> None:
    """A request, a renewal's link, and reports of `user`: one for others, one with all words."""
    made, user, now = world.made, world.people["user"], world.now
    made["asked_for"] = make_request(now=now)
    made["secret"] = secret_of(made["asked_for"])
    made["renewal_link"] = link_token(world.people["admin"], coming_year(now))
    address = f"partner@{SECRETS['report']}"
    month = last_month(day_of(now))
    for has_words, to in ((False, address), (True, user.email)):
        wanted = Wanted(What.TEXTS, has_words, Kind.CSV, Often.ONCE, (to,), month, True)
        delivery.ask(wanted=wanted, by=user, now=now)
    wanted = Wanted(What.TEXTS, False, Kind.CSV, Often.ONCE, (), month)
    made["report"] = delivery.ask(wanted=wanted, by=user, now=now).reports.get()
    delivery.make_waiting(now=now)
    made["report_link"] = token_mailed_to(address)
    made["own_report_link"] = token_mailed_to(user.email)
    regular = Wanted(What.MESSAGES, False, Kind.CSV, Often.WEEKLY, (user.email,))
    made["regular_report"] = delivery.ask(wanted=regular, by=user, now=now)


def _make_statement(world: World) -> None:
    """A year of ours that is locked, and was corrected."""
    finance, today = world.people["finance"], day_of(world.now)
    year = year_of(today).previous.previous
    Department.objects.filter(pk=world.ours.pk).update(created_at=year.starts_at)
    world.made["locked"] = locked = year_that_begins(year.first_on.year, today)
    statements.lock(
        year=locked,
        seen=fingerprint(counted.accounts(year, today)),
        typed_total="£0.00",
        by=finance,
        now=world.now,
    )
    world.made["statement"] = statement = Statement.objects.get(department=world.ours)
    statements.correct(
        statement=statement,
        code=("cost_centre", statement.code),
        pence=-10_00,
        reason=SECRETS["correction"],
        by=finance,
        now=world.now,
    )
