"""Keywords of one department, and what people have texted to them."""

import datetime as dt

from accounts.departments.models import Department
from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from inbound.handling.replying import filled
from inbound.handling.wishes import Wish
from inbound.keywords.models import Keyword
from inbound.keywords.reading import skeleton
from inbound.sorting import keys
from inbound.sorting.meaning import Place
from inbound.sorting.models import AutoReply, Sorting
from inbound.twoway.models import ReplyNumber
from messaging.carriers.models import Carrier
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Batch, Message
from messaging.sending.queries import price_tenths
from messaging.sending.states import BatchState, Lane, State
from messaging.text.segments import measure
from smsportal.lib.phones import display
from smsportal.lib.walltime import day_of

LATELY = "that number had an automatic reply within a day"
# Hours ago, end of the number, words as texted, keyword, words read, wish, why no reply.
TEXTS = (
    (2, 311, "OXFORD OPENDAY Two places please, one wheelchair user", "OPENDAY",
     "Two places please, one wheelchair user", Wish.NONE, ""),
    (3, 312, "Oxford openday: can my sister come too?", "OPENDAY", "can my sister come too?",
     Wish.NONE, ""),
    (5, 313, "OXFORD HELP the fume cupboard in lab 3 bleeps", "HELP",
     "the fume cupboard in lab 3 bleeps", Wish.NONE, ""),
    (6, 313, "OXFORD HELP it has stopped by itself, sorry", "HELP",
     "it has stopped by itself, sorry", Wish.NONE, LATELY),
    (9, 314, "OXFORD OPENDAY please stop sending me these", "OPENDAY",
     "please stop sending me these", Wish.PERHAPS, ""),
    (26, 315, "oxford help", "HELP", "", Wish.NONE, ""),
)  # fmt: skip
# Hours ago, end of the number, words, the number that they came to, a keyword perhaps meant.
UNMATCHED = (
    (1, 316, "OXFORDOPENDAY three places", "81025", "OPENDAY"),
    (4, 317, "Hi, is this the right number for the open day?", "81025", ""),
    (30, 318, "<b>You have won</b> a holiday, reply YES", "81025", ""),
)


def make_keywords(department: Department, user: Person, carrier: Carrier, now: dt.datetime) -> None:
    began = now - dt.timedelta(days=200)
    help_ = _keyword(
        department,
        "HELP",
        began,
        emails=["lab.office@example.ac.uk"],
        mobiles=["+447700900142"],
        replies=True,
        reply="Thank you, ((first name)). The lab office has your text and will ring you.",
    )
    open_day = _keyword(
        department,
        "OPENDAY",
        began,
        emails=["openday@example.ac.uk", "outreach@example.ac.uk"],
        replies=True,
        reply="Thank you for texting Physics. Your place on the open day is noted. Doors open at "
        "9:30am at the main entrance.",
        has_hours=True,
        opens_at=dt.time(9),
        closes_at=dt.time(17),
        reply_outside="Thank you for texting Physics. We answer on weekdays from 9am.",
    )
    for keyword in (help_, open_day):
        keyword.readers.add(user)
    _make_texts({"HELP": help_, "OPENDAY": open_day}, carrier, now)
    _make_numbers(department, user, now)


def _make_numbers(department: Department, user: Person, now: dt.datetime) -> None:
    """A colleague's, one that rests, and one that is free again."""
    colleagues = department.people.live().users().exclude(pk=user.pk).order_by("username")
    for end, days_ago, person in zip((952, 953, 954), (None, 20, 120), colleagues, strict=False):
        sender = Sender.objects.create(
            department=department,
            person=person,
            number=f"+447700900{end}",
            created_at=now - dt.timedelta(days=300),
            released_at=None if days_ago is None else now - dt.timedelta(days=days_ago),
        )
        ReplyNumber.objects.create(sender=sender)


