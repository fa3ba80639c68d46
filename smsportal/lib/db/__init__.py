"""The only place that knows which database it talks to. All of it is tested on both."""

from smsportal.lib.db.changing import CountOf, claim, claim_shares, update_many, updating
from smsportal.lib.db.copying import (
    Uuid7,
    analyse,
    breathe,
    insert_from_select,
    insert_rows,
    long_chunk,
)
from smsportal.lib.db.guarding import append_only_sql, drop_append_only_sql
from smsportal.lib.db.holding import exclusive, or_reconnect
from smsportal.lib.db.prepared import by_key_alone
from smsportal.lib.db.ready import Given, GivenAny, GivenRows, Inserting, Ready
from smsportal.lib.db.together import Statement, new_ids, together
from smsportal.lib.db.which import CHUNK, database_now, is_postgres

__all__ = [
    "CHUNK",
    "CountOf",
    "Given",
    "GivenAny",
    "GivenRows",
    "Inserting",
    "Ready",
    "Statement",
    "Uuid7",
    "analyse",
    "append_only_sql",
    "by_key_alone",
    "breathe",
    "claim",
    "claim_shares",
    "database_now",
    "drop_append_only_sql",
    "exclusive",
    "insert_from_select",
    "insert_rows",
    "is_postgres",
    "long_chunk",
    "new_ids",
    "or_reconnect",
    "together",
    "update_many",
    "updating",
]
