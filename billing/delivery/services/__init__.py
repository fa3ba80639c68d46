"""Reports are asked for, made, mailed as links, fetched, stopped and deleted."""

import datetime as dt
import hashlib
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor, System
from accounts.mail import services as mail
from accounts.mail.models import OutgoingMail
from accounts.people.models import Person
from billing.delivery import engine, periods, queries
from billing.delivery.engine import Made
from billing.delivery.models import (
    KEPT_FOR,
    MOST_FETCHES,
    DeliveryLink,
    DeliveryOrder,
    DeliveryReport,
    Kind,
    ReportState,
    What,
)
from billing.delivery.periods import Often, Period
from billing.delivery.services.checking import (
    Wanted,
    checked_addresses,
    checked_period,
    refuse_too_many,
)
from smsportal.lib.bells import enqueue
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of


def ask(*, wanted: Wanted, by: Person, now: dt.datetime) -> DeliveryOrder:
    """Keep the order; the worker makes the file. Raises Refused."""
    require(by, "get_delivery_reports")
    addresses = checked_addresses(wanted, by)
    refuse_too_many(wanted, by)
    today = day_of(now)
    order = _order(wanted, addresses, by, now)
    with transaction.atomic():
        order.save()
        if wanted.often == Often.ONCE:
            _add(order, checked_period(wanted, today), now)
        _write(order, by, "asked", f"Asked for a {_described(order, wanted)}.", now)
    return order


def change(*, order: DeliveryOrder, wanted: Wanted, by: Person, now: dt.datetime) -> DeliveryOrder:
    """Another order in its place: what has come so far stays as it was asked for, above all who may
    read it. Raises Refused.
    """
    require(by, "get_delivery_reports")
    if wanted.often == Often.ONCE:
        raise Refused("Choose weekly or monthly.", field="often")
    addresses = checked_addresses(wanted, by)
    new = _order(wanted, addresses, by, now)
    if order.often == wanted.often:
        new.next_on = order.next_on
    changes = _changes(order, new)
    if not changes:
        return order
    mine = DeliveryOrder.objects.visible_to(by)
    with transaction.atomic():
        # By the day too: were it begun meanwhile, the new one would begin the same period again.
        still = mine.filter(pk=order.pk, stopped_at=None, next_on=order.next_on)
        if not still.update(stopped_at=now):
            raise Refused("This report has been changed or stopped meanwhile. Look at the list.")
        new.save()
        often = order.get_often_display().lower()
        _write(new, by, "changed", f"Changed the {often} delivery report: {changes}.", now)
    return new


def _order(wanted: Wanted, addresses: list[str], by: Person, now: dt.datetime) -> DeliveryOrder:
    """Not kept yet."""
    is_once = wanted.often == Often.ONCE
    return DeliveryOrder(
        department_id=by.department_id,
        person=by,
        what=wanted.what,
        has_words=wanted.has_words,
        kind=wanted.kind,
        often=wanted.often,
        addresses=addresses,
        next_on=None if is_once else periods.next_due(wanted.often, day_of(now)),
        created_at=now,
    )


def _changes(was: DeliveryOrder, new: DeliveryOrder) -> str:
    """ "how often from weekly to monthly; file from CSV to Excel". Empty: none."""
    pairs = (
        ("how often", was.get_often_display().lower(), new.get_often_display().lower()),
        ("what is in it", was.get_what_display(), new.get_what_display()),
        ("words and full numbers", *("yes" if each.has_words else "no" for each in (was, new))),
        ("file", was.get_kind_display(), new.get_kind_display()),
        ("addresses", *(", ".join(each.addresses) for each in (was, new))),
    )
    return "; ".join(f"{name} from {old} to {now}" for name, old, now in pairs if old != now)


def _described(order: DeliveryOrder, wanted: Wanted) -> str:
    about = f"for {wanted.period}" if wanted.period else order.get_often_display().lower()
    whole = " with words and full numbers" if order.has_words else ""
    return f"delivery report {about}{whole}, to {', '.join(order.addresses) or 'nobody'}"


def _add(order: DeliveryOrder, period: Period, now: dt.datetime) -> DeliveryReport:
    report = DeliveryReport.objects.create(
        order=order, first_on=period.first_on, last_on=period.last_on, created_at=now
    )
    enqueue("billing.make_delivery_reports")
    return report


def make_again(*, report: DeliveryReport, by: Person, now: dt.datetime) -> DeliveryReport:
    """The same once more, as things stand now; its addresses are mailed again. Raises Refused."""
    require(by, "get_delivery_reports")
    order = report.order
    wanted = Wanted(
        What(order.what), order.has_words, Kind(order.kind), Often.ONCE, order.addresses,
        report.period, is_confirmed=True,
    )  # fmt: skip
    # Whoever had an address then may have left since.
    return ask(wanted=wanted, by=by, now=now).reports.get()


def order_due(*, now: dt.datetime) -> int:
    """Begin those that come again and whose day has come; answers how many."""
    due = DeliveryOrder.objects.filter(next_on__lte=day_of(now), stopped_at__isnull=True)
    return sum(
        _begin(order, now)
        for order in due.select_related("person__department")
        if periods.due_at(order.next_on) <= now
    )


@transaction.atomic
def _begin(order: DeliveryOrder, now: dt.datetime) -> bool:
    """Once for each day it is due; days that nobody was there for are not made up for."""
    often, today = Often(order.often), day_of(now)
    still = DeliveryOrder.objects.filter(pk=order.pk, next_on=order.next_on, stopped_at=None)
    if not still.update(next_on=periods.next_due(often, today)):
        return False
    if not order.person.is_active:
        return False
    _add(order, periods.before(often, today), now)
    return True


