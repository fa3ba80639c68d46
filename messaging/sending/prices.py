"""What a price list answers. Money looks at everything and nothing looks at money, so the one
who answers is named in settings (PRICE_LIST), as Django itself does for mail."""

import datetime as dt
from collections.abc import Collection
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class PriceList(Protocol):
    def part_tenths(self, *, department_id: int, on: dt.date) -> int:
        """The price of one part of a text on that day, in tenths of a penny."""
        ...

    def parts_tenths(self, *, department_ids: Collection[int], on: dt.date) -> dict[int, int]:
        """The same for many departments, by their ids."""
        ...

    def keyword_tenths(self, *, on: dt.date) -> int:
        """Of one keyword for a calendar month that begins then, in tenths of a penny."""
        ...

    def number_tenths(self, *, on: dt.date) -> int:
        """Of one user's number for a calendar month that begins then, in tenths of a penny."""
        ...


@cache
def price_list() -> PriceList:
    return import_string(settings.PRICE_LIST)()