def _keyword(department: Department, word: str, at: dt.datetime, **handling: object) -> Keyword:
    return Keyword.objects.create(
        department=department, word=word, skeleton=skeleton(word), created_at=at, **handling
    )


def _make_texts(keywords: dict[str, Keyword], carrier: Carrier, now: dt.datetime) -> None:
    for n, (hours, end, body, word, words, wish, why) in reversed(list(enumerate(TEXTS))):
        text = _text(carrier, f"past-keyword-{n}", end, body, "81025", hours, now)
        keyword = keywords[word]
        Sorting.objects.create(
            text=text,
            place=Place.KEYWORD,
            keyword=keyword,
            words=words,
            wish=wish,
            reply=None if why else _reply(keyword, text, carrier),
            no_reply_why=why,
            sorted_at=text.received_at,
        )
        OutgoingMail.objects.bulk_create(_copies(keyword, text, words))
    for n, (hours, end, body, to_number, meant) in reversed(list(enumerate(UNMATCHED))):
        text = _text(carrier, f"past-unmatched-{n}", end, body, to_number, hours, now)
        Sorting.objects.create(
            text=text,
            place=Place.UNMATCHED,
            words=body,
            suggestion=meant,
            sorted_at=text.received_at,
        )


def _copies(keyword: Keyword, text: IncomingText, words: str) -> list[OutgoingMail]:
    """Mailed then, and not now with what is new."""
    at, who = text.received_at, display(text.from_number)
    return [
        OutgoingMail(
            to=address,
            subject=f"Text from {who} to {keyword}",
            body=f"{who} wrote:\n\n    {words or '(no words)'}\n",
            department_id=keyword.department_id,
            about=text.uid,
            created_at=at,
            next_at=at,
            attempt_count=1,
            sent_at=at,
        )
        for address in keyword.emails
    ]


def _text(
    carrier: Carrier, ref: str, end: int, body: str, to: str, hours: int, now: dt.datetime
) -> IncomingText:
    return IncomingText.objects.create(
        carrier=carrier,
        carrier_ref=ref,
        from_number=f"+447700900{end}",
        to_number=to,
        body=body,
        received_at=now - dt.timedelta(hours=hours),
    )


def _reply(keyword: Keyword, text: IncomingText, carrier: Carrier) -> Batch:
    """What the keyword answered, delivered."""
    at, department = text.received_at, keyword.department
    hours = keyword.hours
    wording = keyword.reply if hours is None or hours.include(at) else keyword.reply_outside
    words = filled(wording, {"keyword": keyword.word})
    parts = measure(words).parts
    code = department.code_on(day_of(at))
    batch = Batch.objects.create(
        request_key=keys.reply(text.uid),
        department=department,
        person_name=f"Automatic reply of {keyword}",
        cost_code=code.code if code else "",
        price_tenths=price_tenths(department.pk, day_of(at)),
        source="reply",
        sender=text.to_number,
        sender_kind="number",
        wording=words,
        body=words,
        lane=Lane.INTERACTIVE,
        state=BatchState.FINISHED,
        send_at=at,
        valid_until=at + dt.timedelta(hours=24),
        person_count=1,
        part_count=parts,
        reserved_on=day_of(at),
        accepted_at=at,
        expanded_at=at,
        started_at=at,
        released_at=at,
        finished_at=at,
        changed_at=at,
        tally={State.DELIVERED: 1},
        charged_part_count=parts,
        tallied_at=at,
    )
    Message.objects.create(
        batch=batch,
        department=department,
        row_no=0,
        number=text.from_number,
        part_count=parts,
        lane=batch.lane,
        state=State.DELIVERED,
        next_at=at,
        valid_until=batch.valid_until,
        attempt_count=1,
        carrier=carrier,
        carrier_ref=f"past-reply-{batch.pk}",
        accepted_at=at,
        accepted_part_count=parts,
        final_at=at,
    )
    source = f"keyword:{keyword.pk}"
    AutoReply.objects.create(text=text, to_number=text.from_number, source=source, at=at)
    return batch
