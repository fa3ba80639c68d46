"""Changing many rows in one statement, and answering which ones were."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, connections, models, transaction
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

from smsportal.lib.db.together import Statement
from smsportal.lib.db.which import CHUNK, is_postgres, placeholder


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
    statements = updating(guarded, rows, columns, match=match, **same)
    return [pk for sql, parameters, _ in statements for pk in _ids(sql, parameters)]


def updating(
    guarded: models.QuerySet,
    rows: Sequence[Sequence[Any]],
    columns: Sequence[str],
    *,
    match: Sequence[str] = (),
    **same: Any,
) -> list[Statement]:
    """What `update_many` does, not done yet."""
    return [
        _update_chunk(guarded, rows[start : start + CHUNK], match, columns, same)
        for start in range(0, len(rows), CHUNK)
    ]


def _update_chunk(
    guarded: models.QuerySet,
    rows: Sequence[Sequence[Any]],
    match: Sequence[str],
    columns: Sequence[str],
    same: dict,
) -> Statement:
    meta = guarded.model._meta
    quote = connection.ops.quote_name
    fields = [meta.pk, *(meta.get_field(name) for name in (*match, *columns))]
    compiler = guarded.query.get_compiler(connection=connection)
    given_rows, parameters = _table_of(fields, rows)
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
        f"WITH v({', '.join(names)}) AS ({given_rows}) "
        f"UPDATE {table} SET {', '.join(sets)} FROM v "
        f"WHERE {table}.{quote(meta.pk.column)} = v.{names[0]}{same_still}{where} "
        f"RETURNING {table}.{quote(meta.pk.column)}"
    )
    is_steady = is_postgres() and not where and not same
    return Statement(statement, [*parameters, *guards], is_steady)


def _table_of(fields: Sequence[models.Field], rows: Sequence[Sequence[Any]]) -> tuple[str, list]:
    """SQL that selects them. For PostgreSQL an array for each column: quicker made and quicker read
    than a mark for each value.
    """
    if is_postgres():
        arrays = ", ".join(f"{placeholder(field)}[]" for field in fields)
        columns = map(_adapted, fields, zip(*rows, strict=True))
        return f"SELECT * FROM unnest({arrays})", [*columns]
    marks = f"({', '.join('%s' for _ in fields)})"
    database = connections[connection.alias]  # itself: its proxy looks up every attribute
    return f"VALUES {', '.join(marks for _ in rows)}", [
        field.get_db_prep_save(value, database)
        for row in rows
        for field, value in zip(fields, row, strict=True)
    ]


def _adapted(field: models.Field, values: Sequence[Any]) -> list[Any]:
    """A column of values. psycopg knows the types but for JSON."""
    if isinstance(field, models.JSONField):
        return [field.get_db_prep_save(value, connection) for value in values]
    return list(values)


@transaction.atomic
def claim(wanted: models.QuerySet, limit: int, **values: Any) -> list[int]:
    """Change up to `limit` rows of `wanted`, in its order, and answer their ids.

    Two claimers never get the same row: PostgreSQL skips locked rows, SQLite has one writer.
    """
    chosen = wanted.values("pk")
    if is_postgres():
        chosen = chosen.select_for_update(skip_locked=True)
    try:
        inner, parameters = chosen[:limit].query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # Django knows it beforehand, as of an empty list of ids
        return []
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
def claim_shares(
    wanted: models.QuerySet, by: Sequence[str], shares: Mapping[tuple, int], **values: Any
) -> list[int]:
    """Change as many rows of `wanted` for each value of its columns `by` as its share says."""
    if is_postgres():
        # The correlated names are the LATERAL join's: one index scan a share, whatever its backlog.
        names = [f"k{n}" for n in range(len(by))]
        owned = {name: RawSQL(f"owner.{key}", []) for name, key in zip(by, names, strict=True)}
        mine = wanted.filter(**owned).values("pk").select_for_update(skip_locked=True)
        sql, parameters = mine.query.get_compiler(connection=connection).as_sql()
        fields = [wanted.model._meta.get_field(name) for name in by]
        arrays = ", ".join(f"%s::{field.cast_db_type(connection)}[]" for field in fields)
        chosen = (
            f"SELECT c.* FROM unnest({arrays}, %s::bigint[]) owner({', '.join(names)}, share) "
            f"CROSS JOIN LATERAL ({sql} LIMIT owner.share) c"
        )
        given = [list(column) for column in zip(*shares, strict=True)]
        return _change(wanted, chosen, [*given, [*shares.values()], *parameters], values)
    queries = [
        wanted.filter(**dict(zip(by, owner, strict=True))).values("pk")[:share]
        for owner, share in shares.items()
    ]
    compiled = [query.query.get_compiler(connection=connection).as_sql() for query in queries]
    chosen = " UNION ALL ".join(f"SELECT * FROM ({sql})" for sql, _ in compiled)
    return _change(wanted, chosen, [each for _, extra in compiled for each in extra], values)


class CountOf(models.Subquery):
    """How many rows a correlated queryset has; sliced, no more than that are looked at."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = models.IntegerField()


def _assignment(
    queryset: models.QuerySet, compiler: SQLCompiler, field: models.Field, value: Any
) -> tuple[str, list]:
    quoted = connection.ops.quote_name(field.column)
    if hasattr(value, "resolve_expression"):
        query = queryset.query.clone()
        sql, parameters = compiler.compile(value.resolve_expression(query, for_save=True))
        return f"{quoted} = {sql}", list(parameters)
    return f"{quoted} = {placeholder(field)}", [field.get_db_prep_save(value, connection)]


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
