"""The way in: everybody starts on the page of their own role."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.people.roles import ROLES, RoleName


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect(ROLES[RoleName(request.user.role)].home)
