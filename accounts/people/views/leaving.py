"""Deeds to an account that is already there: links, resets, deleting and restoring."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people.access import permission_required, require
from accounts.people.errors import NotPossible
from accounts.people.forms.leaving import LeavingForm, ResetForm
from accounts.people.models import Person
from accounts.people.queries import away, heirs_for, touched_by_leaving
from accounts.people.roles import RoleName
from accounts.people.services.invitations import invite as send_invitation
from accounts.people.services.leaving import remove_people, remove_person, restore_person
from accounts.people.services.passwords import force_reset
from accounts.people.views.keeping import A_PAGE, list_of, load, tell_of_link


def _page_of(person: Person) -> str:
    return reverse(f"people:{person.role}_edit", args=[person.uid])


def _kept(request: HttpRequest, uid: UUID, role: str) -> Person:
    """403 before 404: no administrator keeps administrators, not even of the own department."""
    if role != RoleName.USER:
        require(request.user, "manage_departments")
    return load(request, uid, role)


@permission_required("manage_users", "manage_departments")
@require_POST
def invite(request: HttpRequest, uid: UUID, role: str) -> HttpResponse:
    person = _kept(request, uid, role)
    try:
        link = send_invitation(person=person, by=request.user, now=timezone.now())
    except NotPossible as refusal:
        return _refused(request, person, refusal)
    tell_of_link(request, person, link, f"{person.name} has a new link")
    return redirect(list_of(request, person.department, role))


@permission_required("manage_users", "manage_departments")
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, uid: UUID, role: str) -> HttpResponse:
    """S38"""
    person = _kept(request, uid, role)
    form = ResetForm(request.POST or None)
    if form.is_valid():
        try:
            link = force_reset(
                person=person, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.words)
        else:
            tell_of_link(request, person, link, f"The password of {person.name} has been reset")
            return redirect(list_of(request, person.department, role))
    context = {"form": form, "person": person, "back": _page_of(person)}
    return render(
        request, "accounts/people/reset.html", context, status=422 if form.errors else 200
    )


@permission_required("manage_users", "manage_departments")
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID, role: str) -> HttpResponse:
    person = _kept(request, uid, role)
    touched, heirs = touched_by_leaving(person), heirs_for(person)
    form = LeavingForm(request.POST or None, heirs=heirs, asks=bool(touched))
    if request.method == "POST" and form.is_valid():
        try:
            remove_person(
                person=person, by=request.user, now=timezone.now(), heir=form.cleaned_data["heir"]
            )
        except NotPossible as refusal:
            form.add_error(None, refusal.words)
        else:
            messages.success(request, f"{person.name} has been deleted")
            return redirect(list_of(request, person.department, role))
    context = {
        "form": form,
        "person": person,
        "touched": touched,
        "back": _page_of(person),
    }
    return render(
        request, "accounts/people/delete.html", context, status=422 if form.errors else 200
    )


@permission_required("manage_users")
@require_POST
def leave_together(request: HttpRequest) -> HttpResponse:
    """Those ticked among the ones who have not signed in for a year: shown once more, then gone."""
    now, picked = timezone.now(), request.POST.getlist("pick")[:A_PAGE]
    # As text: what is no id of anybody is nobody's, and no error.
    mine = Person.objects.visible_to(request.user).users().filter(away(now))
    people = [person for person in mine.order_by("name") if str(person.uid) in picked]
    back = f"{reverse('people:users')}?state=year"
    if people and "confirmed" in request.POST:
        count = remove_people(people=people, by=request.user, now=now)
        messages.success(
            request,
            f"{count} account{' has' if count == 1 else 's have'} been deleted\n"
            "You can restore them for 90 days.",
        )
        return redirect(back)
    context = {
        "leavers": [(person, touched_by_leaving(person)) for person in people],
        "refused": [] if people else [{"id": "main", "text": "Tick the people who have left."}],
        "back": back,
        "now": now,
    }
    status = 200 if people else 422
    return render(request, "accounts/people/leave_together.html", context, status=status)


@permission_required("manage_users", "manage_departments")
@require_POST
def restore(request: HttpRequest, uid: UUID, role: str) -> HttpResponse:
    person, now = _kept(request, uid, role), timezone.now()
    try:
        restore_person(person=person, by=request.user, now=now)
        link = send_invitation(person=person, by=request.user, now=now)
    except NotPossible as refusal:
        return _refused(request, person, refusal)
    tell_of_link(request, person, link, f"{person.name} is back")
    return redirect(list_of(request, person.department, role))


def _refused(request: HttpRequest, person: Person, refusal: NotPossible) -> HttpResponse:
    context = {"words": refusal.words, "back": list_of(request, person.department, person.role)}
    return render(request, "accounts/people/not_possible.html", context, status=422)
