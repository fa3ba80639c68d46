"""The price list that sending asks (see messaging/sending/prices.py)."""

import datetime as dt
from collections.abc import Collection

from billing.tariffs.models import Tariff


class PriceList:
    def part_tenths(self, *, department_id: int, on: dt.date) -> int:
        """The price of one part on that day. Raises Tariff.DoesNotExist before the first tariff."""
        return Tariff.objects.filter(from_on__lte=on).latest("from_on").part_tenths

    def parts_tenths(self, *, department_ids: Collection[int], on: dt.date) -> dict[int, int]:
        """One price holds for all of them. Raises as above."""
        price = self.part_tenths(department_id=min(department_ids), on=on)
        return dict.fromkeys(department_ids, price)
