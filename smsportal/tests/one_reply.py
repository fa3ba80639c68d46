"""Types words on a practice phone of the demo, from a process of its own."""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "smsportal.settings"
django.setup()

from django.utils import timezone  # noqa: E402

from messaging.carriers.simulator import services  # noqa: E402

NUMBER, REPLY_NUMBER = "+447700900111", "+447700900950"

if __name__ == "__main__":
    for words in sys.argv[1:]:
        services.reply(number=NUMBER, to=REPLY_NUMBER, body=words, now=timezone.now())
