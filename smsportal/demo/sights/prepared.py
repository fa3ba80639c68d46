"""What the demo's university lacks and a page to look at needs."""

import datetime as dt

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.people.models import Person
from accounts.people.services.accounts import add_user
from messaging.carriers import services as carriers
from messaging.carriers.models import Carrier, CarrierHealth, CarrierTest, SimulatedText
from messaging.compose import services as compose
from messaging.compose.models import Draft
from messaging.compose.typed import Typed
from messaging.contacts import services as contacts
from messaging.operations.models import Trouble
from messaging.optouts import services as optouts
from messaging.repeats import services as repeats
from messaging.repeats.models import Occurrence
from messaging.routes import services as routes
from messaging.senders.models import Asked
from messaging.sending import services as sending
from messaging.sending.engine import release
from messaging.sending.models import Attempt, Batch
from messaging.sending.queries import Chosen
from messaging.sending.states import Phase, State
from messaging.wording import services as wording
from smsportal.demo.sights.sight import ADMIN, OPERATOR, PASSWORD, USER, person
from smsportal.lib import walltime
from smsportal.lib.ids import uuid7

WITH_CODE = "care0340"  # signs in with a second step
INVITED = "phys0613"  # has not chosen a password
DOWN = "tallis-mobile"  # a carrier
RECEIPT = "id:A81F sub:001 dlvrd:001 stat:DELIVRD err:000 text:Test from SMS Portal"
NEW = "phys0614"  # has nothing yet: every page is empty


def prepare(*, now: dt.datetime) -> None:
    """Passwords for everybody, a second step, an invited user, and messages that wait."""
    for each in Person.objects.all():
        each.set_password(PASSWORD)
        each.save(update_fields=["password"])
    TOTP.activate(person(WITH_CODE), generate_totp_secret())
    for username, name in ((INVITED, "Imogen Yarrow"), (NEW, "Niamh Castellan")):
        _add(username, name, now)
    new = person(NEW)
    new.set_password(PASSWORD)
    new.save(update_fields=["password"])
    RecoveryCodes.activate(new)
    TOTP.activate(new, generate_totp_secret())
    user = person(USER)
    user.my_mobile = "+447700900123"
    user.save(update_fields=["my_mobile"])
    wording.add(name="Lab open late", body="The lab is open until 8pm, ((name)).", by=user, now=now)
    for number in ("+447700900801", "+447700900802"):
        contacts.add_contact(
            number=number, first_name="Amara", last_name="Obi", by=person(ADMIN), now=now
        )
    optouts.add(
        number="+447700900803",
        asked=Asked.EMAIL,
        words=f"https://mail.example.ac.uk/?item={'AAMkAGI2TG93' * 8}",  # has no place to break
        by=person(ADMIN),
        now=now - dt.timedelta(days=40),
    )
    _write(user, now, body="Reminder: the optics practical is tomorrow at 2pm.", is_later=True)
    _write(user, now, body="Half a message about the Christmas lecture")
    _repeat_some(user, now)
    _add_carriers(now)
    _remember_a_trouble(now)
    _send_some(user, now)
    _send_emergency(user, now)
    _doubt_some(user, now)
    _ring("PHYSICS", "The optics practical is at 2pm.", now)
    _ring("+447700900950", "Can you cover the 2pm slot? Reply YES or NO.", now)


def _add(username: str, name: str, now: dt.datetime) -> None:
    add_user(
        department=person(USER).department,
        username=username,
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.ac.uk",
        extension="70142",
        by=person(ADMIN),
        now=now,
    )


