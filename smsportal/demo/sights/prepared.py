"""What the demo's university lacks and a page to look at needs."""

import datetime as dt

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.people.models import Person
from accounts.people.services.accounts import add_user
from messaging.carriers import services as carriers
from messaging.carriers.models import Carrier, CarrierHealth, SimulatedText
from messaging.compose import services as compose
from messaging.compose.models import Draft
from messaging.compose.typed import Typed
from messaging.contacts import services as contacts
from messaging.sending import services as sending
from messaging.sending.engine import release
from messaging.sending.models import Batch
from messaging.sending.states import State
from messaging.wording import services as wording
from smsportal.demo.sights.sight import ADMIN, OPERATOR, PASSWORD, USER, person
from smsportal.lib.ids import uuid7

WITH_CODE = "care0340"  # signs in with a second step
INVITED = "phys0613"  # has not chosen a password
DOWN = "tallis-mobile"  # a carrier
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
    _write(user, now, body="Reminder: the optics practical is tomorrow at 2pm.", is_later=True)
    _write(user, now, body="Half a message about the Christmas lecture")
    _add_carriers(now)
    _send_some(user, now)
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
        password="secret",
        settings={"host": "127.0.0.1", "port": 2775, "system_id": "oxsms01", "binds": 2},
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
