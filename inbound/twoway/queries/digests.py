"""Whose digest is due, and what is unread."""

import datetime as dt

from django.db.models import QuerySet

from inbound.twoway.digests import Digest
from inbound.twoway.models import Conversation, ReplyNumber
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender


def due(digest: Digest, moment: dt.datetime) -> QuerySet[ReplyNumber]:
    """Numbers whose last one was before `moment`."""
    live = ReplyNumber.objects.filter(sender__released_at=None, sender__person__left_at=None)
    found = live.filter(digest=digest, digested_at__lt=moment).exclude(sender__person__email="")
    return found.select_related("sender__person").order_by("digested_at", "pk")


def unread(sender: Sender) -> QuerySet[IncomingText]:
    """What its user has neither opened nor been mailed in a digest."""
    talks = Conversation.objects.filter(
        sender=sender, person_id=sender.person_id, unread_count__gt=0
    )
    return IncomingText.objects.filter(
        person_id=sender.person_id,
        to_number=sender.number,
        from_number__in=talks.values("number"),
        read_at=None,
        digest_line=None,
    )
