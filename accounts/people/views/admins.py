"""DEPARTMENT ADMINS: who looks after a department. The messaging team adds and removes them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.departments.models import Department
from accounts.people.access import permission_required, require
from accounts.people.errors import DetailsRefused
from accounts.people.forms.accounts import AdminForm, OwnDetailsForm
from accounts.people.models import Person
from accounts.people.queries import listed, with_second_step
from accounts.people.services.accounts import edit_admin
from accounts.people.views.keeping import A_PAGE, add_by, link_once, list_of, load


@permission_required("manage_admins")
@require_safe
def admins(request: HttpRequest) -> HttpResponse:
    everybody = Person.objects.visible_to(request.user).admins().live()
    context = {"now": timezone.now(), "admins": with_second_step(everybody).order_by("name")}
    return render(request, "accounts/people/admins.html", context)


@permission_required("manage_departments")
@require_safe
def department_people(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The messaging team's page of one department's people."""
    now = timezone.now()
    department = get_object_or_404(Department.objects.visible_to(request.user), uid=uid)
    theirs = Person.objects.visible_to(request.user).filter(department=department)
    search = request.GET.get("q", "").strip()
    users = listed(theirs.users(), search=search, state="", now=now)
    context = {
        "now": now,
        "is_team": True,
        "department": department,
        "search": search,
        "admins": with_second_step(theirs.admins().live()).order_by("name"),
        "page": Paginator(users, A_PAGE).get_page(request.GET.get("page")),
        "deleted": listed(theirs, search="", state="deleted", now=now),
        "once": link_once(request),
    }
    return render(request, "accounts/people/department_people.html", context)


@permission_required("manage_departments")
@require_http_methods(["GET", "POST"])
def admin_add(request: HttpRequest, uid: UUID) -> HttpResponse:
    department = get_object_or_404(Department.objects.visible_to(request.user), uid=uid)
    form = AdminForm(request.POST or None, department=department, now=timezone.now())
    done = add_by(request, form, department) if form.is_valid() else None
    return done or _form_page(request, form, department, None)


@permission_required("manage_admins", "manage_departments")
@require_http_methods(["GET", "POST"])
def admin_edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    person, now = load(request, uid, "admin"), timezone.now()
    if person != request.user:
        require(request.user, "manage_departments")
    kind = AdminForm if request.user.may("manage_departments") else OwnDetailsForm
    form = kind(request.POST or None, department=person.department, now=now, person=person)
    if form.is_valid():
        details = {name: form.cleaned_data[name] for name in form.fields}
        try:
            edit_admin(person=person, by=request.user, now=now, **details)
        except DetailsRefused as refusal:
            form.show(refusal.field, refusal.words)
        else:
            own = person == request.user
            messages.success(
                request, f"{'Your details have' if own else f'{person.name} has'} been changed"
            )
            return redirect(list_of(request, person.department, "admin"))
    return _form_page(request, form, person.department, load(request, uid, "admin"))


def _form_page(
    request: HttpRequest, form: AdminForm, department: Department, person: Person | None
) -> HttpResponse:
    context = {
        "form": form,
        "person": person,
        "is_own": person == request.user,
        "department": department,
        "is_team": request.user.may("manage_departments"),
        "back": list_of(request, department, "admin"),
        "now": timezone.now(),
    }
    return render(
        request, "accounts/people/admin_edit.html", context, status=422 if form.errors else 200
    )
