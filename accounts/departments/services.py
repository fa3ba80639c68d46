"""What the messaging team asks for: departments are opened, changed, frozen, closed."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts.audit.access import require
from accounts.audit.actors import Actor
from accounts.audit.services import record
from accounts.departments import rules
from accounts.departments.models import CodeKind, CostCode, Department, TagState
from accounts.departments.signals import department_closed
from smsportal.lib import words
from smsportal.lib.errors import Refused
from smsportal.lib.walltime import day_of


@dataclass(frozen=True)
class Caps:
    """Most texts, counted in parts, and most pounds; None: as many as they like."""

    per_year: int | None
    per_month: int | None
    per_batch: int
    pounds_per_month: int | None = None


@transaction.atomic
def add(
    *, name: str, code: str, kind: str, alpha_tag: str, by: Actor, now: dt.datetime
) -> Department:
    """A department with its first cost code and its Alpha tag (S72). Raises Refused."""
    require(by, "manage_departments")
    code = rules.clean_code(code)
    name = rules.clean_name(name, code)
    _refuse_a_second(name)
    department = Department.objects.create(
        name=name,
        alpha_tag=rules.clean_tag(alpha_tag),
        alpha_tag_state_at=now,
        created_at=now,
    )
    CostCode.objects.create(
        department=department,
        code=code,
        kind=CodeKind(kind),
        from_on=day_of(now),
        recorded_at=now,
        recorded_by_name=by.audit_name,
    )
    _record(
        department,
        "departments.opened",
        f"Opened {name} {code} with the Alpha tag {department.alpha_tag}.",
        by,
        now,
    )
    return department


@transaction.atomic
def edit(
    *,
    department: Department,
    name: str,
    alpha_tag: str,
    tag_state: str,
    caps: Caps,
    strips_subject_prefixes: bool,
    by: Actor,
    now: dt.datetime,
    code: str = "",
    code_kind: str = "",
    code_from: dt.date | None = None,
) -> Department:
    """The whole department page at once: each part that differs is changed and recorded."""
    rename(department=department, name=name, by=by, now=now)
    if code:
        change_code(
            department=department, code=code, kind=code_kind, from_on=code_from, by=by, now=now
        )
    if not set_alpha_tag(department=department, tag=alpha_tag, by=by, now=now):
        # A tag that was just changed is Requested, whatever the old one was.
        set_alpha_tag_state(department=department, state=TagState(tag_state), by=by, now=now)
    set_caps(department=department, caps=caps, by=by, now=now)
    set_subject_prefixes(department=department, strips=strips_subject_prefixes, by=by, now=now)
    return department


@transaction.atomic
def rename(*, department: Department, name: str, by: Actor, now: dt.datetime) -> None:
    """S17: only the name; the cost code stays beside it."""
    require(by, "manage_departments")
    code = department.code_on(day_of(now))
    name = rules.clean_name(name, str(code))
    if name == department.name:
        return
    _refuse_a_second(name, department)
    was, department.name = department.name, name
    department.save(update_fields=["name"])
    _record(department, "departments.renamed", f"Renamed {was} {code} to {name} {code}.", by, now)


@transaction.atomic
def change_code(
    *,
    department: Department,
    code: str,
    kind: str,
    from_on: dt.date | None,
    by: Actor,
    now: dt.datetime,
) -> CostCode:
    """From a day on, today or later: texts that went before stay with their code."""
    require(by, "manage_departments")
    code = rules.clean_code(code)
    from_on = rules.clean_day(code, from_on, day_of(now))
    # The lock: two who plan for one day at the same moment are told so one after the other.
    Department.objects.select_for_update().get(pk=department.pk)
    taken = department.codes.filter(from_on=from_on).first()
    if taken and (taken.code, taken.kind) == (code, kind):
        return taken  # the button was pressed twice
    if taken:
        raise Refused(_already(taken, now), field="code_from")
    changed = CostCode.objects.create(
        department=department,
        code=code,
        kind=CodeKind(kind),
        from_on=from_on,
        recorded_at=now,
        recorded_by_name=by.audit_name,
    )
    was = department.code_on(changed.from_on - dt.timedelta(days=1))
    sentence = (
        f"Changed the cost code of {department} from {was} to {code}, "
        f"{changed.get_kind_display()}, from {words.day(changed.from_on)}."
    )
    _record(department, "departments.code_changed", sentence, by, now)
    return changed


def _already(taken: CostCode, now: dt.datetime) -> str:
    if taken.from_on == day_of(now):
        return f"{taken} began today. Choose a later day."
    return f"{taken} begins on {words.day(taken.from_on)} already. Take it back first."


@transaction.atomic
def take_back_code(*, code: CostCode, by: Actor, now: dt.datetime) -> None:
    """Only a planned one: what has begun was charged to. Raises Refused."""
    require(by, "manage_departments")
    if code.from_on <= day_of(now):
        raise Refused(
            f"{code} began on {words.day(code.from_on)} and cannot be taken back. "
            "Enter the right code with a later day."
        )
    sentence = f"Took back the cost code {code} planned from {words.day(code.from_on)}."
    _record(code.department, "departments.code_taken_back", sentence, by, now)
    code.delete()


@transaction.atomic
def set_alpha_tag(*, department: Department, tag: str, by: Actor, now: dt.datetime) -> bool:
    """Ask for another tag; False when it is the one they have. Raises Refused.

    A registered tag goes on being used until the new one is registered: networks block names
    that they do not know.
    """
    require(by, "manage_departments")
    tag = rules.clean_tag(tag)
    was = department.next_alpha_tag or department.alpha_tag
    if tag == was:
        return False
    if tag == department.alpha_tag:
        department.next_alpha_tag = ""
        sentence = f"Kept the Alpha tag {tag} of {department}, and not {was}."
    elif department.alpha_tag_state == TagState.REGISTERED:
        department.next_alpha_tag = tag
        sentence = (
            f"Asked for the Alpha tag {tag} for {department}. "
            f"Texts come from {department.alpha_tag} until it is registered."
        )
    else:
        department.alpha_tag, department.next_alpha_tag = tag, ""
        department.alpha_tag_state, department.alpha_tag_state_at = TagState.REQUESTED, now
        sentence = f"Changed the Alpha tag of {department} from {was} to {tag}."
    department.save(update_fields=TAG_FIELDS)
    _record(department, "departments.alpha_tag_changed", sentence, by, now)
    return True


TAG_FIELDS = ["alpha_tag", "next_alpha_tag", "alpha_tag_state", "alpha_tag_state_at"]


@transaction.atomic
def set_alpha_tag_state(
    *, department: Department, state: TagState, by: Actor, now: dt.datetime
) -> None:
    """What the networks said of the tag that was asked for last."""
    require(by, "manage_departments")
    asked = department.next_alpha_tag
    if state == (TagState.REQUESTED if asked else department.alpha_tag_state):
        return
    tag = asked or department.alpha_tag
    if asked:
        department.next_alpha_tag = ""
    if not asked or state == TagState.REGISTERED:
        department.alpha_tag = tag
        department.alpha_tag_state, department.alpha_tag_state_at = state, now
    department.save(update_fields=TAG_FIELDS)
    sentence = f"Recorded that the Alpha tag {tag} of {department} is {state.label}."
    if asked and state == TagState.BLOCKED:
        sentence += f" Texts still come from {department.alpha_tag}."
    _record(department, f"departments.alpha_tag_{state}", sentence, by, now)


@transaction.atomic
def set_caps(*, department: Department, caps: Caps, by: Actor, now: dt.datetime) -> None:
    require(by, "manage_departments")
    changes = []
    for limit, field in CAP_FIELDS.items():
        was, wanted = getattr(department, field), getattr(caps, limit)
        if was != wanted:
            setattr(department, field, wanted)
            most = _most_pounds if limit == "pounds_per_month" else _most
            changes.append(f"{CAP_WORDS[limit]} from {most(was)} to {most(wanted)}")
    if not changes:
        return
    department.save(update_fields=list(CAP_FIELDS.values()))
    sentence = f"Changed limits of {department}: {', '.join(changes)}."
    _record(department, "departments.caps_changed", sentence, by, now)


@transaction.atomic
def set_subject_prefixes(
    *, department: Department, strips: bool, by: Actor, now: dt.datetime
) -> None:
    """Whether "Re:", "Fwd:" and "[EXTERNAL]" go out with texts sent by email."""
    require(by, "manage_departments")
    if department.strips_subject_prefixes == strips:
        return
    department.strips_subject_prefixes = strips
    department.save(update_fields=["strips_subject_prefixes"])
    sentence = (
        f"Had Re:, Fwd: and [EXTERNAL] {'left out of' if strips else 'kept in'} "
        f"the texts that {department} sends by email."
    )
    _record(department, "departments.prefixes_changed", sentence, by, now)


CAP_FIELDS = {
    "per_year": "parts_per_year_cap",
    "per_month": "parts_per_month_cap",
    "per_batch": "parts_per_batch_cap",
    "pounds_per_month": "pounds_per_month_cap",
}
CAP_WORDS = {
    "per_year": "a year",
    "per_month": "a month",
    "per_batch": "one message",
    "pounds_per_month": "money a month",
}


def _most(cap: int | None) -> str:
    return "no limit" if cap is None else f"{cap:,} texts"


def _most_pounds(cap: int | None) -> str:
    return "no limit" if cap is None else f"£{cap:,}"


@transaction.atomic
def freeze(*, department: Department, reason: str, by: Actor, now: dt.datetime) -> None:
    """Nobody of the department can send until it is unfrozen; everything else goes on."""
    require(by, "manage_departments")
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Say why: the people of the department read it.", field="reason")
    if not _only_if(department, frozen_at=None, closed_at=None).update(
        frozen_at=now, frozen_reason=reason
    ):
        raise Refused(f"{department} is frozen or closed already.")
    department.refresh_from_db()
    _record(department, "departments.frozen", f"Froze sending for {department}: {reason}", by, now)


@transaction.atomic
def unfreeze(*, department: Department, by: Actor, now: dt.datetime) -> None:
    require(by, "manage_departments")
    if not department.frozen_at:
        return
    department.frozen_at, department.frozen_reason = None, ""
    department.save(update_fields=["frozen_at", "frozen_reason"])
    _record(department, "departments.unfrozen", f"Let {department} send again.", by, now)


@transaction.atomic
def close(*, department: Department, by: Actor, now: dt.datetime) -> None:
    """Nobody can sign in any more; what was planned is stopped; history and bills are kept."""
    require(by, "manage_departments")
    if not _only_if(department, closed_at=None).update(closed_at=now):
        raise Refused(f"{department} is closed already.")
    department.refresh_from_db()
    department_closed.send(sender=Department, department=department, by=by, now=now)
    shown = department.shown_on(day_of(now))
    _record(department, "departments.closed", f"Closed {shown}.", by, now)


@transaction.atomic
def reopen(*, department: Department, by: Actor, now: dt.datetime) -> None:
    """People can sign in again; what was stopped stays stopped."""
    require(by, "manage_departments")
    _refuse_a_second(department.name, department)
    if not _only_if(department, closed_at__isnull=False).update(closed_at=None):
        raise Refused(f"{department} is open already.")
    department.refresh_from_db()
    shown = department.shown_on(day_of(now))
    _record(department, "departments.reopened", f"Reopened {shown}.", by, now)


def _only_if(department: Department, **facts: object) -> QuerySet[Department]:
    """The row, while it still is so: of two who press the button, one is first."""
    return Department.objects.filter(pk=department.pk, **facts)


def _refuse_a_second(name: str, department: Department | None = None) -> None:
    """Two open departments of one name could not be told apart."""
    same = Department.objects.filter(name__iexact=name, closed_at__isnull=True)
    if department:
        same = same.exclude(pk=department.pk)
    if same.exists():
        raise Refused(f"There is a department called {name} already.", field="name")


def _record(department: Department, verb: str, sentence: str, by: Actor, now: dt.datetime) -> None:
    record(by=by, verb=verb, words=sentence, now=now, on=department, department_id=department.pk)
