"""Who asked not to be texted is left out of every message; an emergency reaches them all the same.

That goes by the kind of message and never by who sends it, so it is decided here alone.
"""

from messaging.sending.models import Basket, BasketRow, RowState
from messaging.sending.queries import opted_out_in
from smsportal.lib.db import CHUNK


def leave_out(basket: Basket) -> int:
    """People who opted out since they were put in the basket; answers how many."""
    return opted_out_in(basket).update(state=RowState.OPTED_OUT)


def let_in(basket: Basket) -> int:
    """People who were left out because they opted out; answers how many go now."""
    out = BasketRow.objects.filter(basket=basket, state=RowState.OPTED_OUT).order_by("row_no")
    found = list(out.values_list("pk", "number"))
    let = 0
    for start in range(0, len(found), CHUNK):
        let += _let_in(basket, found[start : start + CHUNK])
    return let


def _let_in(basket: Basket, found: list[tuple[int, str]]) -> int:
    goes = BasketRow.objects.filter(basket=basket, state=RowState.OK)
    numbers = {number for _, number in found}
    taken = set(goes.filter(number__in=numbers).values_list("number", flat=True))
    keys: dict[RowState, list[int]] = {RowState.OK: [], RowState.DUPLICATE: []}
    for key, number in found:
        keys[RowState.DUPLICATE if number in taken else RowState.OK].append(key)
        taken.add(number)
    for state, theirs in keys.items():
        BasketRow.objects.filter(pk__in=theirs).update(state=state)
    return len(keys[RowState.OK])
