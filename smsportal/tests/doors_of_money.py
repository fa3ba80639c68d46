"""The doors of prices, years and reports; see doors.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from smsportal.tests.world import World


def locked(world: World) -> dict[str, Any]:
    return {"begins": world.locked.year.first_on.year}


NOT_OURS: dict[str, Callable[[World], dict[str, Any]]] = {
    "price": lambda world: {"key": "text"},
    "planned": lambda world: {"key": "text", "from_on": dt.date(2099, 8, 1)},
    "year": locked,
    "year_csv": lambda world: {**locked(world), "what": "lines", "kind": "csv"},
}
OURS: dict[str, Callable[[World], dict[str, Any]]] = {
    "year_of_ours": lambda world: {**locked(world), "uid": world.ours.uid},
    # Whoever has one of these addresses has been sent it.
    "report-link": lambda world: {"token": world.report_link},
    "own-report-link": lambda world: {"token": world.own_report_link},
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

GET  statements:home                             in  403 302 403 403
GET  statements:year/year                        in  403 200 403 403
POST statements:lock/year                        in  403 422 403 403
GET  statements:download/year_csv                in  403 200 403 403
GET  statements:prepaid/year_of_ours             in  403 200 403 403  403 403 403
POST statements:prepaid/year_of_ours             in  403 422 403 403  403 403 403
GET  statements:list                             in  403 200 200 403
GET  statements:statement/year_of_ours           in  403 200 200 403  403 404 403
GET  statements:pdf/year_of_ours                 in  403 200 200 403  403 404 403
GET  statements:correct/statement                in  403 200 403 403  403 403 403
POST statements:correct/statement                in  403 422 403 403  403 403 403
GET  statements:estimate/ours                    in  403 200 200 403  403 404 403
"""