def _add_carriers(now: dt.datetime) -> None:
    """The simulator at work, and a carrier that cannot be reached."""
    CarrierHealth.objects.create(
        carrier=Carrier.objects.get(kind="simulator"),
        at=now,
        is_ready=True,
        connected_count=1,
        connection_count=1,
        counted_on=now.date(),
        accepted_count=412,
        delivered_count=391,
        undelivered_count=9,
        last_accepted_at=now,
        last_receipt_at=now,
        minutes=[[int(now.timestamp()) // 60 - n, 3 + n * 7 % 11] for n in range(59, -1, -1)],
    )
    wanted = carriers.Wanted(
        window=20,
        texts_per_second=120,
        is_charging=True,
        is_sandbox=True,
        settings={
            "host": "127.0.0.1",
            "port": 2775,
            "system_id": "oxsms01",
            "password": "secret",
            "binds": 2,
        },
    )
    down = carriers.add(name=DOWN, kind="smpp", wanted=wanted, by=person(OPERATOR), now=now)
    since = now - dt.timedelta(minutes=20)
    CarrierHealth.objects.create(
        carrier=down,
        at=now,
        down_since=since,
        connection_count=2,
        rate=120.0,
        problem="nobody listens at 127.0.0.1:2775",
        problem_since=since,
    )
    simulator = Carrier.objects.get(kind="simulator")
    for wanted_route in (
        routes.Wanted(carrier=down, destination="+44"),
        routes.Wanted(carrier=simulator, destination="+44", place=2),
        routes.Wanted(carrier=simulator, destination="+44 7624", weight=3),
        routes.Wanted(carrier=down, destination="+44 7624"),
        routes.Wanted(carrier=simulator, sender="07700 900950"),
        routes.Wanted(carrier=down, destination="+44 7781", sender_kind="number", is_enabled=False),
    ):
        routes.add(wanted=wanted_route, by=person(OPERATOR), now=now)
    _add_tests(now)


def _add_tests(now: dt.datetime) -> None:
    """Of the simulator, each with another end; and one that waits."""
    seconds = dt.timedelta(seconds=1)
    at = now - dt.timedelta(minutes=5)
    ends = (
        {"state": "refused", "code": "0x0A", "why": "the network does not take this sender"},
        {"state": "unknown", "why": "the network never answered"},
        {"state": "undelivered", "reason": "absent", "reported_at": at + 9 * seconds},
        {"state": "delivered", "reported_at": at + 2.8 * seconds, "ref": "A81F", "report": RECEIPT},
    )
    for end in ends:
        _tested("simulator", at, taken_at=at, answered_at=at + 0.4 * seconds, **end)
    _tested(DOWN, now)


def _tested(name: str, at: dt.datetime, **end: object) -> None:
    CarrierTest.objects.create(
        carrier=Carrier.objects.get(name=name),
        number="+447700900123",
        sender="SMSPortal",
        body="Test from SMS Portal",
        by_name=person(OPERATOR).audit_name,
        asked_at=at,
        **end,
    )


def _write(user: Person, now: dt.datetime, *, body: str, is_later: bool = False) -> Draft:
    """A draft; with is_later a message for the day after tomorrow at 9am."""
    day = (now + dt.timedelta(days=2)).date().isoformat() if is_later else ""
    typed = Typed(
        numbers="07700 900301, 07700 900302, 07700 900303",
        body=body,
        is_later=is_later,
        date=day,
        time="09:00" if is_later else "",
    )
    draft = compose.save(uid=uuid7(), typed=typed, by=user, now=now)
    if is_later:
        compose.send(draft=draft, by=user, now=now)
    return draft


def _send_some(user: Person, now: dt.datetime) -> None:
    """Three messages that have begun to go: one goes on, one is paused, one was stopped."""
    batches = []
    for hall in ("Lindemann", "Martin Wood", "Dennis Sciama"):
        words = f"Today's lecture is in the {hall} theatre."
        draft = _write(user, now, body=words)
        batches.append(compose.send(draft=draft, by=user, now=now))
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(send_at=now)
    release.release_due(now=now)
    _, paused, stopped = batches
    first = stopped.messages.order_by("row_no")[0]
    carried = {
        "carrier": Carrier.objects.get(kind="simulator"),
        "accepted_at": now,
        "accepted_part_count": 1,
        "final_at": now,
    }
    stopped.messages.filter(pk=first.pk).update(state=State.DELIVERED, **carried)
    sending.pause(batch=paused, by=user, now=now)
    sending.stop(batch=stopped, by=user, now=now)


def _remember_a_trouble(now: dt.datetime) -> None:
    since = now - dt.timedelta(hours=9)
    Trouble.objects.create(
        kind="carrier_down",
        subject=DOWN,
        detail="Nobody listens at 127.0.0.1:2775.",
        since=since,
        seen_at=since,
        over_at=since + dt.timedelta(minutes=42),
    )


def _send_emergency(user: Person, now: dt.datetime) -> None:
    """One that has reached two people, and may have reached the third."""
    typed = Typed(
        numbers="Idris Quaye 07700 900321, Thea Marchetti 07700 900322, 07700 900323",
        body="Fire in the Clarendon Laboratory. Stay away from Parks Road. Police are there.",
        is_emergency=True,
    )
    draft = compose.save(uid=uuid7(), typed=typed, by=user, now=now)
    why = "The fire brigade asked us to keep people away"
    batch = compose.confirm(draft=draft, reason=why, typed_count="3", by=user, now=now)
    first, second, third = batch.messages.order_by("row_no")
    carried = {"carrier": Carrier.objects.get(kind="simulator"), "attempt_count": 1}
    taken = {**carried, "accepted_at": now, "accepted_part_count": 1, "final_at": now}
    batch.messages.filter(pk__in=[first.pk, third.pk]).update(state=State.DELIVERED, **taken)
    batch.messages.filter(pk=second.pk).update(state=State.UNKNOWN, maybe_sent=True, **carried)


def _doubt_some(user: Person, now: dt.datetime) -> None:
    """Four texts that may have been sent; about two of them somebody has decided."""
    numbers = "07700 900331, 07700 900332, 07700 900333, 07700 900334"
    typed = Typed(numbers=numbers, body="The 4pm tutorial is in room 12 today.")
    draft = compose.save(uid=uuid7(), typed=typed, by=user, now=now)
    batch = compose.send(draft=draft, by=user, now=now)
    Batch.objects.filter(pk=batch.pk).update(send_at=now)
    release.release_due(now=now)
    texts, simulator = batch.messages.order_by("row_no"), Carrier.objects.get(kind="simulator")
    at = now - dt.timedelta(minutes=12)
    doubt = {"state": State.UNKNOWN, "maybe_sent": True, "doubted_at": at, "attempt_count": 1}
    texts.update(carrier=simulator, **doubt)
    Attempt.objects.bulk_create(
        Attempt(
            message=text,
            number=1,
            carrier=simulator,
            at=at + dt.timedelta(minutes=1),
            phase=Phase.AMBIGUOUS,
            code="no_answer",
            words="the network never answered",
        )
        for text in texts
    )
    first, second = texts[:2]
    why = "Their log has none of them"
    for text, deed in ((first, sending.treat_as_not_sent), (second, sending.send_again)):
        deed(chosen=Chosen(now, [text.uid]), reason=why, by=person(OPERATOR), now=now)


def _repeat_some(user: Person, now: dt.datetime) -> None:
    """Three that repeat: one with a past, one that is paused, one that has ended."""
    first = now - dt.timedelta(days=21)
    for words in (
        "Reminder: the lab safety check is today. Please sign the book in room 204.",
        "The stores close at 4pm today.",
        "Vacation opening hours begin today.",
    ):
        typed = Typed(
            numbers="07700 900301, 07700 900302",
            body=words,
            is_later=True,
            date=walltime.day_of(first).isoformat(),
            time="09:30",
            repeat={
                "every": "week",
                "until": (now + dt.timedelta(days=120)).date().isoformat(),
                "skip": (first + dt.timedelta(days=28)).date().isoformat(),
            },
        )
        draft = compose.save(uid=uuid7(), typed=typed, by=user, now=first)
        repeat = repeats.start(draft=draft, by=user, now=first)
        if words.startswith("The stores"):
            repeats.pause(repeat=repeat, by=user, now=first)
        if words.startswith("Vacation"):
            repeats.end(repeat=repeat, by=user, now=first)
    for days, hour in ((0, 9), (7, 21), (14, 10)):  # the second time the portal was not there
        day = walltime.day_of(first) + dt.timedelta(days=days)
        at = dt.datetime.combine(day, dt.time(hour, 31), walltime.LONDON)
        repeats.run_due(now=at)
        for due in Occurrence.objects.filter(state="due"):
            repeats.run(occurrence_id=due.pk, now=at)
    repeats.run_due(now=now)


def _ring(sender: str, words: str, now: dt.datetime) -> None:
    """A text that has reached a practice phone."""
    SimulatedText.objects.create(
        carrier=Carrier.objects.get(kind="simulator"),
        kind="to_phone",
        ref=words,
        number="+447700900311",
        peer=sender,
        body=words,
        at=now,
        got_at=now,
    )
