"""What follows from a text besides its place: copies to mail and phones, a call, a reply."""

import datetime as dt
from textwrap import indent

from django.conf import settings

from accounts.departments.models import Department
from accounts.mail import services as mail
from inbound.calling import services as calling
from inbound.handling.models import Handling
from inbound.handling.replying import filled
from inbound.keywords.models import Keyword
from inbound.sorting import keys
from inbound.sorting.meaning import Meaning, Place
from inbound.sorting.models import AutoReply, Sorting
from inbound.sorting.queries import Known, names_of, own_numbers, why_no_reply
from messaging.incoming.models import IncomingText
from messaging.senders.queries import Choice
from messaging.sending.services import MOST_PARTS, submit_automatic
from messaging.text.segments import measure
from smsportal.lib.errors import Refused
from smsportal.lib.phones import display
from smsportal.lib.words import long_when


def has_any(text: IncomingText, meaning: Meaning, known: Known) -> bool:
    if meaning.place == Place.WISH:
        return True
    handling = handling_of(text, meaning.keyword, known)
    if handling is None:
        return False
    calls = isinstance(handling, Keyword) and handling.webhook_url
    return bool(handling.emails or handling.mobiles or handling.replies or calls)


def handling_of(text: IncomingText, keyword: str, known: Known) -> Handling | None:
    if keyword:
        return known.keywords[keyword]
    sender = known.numbers.get(text.to_number) if text.person_id else None
    return known.handlings.get(sender.pk) if sender else None


def copy(each: Sorting, known: Known, *, now: dt.datetime) -> None:
    text, keyword = each.text, each.keyword
    handling = handling_of(text, keyword.word if keyword else "", known)
    department = department_of(each, known)
    if handling is None or department is None:
        return
    if handling.emails:
        _mail(each, handling, department, now)
    if handling.mobiles:
        _forward(each, handling, department, now)
    if keyword is not None and keyword.webhook_url:
        calling.put_in_line(keyword=keyword, text=text, words=each.words, now=now)


def department_of(each: Sorting, known: Known) -> Department | None:
    if each.keyword is not None:
        return each.keyword.department
    sender = known.numbers.get(each.text.to_number)
    return sender.department if sender else None


def _mail(each: Sorting, handling: Handling, department: Department, now: dt.datetime) -> None:
    """Plain text, and where to answer: an answer to the mail itself would reach nobody."""
    text = each.text
    name = values_for(each, department)["name"]
    # Indented, so that nothing in the words passes for a line of ours.
    words = indent("\n".join(each.words.splitlines()), "    ") or "    (no words)"
    body = (
        f"{name or display(text.from_number)} wrote:\n\n{words}\n\n"
        f"From {display(text.from_number)} to {_named(each)}, "
        f"{long_when(text.received_at, now=now)}.\n\n"
        f"{_where_to_answer(each)}\n"
        "Do not answer this mail: it would reach nobody.\n"
    )
    mail.send_many(
        [
            mail.letter(
                to=address,
                subject=f"Text from {display(text.from_number)} to {_named(each)}",
                body=body,
                department_id=department.pk,
                about=text.uid,
                now=now,
            )
            for address in handling.emails
        ]
    )


def _where_to_answer(each: Sorting) -> str:
    if each.keyword:
        return (
            f"All texts to it are in the portal: {settings.PORTAL_URL}/messages/keywords/\n"
            f"Answer by a new message: {settings.PORTAL_URL}/messages/new/\n"
            f"You get this because your address is set for the keyword {each.keyword}."
        )
    return (
        f"Answer in 2WAY: {settings.PORTAL_URL}/2way/\n"
        "You get this because Email is ticked under Edit Virtual Number."
    )


def _forward(each: Sorting, handling: Handling, department: Department, now: dt.datetime) -> None:
    text = each.text
    mobiles = [number for number in handling.mobiles if number != text.from_number]
    ours = own_numbers(mobiles)
    mobiles = [number for number in mobiles if number not in ours]
    if not mobiles:
        return
    try:
        submit_automatic(
            department=department,
            numbers=mobiles,
            body=fitting(f"{display(text.from_number)} to {_named(each)}: {each.words}"),
            sender=Choice("alpha", department.alpha_tag, takes_replies=False),
            source="forward",
            name=f"Forward of {_named(each)}",
            request_key=keys.forward(text.uid),
            now=now,
        )
    except Refused as why:
        each.no_forward_why = str(why)[:160]
        each.save(update_fields=["no_forward_why"])


def answer(each: Sorting, known: Known, *, now: dt.datetime) -> None:
    text, keyword = each.text, each.keyword
    handling = handling_of(text, keyword.word if keyword else "", known)
    department = department_of(each, known)
    if handling is None or department is None or not handling.replies:
        return
    source = f"{handling._meta.model_name}:{handling.pk}"
    why = why_no_reply(text, source=source, department_id=department.pk, now=now)
    if not why:
        why = _reply(each, handling, department, source, now)
    if why:
        each.no_reply_why = why[:160]
        each.save(update_fields=["no_reply_why"])


def _reply(
    each: Sorting, handling: Handling, department: Department, source: str, now: dt.datetime
) -> str:
    text, hours = each.text, handling.hours
    wording = handling.reply if hours is None or hours.include(now) else handling.reply_outside
    try:
        each.reply = submit_automatic(
            department=department,
            numbers=[text.from_number],
            body=filled(wording, values_for(each, department)),
            sender=_answers_from(each),
            source="reply",
            name=f"Automatic reply of {_named(each)}",
            request_key=keys.reply(text.uid),
            now=now,
        )
    except Refused as why:
        return str(why)
    each.save(update_fields=["reply"])
    AutoReply.objects.create(text=text, to_number=text.from_number, source=source, at=now)
    return ""


def number_texted(text: IncomingText) -> Choice:
    """As who sends back: a short code has no country."""
    code = text.to_number.lstrip("+")
    value = code if code == settings.SHORT_CODE else text.to_number
    return Choice("number", value, takes_replies=True)


def _answers_from(each: Sorting) -> Choice:
    """A keyword's is the short code, also where a person found out that it was meant."""
    if each.keyword is not None:
        return Choice("number", settings.SHORT_CODE, takes_replies=True)
    return number_texted(each.text)


def values_for(each: Sorting, department: Department) -> dict[str, str]:
    text = each.text
    person_id = None if each.keyword else text.person_id
    names = names_of(text.from_number, department_id=department.pk, person_id=person_id)
    first, last = names or ("", "")
    return {
        "first name": first,
        "last name": last,
        "name": f"{first} {last}".strip(),
        "number": display(text.from_number),
        "keyword": each.keyword.word if each.keyword else "",
    }


def fitting(words: str) -> str:
    """Cut to what phones join up: the whole of it is in the portal."""
    if measure(words).parts <= MOST_PARTS:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(words[:middle] + "...").parts <= MOST_PARTS:
            low = middle
        else:
            high = middle - 1
    return words[:low] + "..."


def _named(each: Sorting) -> str:
    """What the text came to: a keyword, or a number."""
    return each.keyword.word if each.keyword else display(each.text.to_number)
