"""What somebody who asks for an account fills in, and how a request is asked for in a test."""

import datetime as dt
from typing import Any

from accounts.opening.forms import OpeningForm
from accounts.requests import services
from accounts.requests.forms import RequestForm
from accounts.requests.models import AccountRequest

NOW = dt.datetime(2026, 5, 12, 9, 0, tzinfo=dt.UTC)
TYPED = {
    "name": "Continuing Education",
    "code": "CE0715",
    "kind": "cost_centre",
    "alpha_tag": "CONT ED",
    "admin_name": "Marguerite Dubois",
    "admin_username": "cont0418",
    "admin_email": "marguerite.dubois@conted.example.ac.uk",
    "admin_extension": "70415",
    "first_user": "same",
    "asker_name": "Hector Lindqvist",
    "asker_email": "hector.lindqvist@conted.example.ac.uk",
    "purpose": "Telling evening classes about room changes.",
    "texts_a_year": "4,800",
    "wants_keyword": "on",
    "website": "",
}


def make_request(*, now: dt.datetime = NOW, **typed: Any) -> AccountRequest:
    form = RequestForm({**TYPED, **typed}, now=now)
    assert form.is_valid(), form.errors
    return services.ask(asked=form.request(), now=now)


def approve(request: AccountRequest, *, by: Any, now: dt.datetime = NOW, **changed: Any) -> Any:
    form = OpeningForm({**request.answers, **changed}, now=now)
    assert form.is_valid(), form.errors
    return services.approve(request=request, **form.asked(), by=by, now=now)
