"""What was being written when the session was over: nothing of it is lost."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict

from messaging.compose import services
from messaging.compose.typed import typed_from

KEPT = "message_kept"
LONGEST = 300_000  # characters: whoever is not signed in cannot fill the database


def until_sign_in(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Keep it in the session that begins now, and ask for the sign-in."""
    written = request.POST.urlencode()
    if len(written) <= LONGEST:
        request.session[KEPT] = {"uid": str(uid), "written": written}
    if request.htmx:
        return HttpResponse(status=204)
    return redirect_to_login(request.path)


def take_back(request: HttpRequest, uid: UUID, now: dt.datetime) -> None:
    """After the sign-in: the draft as it was left. It is not sent by itself."""
    written = request.session.get(KEPT, {})
    if written.get("uid") != str(uid):
        return
    del request.session[KEPT]
    post = QueryDict(written["written"])
    if post.get("writer") != str(request.user.uid):
        return  # somebody else has signed in at this computer
    typed = typed_from(post)
    services.save(uid=uid, typed=typed, by=request.user, now=now)
    messages.info(
        request, "You had been signed out\nYour message is as you left it. It has not been sent."
    )
