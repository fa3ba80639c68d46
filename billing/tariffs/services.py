"""The price list that sending asks (see messaging/sending/prices.py)."""

import datetime as dt

from billing.tariffs.models import Tariff
from billing.tariffs.queries import prices_on


class PriceList:
    def part_tenths(self, *, department_id: int, on: dt.date) -> int:
        """The price of one part on that day. Raises Tariff.DoesNotExist before the first tariff."""
        priced = Tariff.objects.filter(from_on__lte=on, part_tenths__isnull=False)
        return priced.latest("from_on").part_tenths or 0

    def keyword_tenths(self, *, on: dt.date) -> int:
        return prices_on(on).keyword_tenths

    def number_tenths(self, *, on: dt.date) -> int:
        return prices_on(on).number_tenths
