"""Mail to a person about the own account, from templates/<name>_{subject,message}.*"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from accounts.mail import services as mail
from accounts.mail.models import OutgoingMail
from accounts.people.models import Person


def post(person: Person, name: str, now: dt.datetime, **context: Any) -> None:
    """Put one mail in the outbox. Somebody without an address gets none."""
    if person.email:
        mail.send_many([letter(person, name, now, **context)])


def letter(person: Person, name: str, now: dt.datetime, **context: Any) -> OutgoingMail:
    known = {"user": person, "service_desk": settings.SERVICE_DESK, "now": now, **context}
    try:
        html = render_to_string(f"{name}_message.html", known)
    except TemplateDoesNotExist:
        html = ""
    return mail.letter(
        to=person.email,
        subject=render_to_string(f"{name}_subject.txt", known).strip(),
        body=render_to_string(f"{name}_message.txt", known).strip() + "\n",
        html=html,
        department_id=person.department_id,
        now=now,
    )
