"""Sends one text as a user of the demo, from a process of its own; or as many as are asked for.

Prints the batch's id. It goes by the service that page, API and mail go by, so that it can be sent
while the pages are down.
"""

import os
import sys
import uuid

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "smsportal.settings"
django.setup()

from django.utils import timezone  # noqa: E402

from accounts.people.models import Person  # noqa: E402
from messaging.sending import services  # noqa: E402
from messaging.tests.make import make_basket  # noqa: E402

if __name__ == "__main__":
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    fields = {"number": "+447700900123"} if people == 1 else {}
    person = Person.objects.get(username="ouit0423")
    batch = services.submit(
        basket=make_basket(person, people, **fields),
        body="Are you there?",
        sender_kind="alpha",
        request_key=uuid.uuid4(),
        by=person,
        now=timezone.now(),
    )
    print(batch.pk)  # noqa: T201
