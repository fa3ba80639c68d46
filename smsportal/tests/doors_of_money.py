"""The doors of prices; see doors.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from smsportal.tests.world import World

PRICES: dict[str, Callable[[World], dict[str, Any]]] = {
    "price": lambda world: {"key": "text"},
    "planned": lambda world: {"key": "text", "from_on": dt.date(2099, 8, 1)},
}

TABLE = """
GET  reports:charges                             in  403 200 200 200
GET  reports:download/csv                        in  403 200 200 200
GET  reports:statement/ours                      in  403 200 200 403  403 404 403
GET  reports:journal                             in  403 200 403 403
POST reports:journal                             in  403 422 403 403
GET  reports:journal_csv                         in  403 200 403 403

GET  tariffs:list                                in  200 200 403 403
GET  tariffs:change/price                        in  200 403 403 403
POST tariffs:change/price                        in  422 403 403 403
POST tariffs:take_back/planned                   in  422 403 403 403
"""
