"""Setting up a department."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.audit.access import permission_required
from accounts.departments import alpha_tags, queries
from accounts.opening import services
from accounts.opening.forms import OTHER, OpeningForm
from accounts.people.views.keeping import tell_of_links
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
            tell_of_links(request, opened.links, f"{opened.department} has been set up")
            return redirect("people:department_people", opened.department.uid)
    tag = form["alpha_tag"].value() or ""
    context = {
        "form": form,
        "tag": tag,
        "broken": [problem.rule for problem in alpha_tags.check(tag)],
        "warnings": queries.tag_warnings(tag) if tag else [],
        "other": OTHER,
    }
    return render(request, "accounts/opening/new.html", context, status=422 if form.errors else 200)
