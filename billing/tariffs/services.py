"""The price list that sending asks (see messaging/sending/prices.py)."""

import datetime as dt

from billing.tariffs.models import Tariff


class PriceList:
    def part_tenths(self, *, department_id: int, on: dt.date) -> int:
        """The price of one part on that day. Raises Tariff.DoesNotExist before the first tariff."""
        return Tariff.objects.filter(from_on__lte=on).latest("from_on").part_tenths
