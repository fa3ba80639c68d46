"""A reply that was read as yes or no is set right by its user."""

import datetime as dt

from django.core.exceptions import PermissionDenied

from accounts.people.access import require
from accounts.people.models import Person
from inbound.twoway.models import Answer
from inbound.twoway.services.keeping import SEES
from inbound.twoway.spelling import Said


def correct(*, answer: Answer, said: Said, by: Person, now: dt.datetime) -> None:
    require(by, SEES)
    if answer.text.person_id != by.pk:
        raise PermissionDenied("This reply is not to your number.")
    answer.said, answer.corrected_at = said, now
    answer.save(update_fields=["said", "corrected_at"])
