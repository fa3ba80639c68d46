"""Ways in that django-allauth knows and the portal does not offer."""

from django.http import Http404, HttpRequest, HttpResponse


def not_offered(request: HttpRequest) -> HttpResponse:
    raise Http404("Accounts are opened on request.")
