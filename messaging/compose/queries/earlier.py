"""The people of an earlier message, for one more."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging.sending.models import BasketRow, Batch, Message, RowState
from messaging.sending.states import BatchState, State, Treated

# Those whose text may still be on its way are in no other: nobody gets a second one by mistake.
IN_DOUBT = "unknown"
SILENT = "silent"  # nothing has come back from them
NOT_SENT = (State.FAILED, State.EXPIRED, State.CANCELLED)
WHO = {
    "delivered": (State.DELIVERED,),
    "undelivered": (State.UNDELIVERED,),
    "not_sent": NOT_SENT,
    "not_delivered_or_sent": (State.UNDELIVERED, *NOT_SENT),
    IN_DOUBT: (State.UNKNOWN,),
}


WITH_NOT_SENT = ("not_sent", "not_delivered_or_sent")


def people_of(batch: Batch, who: str) -> QuerySet:
    """Basket rows of `batch`, with what they had then; its texts where the basket is gone."""
    made = texts = Message.objects.filter(batch=batch)
    if who in WHO:
        # Not those who have it after all, although it counts as not sent.
        had = [Treated.TAKEN, Treated.DELIVERED]
        texts = texts.filter(state__in=WHO[who]).exclude(reason__in=had)
    if who == SILENT:
        texts = texts.filter(replies__isnull=True)
    if batch.basket_id is None:
        return texts
    rows = BasketRow.objects.filter(basket=batch.basket_id, state=RowState.OK)
    if who == SILENT:
        return rows.filter(Exists(texts.filter(number=OuterRef("number"))))
    if who not in WHO:
        return rows
    wanted = Q(Exists(texts.filter(number=OuterRef("number"))))
    if batch.state == BatchState.STOPPED and who in WITH_NOT_SENT:
        wanted |= ~Q(Exists(made.filter(number=OuterRef("number"))))  # stopped before it was made
    return rows.filter(wanted)
