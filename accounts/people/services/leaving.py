"""People who leave. The row stays, so that history keeps the name; signing in ends at once."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.actors import Actor
from accounts.people.errors import NotPossible
from accounts.people.models import Person
from accounts.people.queries import USERNAME_KEPT, heirs_for, touched_by_leaving
from accounts.people.roles import RoleName
from accounts.people.services.accounts import require_keeper
from accounts.people.services.app_passwords import revoke_all
from accounts.people.services.invitations import void_links
from accounts.people.services.passwords import end_sessions
from accounts.people.signals import person_left


def remove_person(
    *, person: Person, by: Actor, now: dt.datetime, heir: Person | None = None
) -> Person:
    """Delete an account. What it leaves behind goes to `heir`, or stops when there is none."""
    require_keeper(by, RoleName(person.role), person.department_id)
    if by.pk == person.pk:
        raise NotPossible("You cannot delete the account that you are signed in with.")
    if heir is not None and heir not in heirs_for(person):
        raise NotPossible(f"{heir.name} is not a user of the same department.", field="heir")
    left_behind = touched_by_leaving(person)
    with transaction.atomic():
        gone = {"left_at": now, "allow_relay": False, "allow_emergency": False}
        if not Person.objects.live().filter(pk=person.pk).update(**gone):
            raise NotPossible(f"{person.name} has been deleted already.")
        person.refresh_from_db()
        person.set_unusable_password()
        person.save(update_fields=["password"])
        void_links(person, now)
        revoke_all(person, now)
        end_sessions(person)
        person_left.send(sender=Person, person=person, by=by, now=now, heir=heir)
        audit.record(
            by=by,
            verb=f"{person.role}s.deleted",
            words=f"Deleted {person.audit_name}.{_fate(left_behind, heir)}",
            on=person,
            department_id=person.department_id,
            now=now,
        )
    return person


@transaction.atomic
def remove_people(*, people: Sequence[Person], by: Actor, now: dt.datetime) -> int:
    """Delete the accounts of a page, all or none; what they leave behind stops. Answers how many.

    Whoever somebody else has just deleted is passed over.
    """
    still = Person.objects.live().filter(pk__in=[person.pk for person in people])
    left = list(still.select_related("department").order_by("name"))
    for person in left:
        remove_person(person=person, by=by, now=now)
    return len(left)


def restore_person(*, person: Person, by: Actor, now: dt.datetime) -> Person:
    """Undo a deletion within 90 days; a new link lets the person in. What was stopped stays so."""
    require_keeper(by, RoleName(person.role), person.department_id)
    if person.department is not None and not person.department.is_open:
        raise NotPossible(f"{person.department} is closed.")
    with transaction.atomic():
        gone = Person.objects.filter(pk=person.pk, left_at__gt=now - USERNAME_KEPT)
        if not gone.exclude(username__contains="~").update(left_at=None):
            raise NotPossible(f"{person.name} was deleted more than 90 days ago. Add a new user.")
        person.refresh_from_db()
        # Whoever comes back chooses anew, from a link.
        person.set_unusable_password()
        person.save(update_fields=["password"])
        audit.record(
            by=by,
            verb=f"{person.role}s.restored",
            words=f"Restored {person.audit_name}.",
            on=person,
            department_id=person.department_id,
            now=now,
        )
    return person


def _fate(left_behind: list[tuple[str, int]], heir: Person | None) -> str:
    if not left_behind:
        return ""
    things = " and ".join(f"{count:,} {words}" for words, count in left_behind)
    if heir is not None:
        return f" Handed over to {heir.audit_name}: {things}."
    return f" Stopped or deleted with the account: {things}."
