"""Keeping contact books: the admin the global one, each user a personal one (S80-S84).

Many rows go in chunks of a thousand, each its own transaction, so that nobody waits for them; all
that one deletion takes has the same `deleted_at`, by which it is put back.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from accounts.audit import services as audit
from accounts.people.access import require
from accounts.people.models import Person
from messaging.contacts import errors
from messaging.contacts.models import Contact, Group, Membership
from messaging.contacts.names import tidy
from messaging.contacts.queries import deleted_together
from smsportal.lib.db import CHUNK, insert_from_select
from smsportal.lib.phones import display

PERMISSIONS = ("manage_global_contacts", "keep_personal_contacts")


def owner_of_new(by: Person) -> Person | None:
    """Whose book `by` writes in: nobody's, which is the global one, for an admin (S84).

    Raises PermissionDenied for everybody who keeps no contacts.
    """
    require(by, *PERMISSIONS)
    return None if by.may("manage_global_contacts") else by


def add_contact(
    *,
    number: str,
    first_name: str,
    last_name: str,
    groups: Iterable[Group] = (),
    by: Person,
    now: dt.datetime,
) -> Contact:
    """number: E.164. Raises NumberTaken, NumberArriving."""
    owner = owner_of_new(by)
    contact = Contact(
        department_id=by.department_id,
        owner=owner,
        number=number,
        first_name=tidy(first_name),
        last_name=tidy(last_name),
        created_at=now,
        updated_at=now,
    )
    with transaction.atomic():
        _keep(contact, groups, by)
        _record(contact, "contacts.added", "Added", by, now)
    return contact


def edit_contact(
    *,
    contact: Contact,
    number: str,
    first_name: str,
    last_name: str,
    groups: Iterable[Group],
    by: Person,
    now: dt.datetime,
) -> Contact:
    """groups: all that the contact shall be in, of those that `by` keeps."""
    _require_own(Contact, [contact.pk], by)
    contact.number, contact.updated_at = number, now
    contact.first_name, contact.last_name = tidy(first_name), tidy(last_name)
    with transaction.atomic():
        _keep(contact, groups, by)
        _record(contact, "contacts.changed", "Changed", by, now)
    return contact


def _keep(contact: Contact, groups: Iterable[Group], by: Person) -> None:
    wanted = {group.pk for group in groups}
    _require_own(Group, wanted, by)
    try:
        with transaction.atomic():
            contact.save()
            Membership.objects.filter(
                contact=contact, group__in=Group.objects.editable_by(by)
            ).exclude(group_id__in=wanted).delete()
            Membership.objects.bulk_create(
                [Membership(group_id=pk, contact=contact) for pk in wanted], ignore_conflicts=True
            )
    except IntegrityError:
        raise _who_has_it(contact) from None


def _who_has_it(contact: Contact) -> errors.Refused:
    book = Contact.objects.filter(department_id=contact.department_id, owner_id=contact.owner_id)
    other = book.live().filter(number=contact.number).exclude(pk=contact.pk).first()
    if other:
        return errors.NumberTaken(display(contact.number), other.name)
    return errors.NumberArriving(display(contact.number))


def delete_contacts(*, contacts: QuerySet[Contact], by: Person, now: dt.datetime) -> int:
    """Delete those of `contacts` that `by` keeps, and answer how many those were.

    All of them get `deleted_at=now`, which is what `restore_contacts` asks for.
    """
    require(by, *PERMISSIONS)
    own = Contact.objects.editable_by(by).live().filter(pk__in=contacts.values("pk"))
    count = 0
    for ids in _chunks(own):
        count += Contact.objects.filter(pk__in=ids).live().update(deleted_at=now)
    _record_many("contacts.deleted", f"Deleted {_contacts(count, by)}", count, by, now)
    return count


def restore_contacts(*, deleted_at: dt.datetime, by: Person, now: dt.datetime) -> tuple[int, int]:
    """Put back what one deletion took: (how many came back, how many could not).

    One whose number has been added again in the meantime stays deleted.
    """
    require(by, *PERMISSIONS)
    back = left = 0
    for ids in _chunks(deleted_together(by, deleted_at)):
        gone = Contact.objects.filter(pk__in=ids, deleted_at=deleted_at)
        numbers = gone.values("number")
        taken = Contact.objects.editable_by(by).filter(deleted_at__isnull=True, number__in=numbers)
        free = gone.exclude(number__in=list(taken.values_list("number", flat=True)))
        restored = free.update(deleted_at=None)
        back, left = back + restored, left + len(ids) - restored
    _record_many("contacts.restored", f"Put back {_contacts(back, by)}", back, by, now)
    return back, left


def join_group(*, contacts: QuerySet[Contact], group: Group, by: Person, now: dt.datetime) -> int:
    """Add to a group of `by`'s, and answer how many were not in it before.

    A global group holds global contacts only: everybody sees its members.
    """
    _require_own(Group, [group.pk], by)
    allowed = Contact.objects.visible_to(by).live().filter(pk__in=contacts.values("pk"))
    if group.is_global:
        allowed = allowed.filter(owner__isnull=True)
    count = 0
    for ids in _chunks(allowed):
        source = Contact.objects.filter(pk__in=ids)
        count += insert_from_select(Membership, source, group=group.pk, contact=F("pk"))
    _record_group("groups.joined", f"Added {_contacts(count, by)} to", group, count, by, now)
    return count


def leave_group(*, contacts: QuerySet[Contact], group: Group, by: Person, now: dt.datetime) -> int:
    """Take out of a group; the contacts themselves stay."""
    _require_own(Group, [group.pk], by)
    members = Contact.objects.in_group(group).filter(pk__in=contacts.values("pk"))
    count = 0
    for ids in _chunks(members):
        count += Membership.objects.filter(group=group, contact_id__in=ids).delete()[0]
    _record_group("groups.left", f"Took {_contacts(count, by)} out of", group, count, by, now)
    return count


def merge(*, keep: Contact, others: QuerySet[Contact], by: Person, now: dt.datetime) -> int:
    """One contact out of several: `keep` joins the groups of the others, which are deleted."""
    gone = Contact.objects.editable_by(by).live().filter(owner_id=keep.owner_id)
    gone = gone.filter(pk__in=others.values("pk")).exclude(pk=keep.pk)
    _require_own(Contact, [keep.pk], by)
    with transaction.atomic():
        theirs = Membership.objects.filter(contact__in=gone)
        insert_from_select(Membership, theirs, group=F("group_id"), contact=keep.pk)
        count = Contact.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
            deleted_at=now
        )
        words = f"Merged {_contacts(count + 1, by)} into one"
        _record_many("contacts.merged", words, count, by, now)
    return count


def add_group(*, name: str, by: Person, now: dt.datetime) -> Group:
    """Raises GroupTaken: a name is one group however its capitals are written."""
    owner = owner_of_new(by)
    group = Group(department_id=by.department_id, owner=owner, name=tidy(name), created_at=now)
    with transaction.atomic():
        _name_group(group, group.name, by)
        _record_group("groups.added", "Added", group, 1, by, now)
    return group


def rename_group(*, group: Group, name: str, by: Person, now: dt.datetime) -> Group:
    _require_own(Group, [group.pk], by)
    before = group.name
    with transaction.atomic():
        _name_group(group, tidy(name), by)
        if group.name != before:
            words = "Renamed" if not group.is_global else f"Renamed {before} to"
            _record_group("groups.renamed", words, group, 1, by, now)
    return group


def _name_group(group: Group, name: str, by: Person) -> None:
    same = Group.objects.editable_by(by).live().filter(name__iexact=name).exclude(pk=group.pk)
    if same.exists():
        raise errors.GroupTaken(name)
    group.name = name
    group.save()


def delete_group(*, group: Group, by: Person, now: dt.datetime) -> None:
    """The people in it stay in the book."""
    _require_own(Group, [group.pk], by)
    with transaction.atomic():
        if Group.objects.live().filter(pk=group.pk).update(deleted_at=now):
            _record_group("groups.deleted", "Deleted", group, 1, by, now)


def restore_group(*, group: Group, by: Person, now: dt.datetime) -> None:
    """Raises GroupTaken when another group has its name now."""
    _require_own(Group, [group.pk], by)
    with transaction.atomic():
        group.deleted_at = None
        _name_group(group, group.name, by)
        _record_group("groups.restored", "Put back", group, 1, by, now)


def hand_over(*, person: Person, heir: Person | None, now: dt.datetime) -> tuple[int, int]:
    """A leaver's personal contacts and groups go to `heir`, or are deleted without one.

    A number that the heir has stays as the heir calls it, and joins the leaver's groups; a group
    of the same name is the same group. Answers (contacts, groups) that moved or went.
    """
    contacts = Contact.objects.filter(owner=person, deleted_at__isnull=True)
    groups = Group.objects.filter(owner=person, deleted_at__isnull=True)
    counts = contacts.count(), groups.count()
    with transaction.atomic():
        if heir is not None:
            _hand_groups(groups, heir, now)
            _hand_contacts(contacts, heir)
        contacts.update(deleted_at=now)
        groups.update(deleted_at=now)
    return counts


def _hand_groups(groups: QuerySet[Group], heir: Person, now: dt.datetime) -> None:
    theirs = {g.name.casefold(): g for g in Group.objects.filter(owner=heir).live()}
    for group in groups:
        same = theirs.get(group.name.casefold())
        if same is not None:
            source = Membership.objects.filter(group=group)
            insert_from_select(Membership, source, group=same.pk, contact=F("contact_id"))
    taken = [group.pk for group in groups if group.name.casefold() in theirs]
    groups.exclude(pk__in=taken).update(owner=heir)


def _hand_contacts(contacts: QuerySet[Contact], heir: Person) -> None:
    theirs = Contact.objects.filter(owner=heir, deleted_at__isnull=True)
    known = dict(theirs.filter(number__in=contacts.values("number")).values_list("number", "pk"))
    doubled = contacts.filter(number__in=list(known)).values_list("number", "pk")
    own = {pk: known[number] for number, pk in doubled}
    Membership.objects.bulk_create(
        [
            Membership(group_id=group_id, contact_id=own[contact_id])
            for group_id, contact_id in Membership.objects.filter(
                contact_id__in=list(own), group__owner=heir
            ).values_list("group_id", "contact_id")
        ],
        batch_size=CHUNK,
        ignore_conflicts=True,
    )
    contacts.exclude(pk__in=list(own)).update(owner=heir, department_id=heir.department_id)


def _require_own(model: type[Contact] | type[Group], ids: Iterable[int], by: Person) -> None:
    require(by, *PERMISSIONS)
    wanted = set(ids)
    if model.objects.editable_by(by).filter(pk__in=wanted).count() != len(wanted):
        raise PermissionDenied("These contacts are kept by somebody else.")


def _chunks(rows: QuerySet) -> Iterator[Sequence[int]]:
    """Ids, a thousand at a time, read before the first of them changes."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _contacts(count: int, by: Person) -> str:
    kind = "global" if by.may("manage_global_contacts") else "personal"
    return f"{count:,} {kind} {'contact' if count == 1 else 'contacts'}"


# Activity is read by the department's admin, who may not see a personal contact's name (S82).


def _record(contact: Contact, verb: str, did: str, by: Person, now: dt.datetime) -> None:
    if contact.is_global:
        words = f"{did} the global contact {contact.name or display(contact.number)}."
        audit.record(by=by, verb=verb, words=words, now=now, on=contact)
    else:
        audit.record(by=by, verb=verb, words=f"{did} a personal contact.", now=now)


def _record_many(verb: str, words: str, count: int, by: Person, now: dt.datetime) -> None:
    if count:
        audit.record(by=by, verb=verb, words=f"{words}.", now=now)


def _record_group(
    verb: str, did: str, group: Group, count: int, by: Person, now: dt.datetime
) -> None:
    if not count:
        return
    if group.is_global:
        words = f"{did} the global group {group.name}."
        audit.record(by=by, verb=verb, words=words, now=now, on=group)
    else:
        audit.record(by=by, verb=verb, words=f"{did} a personal group.", now=now)
