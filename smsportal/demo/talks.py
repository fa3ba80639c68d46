"""A user of the demo and the people who text the user's virtual number."""

import datetime as dt
import uuid
from collections.abc import Sequence

from accounts.people.models import Person
from inbound.twoway import services as twoway
from inbound.twoway.models import SOURCE, Conversation, Note, ReplyNumber, SavedAnswer
from messaging.carriers.models import Carrier
from messaging.contacts.models import Contact
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Allowance, Batch, Message
from messaging.sending.states import BatchState, Lane, State
from messaging.text.segments import measure
from smsportal.lib import walltime

QUESTION = "Can you cover the 2pm demonstrating slot on Thursday? Reply YES or NO."
SAVED = (
    ("All sorted", "Thanks, that is all sorted."),
    ("Slot has gone", "Sorry, that slot has gone. I will text when there is another."),
)
STRANGER, WRONG_NUMBER = "+447700900966", "+447700900967"  # in nobody's contacts


def make_talks(user: Person, carrier: Carrier, now: dt.datetime) -> None:
    """A question to six, what four of them answered, and somebody whom nobody knows."""
    number = Sender.objects.get(person=user, released_at__isnull=True)
    ReplyNumber.objects.update_or_create(
        sender=number,
        defaults={
            "emails": [user.email],
            "replies": True,
            "reply": "Thanks ((first name)), I have your text. I read these on weekdays.",
        },
    )
    SavedAnswer.objects.bulk_create(
        SavedAnswer(person=user, name=name, words=words) for name, words in SAVED
    )
    _read(IncomingText.objects.filter(person=user).order_by("received_at"), now)
    people = list(
        Contact.objects.filter(
            groups__name="Lab demonstrators", department_id=user.department_id
        ).order_by("pk")[:6]
    )
    asked = _sent(user, number, carrier, people, QUESTION, now - dt.timedelta(days=4), "portal")
    first, second, third, fourth = asked[:4]
    _heard(first, "Which lab?", now - dt.timedelta(days=4) + dt.timedelta(minutes=17))
    answer = "Teaching Lab, floor 2. Two hours, paid as usual."
    at = now - dt.timedelta(days=4) + dt.timedelta(minutes=21)
    [told] = _sent(user, number, carrier, people[:1], answer, at, SOURCE)
    _heard(third, "YES", now - dt.timedelta(days=3, hours=2))
    _heard(fourth, "yep, happy to 👍", now - dt.timedelta(days=3))
    unasked = "please stop texting me, you have the wrong number"
    _came(user, number, carrier, WRONG_NUMBER, unasked, now - dt.timedelta(days=2))
    _read(IncomingText.objects.filter(person=user, read_at=None).order_by("pk"), now)
    _heard(second, "NO sorry, I'm invigilating", now - dt.timedelta(hours=2))
    _heard(told, "Yes I can do 2pm. Is it the same lab?", now - dt.timedelta(minutes=50))
    _came(user, number, carrier, STRANGER, "Who is this please", now - dt.timedelta(hours=3))
    talk = Conversation.objects.get(person=user, number=third.number)
    talk.notes.create(words="Prefers mornings. Ask again next term.", at=now)
    Conversation.objects.filter(pk=talk.pk).update(done_at=now)
    Note.objects.create(
        conversation=Conversation.objects.get(person=user, number=first.number),
        words="Has the key of the optics cupboard.",
        at=now - dt.timedelta(days=3, hours=20),
    )


def _read(texts: Sequence[IncomingText], now: dt.datetime) -> None:
    """Those that nobody has heard yet are; all are read."""
    for text in texts:
        if not Conversation.objects.filter(person=text.person, number=text.from_number).exists():
            twoway.hear([text])
    IncomingText.objects.filter(pk__in=[text.pk for text in texts]).update(read_at=now)
    Conversation.objects.filter(number__in=[text.from_number for text in texts]).update(
        unread_count=0
    )


def _heard(answered: Message, words: str, at: dt.datetime) -> None:
    batch = answered.batch
    number = Sender.objects.get(number=batch.sender)
    _came(batch.person, number, answered.carrier, answered.number, words, at, answered)


def _came(
    user: Person,
    number: Sender,
    carrier: Carrier,
    phone: str,
    words: str,
    at: dt.datetime,
    message: Message | None = None,
) -> None:
    text = IncomingText.objects.create(
        carrier=carrier,
        carrier_ref=f"past-talk-{phone}-{at:%d%H%M}",
        from_number=phone,
        to_number=number.number,
        body=words,
        received_at=at,
        department_id=user.department_id,
        person=user,
        message=message,
    )
    twoway.hear([text])


def _sent(
    user: Person,
    number: Sender,
    carrier: Carrier,
    people: Sequence[Contact],
    words: str,
    at: dt.datetime,
    source: str,
) -> list[Message]:
    """Sent and delivered, with what it has cost."""
    parts, count = measure(words).parts, len(people)
    day, done = walltime.day_of(at), at + dt.timedelta(seconds=5)
    batch = Batch.objects.create(
        request_key=uuid.uuid4(),
        department_id=user.department_id,
        person=user,
        person_name=user.name,
        cost_code=str(user.department.code_on(day) or ""),
        price_tenths=35,
        source=source,
        sender=number.number,
        sender_kind="number",
        wording=words,
        body=words,
        lane=Lane.INTERACTIVE,
        state=BatchState.FINISHED,
        send_at=at,
        valid_until=at + dt.timedelta(hours=24),
        person_count=count,
        part_count=count * parts,
        reserved_on=day,
        accepted_at=at,
        expanded_at=at,
        started_at=at,
        released_at=at,
        finished_at=done,
        changed_at=done,
        tally={str(State.DELIVERED): count},
        charged_part_count=count * parts,
        tallied_at=done,
    )
    _reserved(user, day, count * parts)
    return _texts_of(batch, people, carrier)


def _texts_of(batch: Batch, people: Sequence[Contact], carrier: Carrier) -> list[Message]:
    parts = batch.part_count // batch.person_count
    return Message.objects.bulk_create(
        Message(
            batch=batch,
            department_id=batch.department_id,
            row_no=row_no,
            number=who.number,
            name=who.name,
            part_count=parts,
            lane=batch.lane,
            state=State.DELIVERED,
            next_at=batch.send_at,
            valid_until=batch.valid_until,
            attempt_count=1,
            carrier=carrier,
            carrier_ref=f"past-talk-{batch.pk}-{row_no}",
            accepted_at=batch.send_at,
            accepted_part_count=parts,
            final_at=batch.finished_at,
        )
        for row_no, who in enumerate(people)
    )


def _reserved(user: Person, day: dt.date, parts: int) -> None:
    for scope, owner, period in (
        ("department_year", user.department_id, walltime.financial_year_of(day)),
        ("department_month", user.department_id, walltime.month_of(day)),
        ("person_day", user.pk, day),
    ):
        used, _ = Allowance.objects.get_or_create(scope=scope, owner_id=owner, period_on=period)
        used.used_count += parts
        used.save(update_fields=["used_count"])
