"""Setting up a department."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.audit.access import permission_required
from accounts.departments import alpha_tags, queries
from accounts.opening import services
from accounts.opening.forms import OTHER, OpeningForm
from smsportal.lib.errors import Refused


@require_http_methods(["GET", "POST"])
@permission_required("manage_departments")
def new(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = OpeningForm(request.POST or None, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            opened = services.open_department(**form.asked(), by=request.user, now=now)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        else:
            _say(request, opened)
            return redirect("departments:edit", opened.department.uid)
    tag = form["alpha_tag"].value() or ""
    context = {
        "form": form,
        "tag": tag,
        "broken": [problem.rule for problem in alpha_tags.check(tag)],
        "warnings": queries.tag_warnings(tag) if tag else [],
        "other": OTHER,
    }
    return render(request, "accounts/opening/new.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, opened: services.Opened) -> None:
    people = ((opened.admin, opened.admin_link), (opened.user, opened.user_link))
    lines = [f"{opened.department} has been set up"]
    if settings.EMAIL_IS_SET_UP:
        lines += [f"We emailed {p.username} a link to choose a password." for p, _ in people]
    else:
        lines += [
            "Mail is not set up. Copy these links now: they work once and are not shown again."
        ]
        lines += [f"{p.username}: {link}" for p, link in people]
    messages.success(request, "\n".join(lines))
