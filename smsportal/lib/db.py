"""The only module, with bulk.py, that knows which database it talks to. Both test all of it."""

import datetime as dt
import fcntl
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import Error, connection, connections, models, transaction
from django.db.backends.signals import connection_created
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler
from django.dispatch import receiver

from smsportal.lib import ids

CHUNK = 1000  # rows a statement: no SQLite write longer than 200 ms


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def database_now() -> dt.datetime:
    """The database's clock: leases and sweeps compare with this one only."""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
        cursor.execute("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
        return dt.datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=dt.UTC)


class Uuid7(models.Func):
    """A fresh `ids.uuid7()` for each row of an INSERT .. SELECT."""

    function = "uuid7"
    output_field = models.UUIDField()

    def as_postgresql(self, *_: Any, **__: Any) -> tuple[str, list]:
        # 48 bits of milliseconds over a random v4, then the version's two differing bits.
        return (
            "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing substring("
            "int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)"
            " FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid",
            [],
        )


@receiver(connection_created)
def _teach_sqlite(sender: Any, connection: Any, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("uuid7", 0, lambda: ids.uuid7().hex)


def or_reconnect(work: Callable[[], Any]) -> Any:
    """Do `work` in a thread that lives long: a connection that broke in it is not used again."""
    try:
        return work()
    except Error:
        connection.close()
        raise


def update_many(
    guarded: models.QuerySet,
    rows: Sequence[Sequence[Any]],
    columns: Sequence[str],
    *,
    match: Sequence[str] = (),
    **same: Any,
) -> list[int]:
    """Set `columns` of many rows at once; answer the ids of the rows that were changed.

    rows: `(id, value of each column of match.., value of each column..)`. guarded: only rows that
    this queryset still matches change (its filters may use the model's own columns only). match:
    columns that must hold the row's own value, or the row stays as it is. same: values or
    expressions that every row gets. Thirty times as fast as bulk_update, and the answer is the
    proof of the claim.
    """
    changed: list[int] = []
    for start in range(0, len(rows), CHUNK):
        changed += _update_chunk(guarded, rows[start : start + CHUNK], match, columns, same)
    return changed


def _update_chunk(
    guarded: models.QuerySet,
    rows: Sequence[Sequence[Any]],
    match: Sequence[str],
    columns: Sequence[str],
    same: dict,
) -> list[int]:
    meta = guarded.model._meta
    quote = connection.ops.quote_name
    fields = [meta.pk, *(meta.get_field(name) for name in (*match, *columns))]
    compiler = guarded.query.get_compiler(connection=connection)
    casts = [_placeholder(field) for field in fields]
    values = ", ".join(f"({', '.join(casts)})" for _ in rows)
    database = connections[connection.alias]  # itself: its proxy looks up every attribute
    parameters = [
        field.get_db_prep_save(value, database)
        for row in rows
        for field, value in zip(fields, row, strict=True)
    ]
    names = [quote(f"v{n}") for n in range(len(fields))]
    table = quote(meta.db_table)
    matched, given = 1 + len(match), list(zip(fields, names, strict=True))
    sets = [f"{quote(field.column)} = v.{name}" for field, name in given[matched:]]
    same_still = "".join(
        f" AND {table}.{quote(field.column)} = v.{name}" for field, name in given[1:matched]
    )
    for name, value in same.items():
        sql, extra = _assignment(guarded, compiler, meta.get_field(name), value)
        sets.append(sql)
        parameters += extra
    where, guards = _where(guarded, compiler)
    statement = (
        f"WITH v({', '.join(names)}) AS (VALUES {values}) "
        f"UPDATE {table} SET {', '.join(sets)} FROM v "
        f"WHERE {table}.{quote(meta.pk.column)} = v.{names[0]}{same_still}{where} "
        f"RETURNING {table}.{quote(meta.pk.column)}"
    )
    return _ids(statement, [*parameters, *guards])


@transaction.atomic
def claim(wanted: models.QuerySet, limit: int, **values: Any) -> list[int]:
    """Change up to `limit` rows of `wanted`, in its order, and answer their ids.

    Two claimers never get the same row: PostgreSQL skips locked rows, SQLite has one writer.
    """
    chosen = wanted.values("pk")
    if is_postgres():
        chosen = chosen.select_for_update(skip_locked=True)
    inner, parameters = chosen[:limit].query.get_compiler(connection=connection).as_sql()
    return _change(wanted, inner, parameters, values)


def _change(
    wanted: models.QuerySet, chosen: str, parameters: Sequence[Any], values: dict[str, Any]
) -> list[int]:
    meta = wanted.model._meta
    quote = connection.ops.quote_name
    compiler = wanted.query.get_compiler(connection=connection)
    sets: list[str] = []
    extras: list[Any] = []
    for name, value in values.items():
        sql, extra = _assignment(wanted, compiler, meta.get_field(name), value)
        sets.append(sql)
        extras += extra
    table, key = quote(meta.db_table), quote(meta.pk.column)
    # The row lock makes the inner query true at commit; the ids decide, not a second filter.
    # Once: a planner that takes the table for empty asks IN's query again for each row, which
    # skips what it has locked and so takes everything, past any limit.
    once = f"= ANY (ARRAY({chosen}))" if is_postgres() else f"IN ({chosen})"
    statement = f"UPDATE {table} SET {', '.join(sets)} WHERE {key} {once} RETURNING {table}.{key}"
    return _ids(statement, [*extras, *parameters])


@transaction.atomic
def claim_fairly(
    wanted: models.QuerySet, by: str, owners: Sequence[int], share: int, **values: Any
) -> list[int]:
    """Change up to `share` rows of `wanted` for each of `owners` (values of its column `by`)."""
    if is_postgres():
        # The correlated name is the LATERAL join's; one index scan an owner, whatever its backlog.
        mine = wanted.filter(**{by: RawSQL("owner.id", [])}).values("pk")
        mine = mine.select_for_update(skip_locked=True)[:share]
        sql, parameters = mine.query.get_compiler(connection=connection).as_sql()
        chosen = f"SELECT c.* FROM unnest(%s::bigint[]) owner(id) CROSS JOIN LATERAL ({sql}) c"
        return _change(wanted, chosen, [list(owners), *parameters], values)
    queries = [wanted.filter(**{by: owner}).values("pk")[:share] for owner in owners]
    compiled = [query.query.get_compiler(connection=connection).as_sql() for query in queries]
    chosen = " UNION ALL ".join(f"SELECT * FROM ({sql})" for sql, _ in compiled)
    return _change(wanted, chosen, [each for _, extra in compiled for each in extra], values)


def insert_from_select(
    model: type[models.Model], source: models.QuerySet, /, **columns: Any
) -> int:
    """INSERT .. SELECT: 138,000 rows a second, against 19,000 by bulk_create.

    source: a queryset; columns: field name of `model` -> expression or value over the source.
    Rows that a unique constraint already has are passed over, so that it can be run again.
    """
    meta = model._meta
    quote = connection.ops.quote_name
    aliases = {f"_{name}": _as_expression(meta.get_field(name), v) for name, v in columns.items()}
    selected = source.annotate(**aliases).values_list(*aliases)
    sql, parameters = selected.query.get_compiler(connection=connection).as_sql()
    names = ", ".join(quote(meta.get_field(name).column) for name in columns)
    with connection.cursor() as cursor:
        # "WHERE true": SQLite would read ON CONFLICT as a join of the SELECT without a WHERE.
        cursor.execute(
            f"INSERT INTO {quote(meta.db_table)} ({names}) SELECT * FROM ({sql}) AS s "
            "WHERE true ON CONFLICT DO NOTHING",
            parameters,
        )
        return cursor.rowcount


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Hold `name` alone on this installation; yields False when somebody else has it.

    PostgreSQL: an advisory lock of this connection, so a lost connection is a lost lock.
    SQLite: a lock on a file in var/, which dies with the process.
    """
    if is_postgres():
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            held = cursor.fetchone()[0]
            try:
                yield held
            finally:
                if held:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
        return
    with (settings.VAR_DIR / f"{name.replace('/', '_')}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def append_only_sql(table: str) -> list[str]:
    """Statements that have the database itself refuse UPDATE and DELETE on `table`."""
    if is_postgres():
        return [
            f"CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE "
            f"plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for deed in ("UPDATE", "DELETE")
    ]


def drop_append_only_sql(table: str) -> list[str]:
    """The way back: for a migration that undoes it, and for tests that empty the database."""
    if is_postgres():
        return [f"DROP TRIGGER {table}_append_only ON {table}"]
    return [f"DROP TRIGGER {table}_no_{deed}" for deed in ("update", "delete")]


def _placeholder(field: models.Field) -> str:
    return f"%s::{field.cast_db_type(connection)}" if is_postgres() else "%s"


def _as_expression(field: models.Field, value: Any) -> Any:
    if hasattr(value, "resolve_expression"):
        return value
    return models.Value(value, output_field=field)


def _assignment(
    queryset: models.QuerySet, compiler: SQLCompiler, field: models.Field, value: Any
) -> tuple[str, list]:
    quoted = connection.ops.quote_name(field.column)
    if hasattr(value, "resolve_expression"):
        query = queryset.query.clone()
        sql, parameters = compiler.compile(value.resolve_expression(query, for_save=True))
        return f"{quoted} = {sql}", list(parameters)
    return f"{quoted} = {_placeholder(field)}", [field.get_db_prep_save(value, connection)]


def _where(queryset: models.QuerySet, compiler: SQLCompiler) -> tuple[str, list]:
    if not queryset.query.where:
        return "", []
    sql, parameters = compiler.compile(queryset.query.where)
    # CASE hides the guard from PostgreSQL's planner. States move faster than its statistics: it
    # believes that hardly a row matches, and compares every one of them with every value.
    return f" AND CASE WHEN {sql} THEN true ELSE false END", list(parameters)


def _ids(statement: str, parameters: Sequence[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]