def make_waiting(*, now: dt.datetime) -> int:
    """Make what waits, one after the other. Answers how many files there are now."""
    count = 0
    while report := engine.claim():
        count += _finish(report, engine.make(report, now), now)
    return count


def _finish(report: DeliveryReport, made: Made, now: dt.datetime) -> bool:
    mine = DeliveryReport.objects.filter(
        pk=report.pk, state=ReportState.WAITING, lease_until=report.lease_until
    )
    if made.problem:
        mine.update(state=ReportState.FAILED, problem=made.problem, lease_until=None)
        return False
    pairs = [_new_link(report, address) for address in report.order.addresses]
    report.counts, report.expires_at = made.counts or {}, now + KEPT_FOR
    letters = [_letter(report, link, token, now) for link, token in pairs]
    with transaction.atomic():
        if not mine.update(
            state=ReportState.READY,
            stored_name=made.stored_name,
            row_count=made.row_count,
            counts=report.counts,
            ready_at=now,
            expires_at=report.expires_at,
            lease_until=None,
        ):
            return False  # deleted meanwhile: the sweep finds the file
        DeliveryLink.objects.bulk_create([link for link, _ in pairs])
        mail.send_many(letters)
    return True


def _new_link(report: DeliveryReport, address: str) -> tuple[DeliveryLink, str]:
    token = secrets.token_urlsafe(32)
    return DeliveryLink(report=report, address=address, token_hash=_hash(token)), token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _letter(
    report: DeliveryReport, link: DeliveryLink, token: str, now: dt.datetime
) -> OutgoingMail:
    order = report.order
    known = {
        "report": report,
        "order": order,
        "counts": report.counts,
        "link": settings.PORTAL_URL + reverse("delivery:link", args=[token]),
        "most": MOST_FETCHES,
        "service_desk": settings.SERVICE_DESK,
        "now": now,
    }
    return mail.letter(
        to=link.address,
        subject=render_to_string("emails/report_ready_subject.txt", known),
        body=render_to_string("emails/report_ready_message.txt", known).strip() + "\n",
        html=render_to_string("emails/report_ready_message.html", known),
        department_id=order.department_id,
        now=now,
    )


def find_link(token: str, now: dt.datetime) -> DeliveryLink | None:
    """What the token opens, as long as the file is there."""
    links = DeliveryLink.objects.select_related("report__order__person__department")
    found = links.filter(token_hash=_hash(token), report__in=DeliveryReport.objects.fetchable(now))
    return found.first()


def may_open(link: DeliveryLink, person: Person | None) -> bool:
    """With words and whole numbers only for somebody signed in who may see them."""
    order = link.report.order
    if not order.has_words:
        return True
    return person is not None and queries.may_read_words(order).filter(pk=person.pk).exists()


@transaction.atomic
def fetch_by_link(*, link: DeliveryLink, person: Person | None, now: dt.datetime) -> Path:
    """The file, counted and written down. Raises Refused when the link has been used up."""
    if not may_open(link, person):
        raise Refused("Sign in as somebody who may see these messages.")
    left = DeliveryLink.objects.filter(pk=link.pk, fetch_count__lt=MOST_FETCHES)
    if not left.update(fetch_count=F("fetch_count") + 1, fetched_at=now):
        raise Refused(f"This link has been used {MOST_FETCHES} times. Ask for the report again.")
    order = link.report.order
    by: Actor = person or System(
        order.department_id, audit_name=link.address, audit_role="not signed in"
    )
    sentence = (
        f"Fetched “{link.report}” of {order.person.audit_name} by the link mailed to "
        f"{link.address}."
    )
    _write(order, by, "fetched", sentence, now)
    return _file_of(link.report)


@transaction.atomic
def fetch(*, report: DeliveryReport, by: Person, now: dt.datetime) -> Path:
    """The file for whoever asked for it. Raises Refused once it is gone."""
    require(by, "get_delivery_reports")
    if not DeliveryReport.objects.visible_to(by).fetchable(now).filter(pk=report.pk).exists():
        raise Refused("This report has expired. Make it again.")
    _write(report.order, by, "fetched", f"Fetched “{report}”.", now)
    return _file_of(report)


def _file_of(report: DeliveryReport) -> Path:
    """Raises Refused where the folder was lost, as after a restored backup."""
    path = engine.path_of(report.stored_name)
    if not path.is_file():
        raise Refused("The file of this report is no longer there. Make it again.")
    return path


@transaction.atomic
def stop(*, order: DeliveryOrder, by: Actor, now: dt.datetime) -> None:
    """It comes no more; what has come stays."""
    require(by, "get_delivery_reports")
    if DeliveryOrder.objects.filter(pk=order.pk, stopped_at=None).update(stopped_at=now):
        sentence = (
            f"Stopped the {order.get_often_display().lower()} delivery report of {order.person}."
        )
        _write(order, by, "stopped", sentence, now)


def delete(*, report: DeliveryReport, by: Actor, now: dt.datetime) -> None:
    """The report and its links are gone at once, its file with them."""
    require(by, "get_delivery_reports")
    with transaction.atomic():
        DeliveryReport.objects.filter(pk=report.pk).delete()
        _write(report.order, by, "deleted", f"Deleted “{report}” of {report.order.person}.", now)
    if report.stored_name:
        engine.path_of(report.stored_name).unlink(missing_ok=True)


def _write(order: DeliveryOrder, by: Actor, deed: str, words: str, now: dt.datetime) -> None:
    audit.record(
        by=by,
        verb=f"reports.{deed}",
        words=words,
        on=order,
        department_id=order.department_id,
        now=now,
    )
