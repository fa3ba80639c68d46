"""Departments are asked, answer, and are closed when they cancelled and the year is over."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor, System
from accounts.departments import services as departments
from accounts.departments.models import Department
from accounts.mail import services as mail
from accounts.mail.models import OutgoingMail
from accounts.people.services.letters import letter
from accounts.renewals import calendar, queries
from accounts.renewals.calendar import Stage
from accounts.renewals.models import Answer, Renewal
from smsportal.lib import db, words
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of

KEEPERS = ("answer_renewal", "manage_departments")
AT_ONCE = 100  # departments whose mails are written in one transaction


@transaction.atomic
def answer(
    *, department: Department, year_begins_on: dt.date, answer: Answer, by: Actor, now: dt.datetime
) -> Renewal:
    """Still needed, or cancelled with the year's end: either can be changed until then.

    Raises Refused once the year has begun, or for a department that is closed.
    """
    require(by, *KEEPERS)
    if not by.may("manage_departments"):
        _refuse_a_stranger(department, by)
    if day_of(now) >= year_begins_on:
        raise Refused(
            f"The year has begun on {words.day(year_begins_on)}. Ask the messaging team about it."
        )
    if not department.is_open:
        raise Refused(f"{department} is closed.")
    mine = {"department": department, "year_begins_on": year_begins_on}
    Renewal.objects.bulk_create([Renewal(**mine)], ignore_conflicts=True)
    said = {"answer": answer, "answered_at": now, "answered_by_name": by.audit_name}
    # The same answer again, by a second click or a second administrator, is no new line.
    changed = Renewal.objects.filter(**mine).exclude(answer=answer).update(**said)
    renewal = Renewal.objects.select_related("department").get(**mine)
    if changed:
        _write(renewal, by, now)
    return renewal


def _refuse_a_stranger(department: Department, by: Actor) -> None:
    if department.pk != by.department_id:
        raise Refused("This is not your department.")


def _write(renewal: Renewal, by: Actor, now: dt.datetime) -> None:
    department, ends_on = renewal.department, calendar.last_day(renewal.year_begins_on)
    if renewal.is_cancelled:
        sentence = f"Cancelled {department}: it ends on {words.day(ends_on)}."
    else:
        sentence = (
            f"{department} is still needed in the year from {words.day(renewal.year_begins_on)}."
        )
    audit.record(
        by=by,
        verb=f"renewals.{renewal.answer}",
        words=sentence,
        on=department,
        department_id=department.pk,
        now=now,
    )


def mail_due(*, now: dt.datetime) -> int:
    """Ask and remind whoever has not answered, each stage once; answers how many mails."""
    year_begins_on = queries.coming_year(now)
    stage = calendar.stage_on(day_of(now), year_begins_on)
    if stage is None:
        return 0
    _make_rows(year_begins_on)
    count = 0
    while mailed := _mail_some(year_begins_on, stage, now):
        count += mailed - 1
    return count


def _make_rows(year_begins_on: dt.date) -> None:
    without = queries.asked(year_begins_on).exclude(renewals__year_begins_on=year_begins_on)
    rows = [Renewal(department=each, year_begins_on=year_begins_on) for each in without]
    Renewal.objects.bulk_create(rows, batch_size=db.CHUNK, ignore_conflicts=True)


@transaction.atomic
def _mail_some(year_begins_on: dt.date, stage: Stage, now: dt.datetime) -> int:
    """The claim and the mails in one commit: two workers never write the same one.

    Answers one more than the number of mails, 0 when no department is left.
    """
    due = Renewal.objects.filter(
        year_begins_on=year_begins_on,
        mailed_count__lt=stage.number,
        answer=Answer.NONE,
        department__in=queries.asked(year_begins_on),
    )
    claimed = db.claim(due, AT_ONCE, mailed_count=stage.number, mailed_at=now)
    if not claimed:
        return 0
    renewals = Renewal.objects.filter(pk__in=claimed)
    asked = list(renewals.values_list("department_id", flat=True))
    letters = [
        _letter(told, year_begins_on, stage, now) for told in queries.letters_for(asked, now)
    ]
    mail.send_many(letters)
    return len(letters) + 1


def _letter(
    told: queries.Letter, year_begins_on: dt.date, stage: Stage, now: dt.datetime
) -> OutgoingMail:
    token = queries.link_token(told.admin, year_begins_on)
    return letter(
        told.admin,
        "emails/renewal",
        now,
        department=told.admin.department,
        link=settings.PORTAL_URL + reverse("renewals:link", args=[token]),
        users_link=settings.PORTAL_URL + reverse("people:users") + "?state=year",
        year_begins_on=year_begins_on,
        last_day=calendar.last_day(year_begins_on),
        stage=stage,
        user_count=told.user_count,
        away_count=told.away_count,
    )


def close_cancelled(*, now: dt.datetime) -> int:
    """S42: the year is over, so whoever cancelled is closed. Answers how many departments."""
    over = Renewal.objects.cancelled().filter(
        year_begins_on__lte=day_of(now), closed_at__isnull=True
    )
    return sum(_close(renewal, now) for renewal in over.select_related("department"))


@transaction.atomic
def _close(renewal: Renewal, now: dt.datetime) -> bool:
    """Once: a department that the team reopens afterwards stays open."""
    still = Renewal.objects.cancelled().filter(pk=renewal.pk, closed_at__isnull=True)
    if not still.update(closed_at=now):
        return False
    department = renewal.department
    if department.is_open:
        departments.close(department=department, by=System(department.pk), now=now)
    return True
