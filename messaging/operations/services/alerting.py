"""Mail to who looks after the portal: one when something begins to be wrong, one when it is over,
and a reminder each few hours. What comes within a minute is one mail.
"""

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.mail import services as mail
from messaging.operations import engine
from messaging.operations.models import Trouble

AT_MOST_EVERY: Final = dt.timedelta(minutes=1)


@transaction.atomic
def alert(*, now: dt.datetime) -> int:
    """Answers of how many troubles a mail was written; the mark of that is in the same commit."""
    lately = now - AT_MOST_EVERY
    if not settings.ALERT_EMAILS or _was_mailed_after(lately):
        return 0
    # Locked: two that look at once must not both write.
    told = Q(over_at__isnull=False, mailed_at__isnull=False, over_mailed_at__isnull=True)
    rows = Trouble.objects.select_for_update().filter(Q(over_at__isnull=True) | told)
    begun, still, over = [], [], []
    for row in rows.order_by("since", "pk"):
        if row.over_at:
            over += [row] if row.over_at <= now - engine.CALM else []
        elif row.mailed_at is None:
            begun += [row] if row.since <= now - row.patience else []
        elif row.mailed_at <= now - dt.timedelta(hours=settings.ALERT_REMINDER_HOURS):
            still.append(row)
    if begun or still or over:
        _mark([*begun, *still], now, "mailed_at")
        _mark(over, now, "over_mailed_at")
        _write(begun, still, over, now)
    return len(begun) + len(still) + len(over)


def _was_mailed_after(moment: dt.datetime) -> bool:
    mailed = Q(mailed_at__gt=moment) | Q(over_mailed_at__gt=moment)
    return Trouble.objects.filter(mailed).exists()


def _mark(rows: list[Trouble], now: dt.datetime, column: str) -> None:
    Trouble.objects.filter(pk__in=[row.pk for row in rows]).update(**{column: now})


def _write(
    begun: list[Trouble], still: list[Trouble], over: list[Trouble], now: dt.datetime
) -> None:
    context = {
        "begun": begun,
        "still": still,
        "over": over,
        "link": f"{settings.PORTAL_URL}{reverse('operations:troubles')}",
        "service_desk": settings.SERVICE_DESK,
        "hours": settings.ALERT_REMINDER_HOURS,
        "now": now,
    }
    body = render_to_string("emails/troubles_message.txt", context).strip() + "\n"
    subject = _subject(begun, still, over)
    mail.send_many(
        [
            mail.letter(to=address, subject=subject, body=body, now=now)
            for address in settings.ALERT_EMAILS
        ]
    )


def _subject(begun: list[Trouble], still: list[Trouble], over: list[Trouble]) -> str:
    rows, words = (begun, "") if begun else (still, "still: ") if still else (over, "over: ")
    said = rows[0].what if len(rows) == 1 else f"{len(rows)} things are wrong"
    if rows is over and len(over) > 1:
        said = f"{len(over)} things"
    return f"SMS Portal, {words}{said}"
