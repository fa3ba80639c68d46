"""What every page about somebody's account needs: the account, the way back, the link once."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.departments.models import Department
from accounts.people.errors import DetailsRefused
from accounts.people.forms.accounts import AccountForm
from accounts.people.models import Person
from accounts.people.services.invitations import add_and_invite

LINK_ONCE = "link_once"
A_PAGE = 50


def load(request: HttpRequest, uid: Any, role: str) -> Person:
    """404 for everybody whom the asker may not see."""
    people = Person.objects.visible_to(request.user).select_related("department")
    return get_object_or_404(people, uid=uid, role=role)


def list_of(request: HttpRequest, department: Department, role: str) -> str:
    """The address of the list that the asker came from."""
    if request.user.may("manage_departments"):
        return reverse("people:department_people", args=[department.uid])
    return reverse("people:users" if role == "user" else "people:admins")


def add_by(request: HttpRequest, form: AccountForm, department: Department) -> HttpResponse | None:
    """Adds whom a valid form describes and leads to the list. None: the form says what is wrong."""
    try:
        person, link = add_and_invite(
            department=department,
            details=form.details(),
            role=form.role,
            by=request.user,
            now=form.now,
        )
    except DetailsRefused as refusal:
        form.show(refusal.field, refusal.words)
        return None
    tell_of_link(request, person, link, f"{person.name} has been added")
    return redirect(list_of(request, department, form.role))


def tell_of_link(request: HttpRequest, person: Person, link: str, done: str) -> None:
    tell_of_links(request, {person.name: link}, done)


def tell_of_links(request: HttpRequest, links: dict[str, str], done: str) -> None:
    """A toast; and where mail is not set up, the links themselves on the next page, once."""
    if settings.EMAIL_IS_SET_UP:
        sent = "a link to set a password. It works for 3 days."
        each = "each of them " if len(links) > 1 else ""
        messages.success(request, f"{done}\nWe emailed {each}{sent}")
    else:
        messages.success(request, done)
        request.session[LINK_ONCE] = [{"name": name, "link": links[name]} for name in links]


def link_once(request: HttpRequest) -> list[dict[str, str]]:
    return request.session.pop(LINK_ONCE, [])
