"""What would happen to a text, said without sending anything or changing anything."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from inbound.handling.replying import EXAMPLES, filled
from inbound.handling.wishes import Wish
from inbound.keywords.models import Keyword
from inbound.sorting import meaning as meanings
from inbound.sorting.meaning import Meaning, Place
from inbound.sorting.services.effects import fitting
from messaging.sending.queries import price_tenths
from messaging.text.segments import measure
from smsportal.lib.phones import display
from smsportal.lib.walltime import day_of
from smsportal.lib.words import money

NOTHING_SENT: Final = "Nothing would be sent, because the department is frozen."


@dataclass
class Trial:
    """keyword and words: as read. lines: what would follow, each a sentence."""

    keyword: str = ""
    words: str = ""
    lines: list[str] = field(default_factory=list)


def tried(*, keyword: Keyword, text: str, now: dt.datetime) -> Trial:
    """By the settings in `keyword`, which need not be saved. A text of somebody unknown."""
    live = Keyword.objects.live().values_list("word", flat=True)
    meaning = meanings.to_short_code(
        text, prefix=settings.SHORT_CODE_PREFIX, keywords=set(live), was_asked=lambda: False
    )
    trial = Trial(meaning.keyword, meaning.words)
    if meaning.place == Place.WISH:
        trial.lines.append(_of_a_wish(Wish(meaning.wish)))
    elif meaning.place == Place.UNMATCHED:
        trial.lines = _of_no_keyword(meaning)
    elif meaning.keyword != keyword.word:
        trial.lines.append(f"{meaning.keyword} is another keyword, with settings of its own.")
    else:
        trial.lines = _of_this(keyword, meaning, now)
    return trial


def _of_a_wish(wish: Wish) -> str:
    if wish == Wish.BACK:
        return "Would be taken for START: whoever writes it can be texted again."
    whom = "the whole university" if wish == Wish.OUT_EVERYWHERE else "your department"
    return f"Would be taken for STOP: whoever writes it gets no more texts from {whom}."


def _of_no_keyword(meaning: Meaning) -> list[str]:
    lines = ["No keyword stands there, so the messaging team would sort it."]
    if meaning.suggestion:
        lines.append(f"They would be asked whether {meaning.suggestion} was meant.")
    return lines


def _of_this(keyword: Keyword, meaning: Meaning, now: dt.datetime) -> list[str]:
    price = price_tenths(keyword.department_id, day_of(now))
    lines = [_copies(keyword, meaning, price)]
    if keyword.webhook_url:
        lines.append("Would call your system")
    lines.append(_reply(keyword, price, now))
    if meaning.wish == Wish.PERHAPS:
        lines.append("It may ask for no more texts, so you would be asked to look at it.")
    if keyword.department.frozen_at:
        lines.append(NOTHING_SENT)
    return lines


def _copies(keyword: Keyword, meaning: Meaning, price: int) -> str:
    said = ["keep it in the portal"]
    if count := len(keyword.emails):
        said.append(f"email {count} address{'' if count == 1 else 'es'}")
    if keyword.mobiles:
        body = fitting(f"{EXAMPLES['number']} to {keyword.word}: {meaning.words}")
        tenths = measure(body).parts * len(keyword.mobiles) * price
        named = [display(number) for number in keyword.mobiles]
        whom = named[0] if len(named) == 1 else f"{len(named)} mobiles"
        said.append(f"text {whom}, {money(tenths)}")
    return f"Would {said[0] if len(said) == 1 else ', '.join(said[:-1]) + ' and ' + said[-1]}"


def _reply(keyword: Keyword, price: int, now: dt.datetime) -> str:
    if not keyword.replies:
        return "Would not reply"
    hours = keyword.hours
    is_outside = hours is not None and not hours.include(now)
    wording = keyword.reply_outside if is_outside else keyword.reply
    parts = measure(filled(wording, {**EXAMPLES, "keyword": keyword.word})).parts
    which = " with the reply outside hours" if is_outside else ""
    count = "1 text" if parts == 1 else f"{parts} texts"
    return f"Would reply{which}, {count}, {money(parts * price)}"
