"""Adding many users from a spreadsheet: a dry run with every problem, then all or none."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.people.access import permission_required
from accounts.people.columns import COLUMNS, FileRow
from accounts.people.details import Details, tidy
from accounts.people.errors import RowsRefused
from accounts.people.forms.many import SpreadsheetForm
from accounts.people.queries import problems_of_all
from accounts.people.roles import RoleName
from accounts.people.services.many import add_users
from accounts.people.views.keeping import tell_of_links
from smsportal.lib.exports import CSV_TYPE, csv_chunks

TRIED = "tried_users"  # in the session: the rows of the dry run that are waiting for "Add"
EXAMPLE = (
    "Amira Khan",
    "phys0423",
    "amira.khan@physics.example.ac.uk",
    "70142",
    "",
    "No",
    "",
    "",
    "",
)


@permission_required("manage_users")
@require_http_methods(["GET", "POST"])
def user_import(request: HttpRequest) -> HttpResponse:
    form = SpreadsheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        rows = form.rows
        request.session[TRIED] = [
            {"number": row.number, "problem": row.problem, "details": vars(row.details)}
            for row in rows
        ]
        return redirect("people:user_import_check")
    return render(
        request,
        "accounts/people/import.html",
        {"form": form, "columns": COLUMNS.values()},
        status=422 if form.errors else 200,
    )


@permission_required("manage_users")
@require_http_methods(["GET", "POST"])
def user_import_check(request: HttpRequest) -> HttpResponse:
    rows = [_from_session(row) for row in request.session.get(TRIED, [])]
    if not rows:
        return redirect("people:user_import")
    checked = _checked(request, rows)
    bad_count = sum(bool(problems) for _, _, problems in checked)
    if request.method == "POST" and not bad_count:
        try:
            return _add(request, [row.details for row in rows])
        except RowsRefused:
            checked = _checked(request, rows)
            bad_count = sum(bool(problems) for _, _, problems in checked)
    context = {"rows": checked, "bad_count": bad_count, "good_count": len(rows) - bad_count}
    return render(
        request,
        "accounts/people/import_check.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


@permission_required("manage_users")
@require_safe
def user_import_template(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(
        b"".join(csv_chunks(list(COLUMNS.values()), [EXAMPLE])), content_type=CSV_TYPE
    )
    response["Content-Disposition"] = 'attachment; filename="users.csv"'
    return response


def _add(request: HttpRequest, rows: list[Details]) -> HttpResponse:
    added = add_users(
        department=request.user.department, rows=rows, by=request.user, now=timezone.now()
    )
    del request.session[TRIED]
    links = {person.audit_name: link for person, link in added}
    tell_of_links(request, links, f"{len(added)} user{pluralize(added)} added")
    return redirect("people:users")


def _checked(request: HttpRequest, rows: list[FileRow]) -> list[tuple[FileRow, Details, list[str]]]:
    """Each row with its details tidied and what is wrong with it."""
    tidied = [tidy(row.details) for row in rows]
    found = problems_of_all(
        tidied, role=RoleName("user"), department=request.user.department, now=timezone.now()
    )
    return [
        (row, details, [words for words in (row.problem, *(p.words for p in problems)) if words])
        for row, details, problems in zip(rows, tidied, found, strict=True)
    ]


def _from_session(row: dict[str, Any]) -> FileRow:
    return FileRow(row["number"], Details(**{**row["details"], "members": ()}), row["problem"])
