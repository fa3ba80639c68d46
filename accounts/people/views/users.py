"""USERS: the people of a department who can send."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.departments.models import Department
from accounts.people.access import permission_required
from accounts.people.errors import DetailsRefused
from accounts.people.forms.accounts import UserForm
from accounts.people.models import Person
from accounts.people.queries import away, listed, quiet
from accounts.people.services.accounts import edit_user
from accounts.people.views.keeping import A_PAGE, add_by, link_once, list_of, load

STATES = (
    ("", "All"),
    ("active", "Active"),
    ("invited", "Invited"),
    ("quiet", "Not signed in for 4 months"),
    ("year", "Not signed in for a year"),
    ("relay", "Email to SMS"),
    ("emergency", "Emergency texts"),
    ("deleted", "Deleted"),
)


@permission_required("manage_users")
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    search, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    everybody = Person.objects.visible_to(request.user).users()
    page = Paginator(listed(everybody, search=search, state=state, now=now), A_PAGE)
    context = {
        "now": now,
        "page": page.get_page(request.GET.get("page")),
        "search": search,
        "state": state,
        "states": STATES,
        "away_count": everybody.filter(away(now)).count(),
        "quiet_people": everybody.filter(quiet(now)).order_by("name"),
        "once": link_once(request),
    }
    return render(request, "accounts/people/users.html", context)


@permission_required("manage_users")
@require_http_methods(["GET", "POST"])
def user_add(request: HttpRequest) -> HttpResponse:
    return _add(request, request.user.department)


@permission_required("manage_departments")
@require_http_methods(["GET", "POST"])
def department_user_add(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _add(request, get_object_or_404(Department.objects.visible_to(request.user), uid=uid))


def _add(request: HttpRequest, department: Department) -> HttpResponse:
    form = _form(request, department=department, now=timezone.now())
    is_ready = _wants_saving(request) and form.is_valid()
    done = add_by(request, form, department) if is_ready else None
    return done or _form_page(request, form, department, None)


@permission_required("manage_users", "manage_departments")
@require_http_methods(["GET", "POST"])
def user_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    person, now = load(request, uid, "user"), timezone.now()
    form = _form(request, department=person.department, now=now, person=person)
    if _wants_saving(request) and person.left_at is None and form.is_valid():
        try:
            edit_user(person=person, details=form.details(), by=request.user, now=now)
        except DetailsRefused as refusal:
            form.show(refusal.field, refusal.words)
        else:
            messages.success(request, f"{person.name} has been changed")
            return redirect(list_of(request, person.department, "user"))
    return _form_page(request, form, person.department, load(request, uid, "user"))


def _form(request: HttpRequest, **about: Any) -> UserForm:
    gives = request.user.may("give_emergency")
    return UserForm(request.POST or None, gives_emergency=gives, **about)


def _wants_saving(request: HttpRequest) -> bool:
    """Not one of the buttons that only add or remove a row."""
    return request.method == "POST" and not {"do", "drop"} & request.POST.keys()


def _form_page(
    request: HttpRequest, form: UserForm, department: Department, person: Person | None
) -> HttpResponse:
    context = {
        # A row added or removed is no attempt to save, so nothing is called wrong yet.
        "form": form if request.method == "GET" or _wants_saving(request) else form.without_words(),
        "person": person,
        "department": department,
        "is_team": request.user.may("manage_departments"),
        "back": list_of(request, department, "user"),
        "once": link_once(request),
        "now": timezone.now(),
    }
    is_bad = _wants_saving(request) and bool(form.errors or form.has_bad_members)
    return render(request, "accounts/people/user_edit.html", context, status=422 if is_bad else 200)
