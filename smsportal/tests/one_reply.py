"""Types words on a practice phone of the demo, from a process of its own: to a reply number, or to
what `--to` says.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "smsportal.settings"
django.setup()

from django.utils import timezone  # noqa: E402

from messaging.carriers.simulator import services  # noqa: E402

NUMBER, REPLY_NUMBER = "+447700900111", "+447700900950"

if __name__ == "__main__":
    words = sys.argv[1:]
    to = REPLY_NUMBER
    if words[0] == "--to":
        _, to, *words = words
    for each in words:
        services.reply(number=NUMBER, to=to, body=each, now=timezone.now())
