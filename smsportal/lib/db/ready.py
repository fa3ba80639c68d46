"""Statements that are made once and then only filled in, for what is asked many times a second.

Django takes longer to make a small statement than the database to do it.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from threading import local
from typing import Any, Final, Generic, TypeVar

from django.db import connection, connections, models
from django.db.models.query import FlatValuesListIterable, ValuesListIterable
from django.db.models.sql.compiler import SQLCompiler

from smsportal.lib.db.prepared import MARK, in_short
from smsportal.lib.db.together import Statement
from smsportal.lib.db.which import CHUNK, is_postgres, placeholder

SQLITE_PARAMETERS = 32_766
_JSON: Final = json.JSONEncoder(default=str, ensure_ascii=False).encode
T = TypeVar("T")


class Given(models.Expression):
    """A value that comes with the asking: `filter(from_on__lte=Given("day", DateField()))`."""

    def __init__(self, name: str, output_field: models.Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list]:
        return placeholder(self.output_field), [self]

    def filled(self, given: dict[str, Any]) -> Any:
        return self.output_field.get_db_prep_value(given[self.name], connection)


class GivenAny(Given):
    """Whether a column is one of several values: `filter(GivenAny("numbers", "number"))`. None at
    all is none, and no error.
    """

    def __init__(self, name: str, *columns: str) -> None:
        super().__init__(name, models.BooleanField())
        self.columns: list[Any] = [models.F(column) for column in columns]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_postgresql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list]:
        return f"{self._names(compiler)} = ANY({self._arrays()})", [self]

    def as_sqlite(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list]:
        return f"{self._names(compiler)} IN (SELECT value FROM json_each(%s))", [self]

    def filled(self, given: dict[str, Any]) -> Any:
        values = list(given[self.name])
        return values if is_postgres() else json.dumps(values, default=str)

    def _names(self, compiler: Any) -> str:
        return ", ".join(compiler.compile(column)[0] for column in self.columns)

    def _arrays(self) -> str:
        return ", ".join(f"%s::{_kind(column.output_field)}[]" for column in self.columns)


class GivenRows(GivenAny):
    """Whether these columns are those of one of several rows:
    `filter(GivenRows("marks", "person_id", "key"))`.

    A list for each column would be every one of them with every other, which an index has to be
    asked for one by one.
    """

    def as_postgresql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list]:
        parts = [_Column(self, place) for place in range(len(self.columns))]
        return f"({self._names(compiler)}) IN (SELECT * FROM unnest({self._arrays()}))", parts

    def as_sqlite(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, list]:
        parts = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(self.columns)))
        return f"({self._names(compiler)}) IN (SELECT {parts} FROM json_each(%s))", [self]


class _Column(Given):
    """One column of the rows that were given."""

    def __init__(self, rows: GivenRows, place: int) -> None:
        super().__init__(rows.name, rows.columns[place].output_field)
        self.place = place

    def filled(self, given: dict[str, Any]) -> Any:
        return [row[self.place] for row in given[self.name]]


class Ready(Generic[T]):
    """A queryset with `Given` in it, asked by `ready(name=value, ..)` for a list of its rows."""

    def __init__(self, make: Callable[[], models.QuerySet]) -> None:
        self.make = make
        self.of_thread = local()  # a compiler belongs to a connection, and that to a thread

    def __call__(self, **given: Any) -> list[T]:
        if not hasattr(self.of_thread, "queryset"):
            self._compile()
        self.of_thread.given = given
        if self.of_thread.rows is not None:
            return self.of_thread.rows()
        return list(self.of_thread.queryset.all())

    def _compile(self) -> None:
        queryset = self.make()
        compiler = queryset.query.get_compiler(connection=connections[connection.alias])
        sql, parameters = compiler.as_sql()
        if is_postgres():
            sql, parameters = _with_constants(sql, parameters)
            compiler.as_sql = lambda: (in_short(sql), self._filled(parameters))
        else:
            compiler.as_sql = lambda: (sql, self._filled(parameters))
        self.of_thread.rows = self._rows(queryset, compiler)
        queryset.query.get_compiler = lambda *_, **__: compiler
        self.of_thread.queryset = queryset

    def _rows(
        self, queryset: models.QuerySet, compiler: SQLCompiler
    ) -> Callable[[], list[Any]] | None:
        """For values_list of plain columns: the same without a queryset, which takes longer to go
        through than the database takes to answer. None for all else.
        """
        is_flat = queryset._iterable_class is FlatValuesListIterable
        is_plain = is_flat or queryset._iterable_class is ValuesListIterable
        if not is_plain or queryset.query.annotation_select or queryset.query.extra_select:
            return None
        converters = compiler.get_converters([each for each, *_ in compiler.select])

        def rows() -> list[Any]:
            with connection.cursor() as cursor:
                cursor.execute(*compiler.as_sql())
                found = cursor.fetchall()
            if converters:
                found = [tuple(row) for row in compiler.apply_converters(found, converters)]
            return [value for (value,) in found] if is_flat else found

        return rows

    def _filled(self, parameters: Sequence[Any]) -> list[Any]:
        given = self.of_thread.given
        return [each.filled(given) if isinstance(each, Given) else each for each in parameters]


def _with_constants(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Given]]:
    """What is the same each time becomes part of the text: PostgreSQL would not know its type."""
    left = iter(parameters)
    given: list[Given] = []

    def filled(mark: re.Match[str]) -> str:
        if mark[0] == "%%" or isinstance(value := next(left), Given):
            if mark[0] == "%s":
                given.append(value)
            return mark[0]
        return cursor.mogrify("%s", [value]).decode().replace("%", "%%")

    with connection.cursor() as cursor:
        return MARK.sub(filled, sql), given


class Inserting:
    """INSERT of some rows. each: columns that differ from row to row; same: those that are alike
    in all. What is named in neither has the model's default. With the key among `each`, rows have
    the ids of `new_ids`.
    """

    def __init__(
        self, model: type[models.Model], *, each: Sequence[str], same: Sequence[str] = ()
    ) -> None:
        meta = model._meta
        self.table, self.key = meta.db_table, meta.pk.column
        self.each = [meta.get_field(name) for name in each]
        alike = [meta.get_field(name) for name in same]
        rest = [field for field in meta.concrete_fields if not field.primary_key]
        rest = [field for field in rest if field not in {*self.each, *alike}]
        self.same = [*alike, *rest]
        self.defaults = [_default(field) for field in rest]
        self.of_each = [field.column for field in self.each]
        self.of_all = [field.column for field in self.same]

    def __call__(self, rows: Iterable[Sequence[Any]], *same: Any) -> list[int]:
        """Answers the new ids, in the order of the rows."""
        ids: list[int] = []
        with connection.cursor() as cursor:
            for sql, parameters, _ in self.statements(rows, *same):
                cursor.execute(f"{sql} RETURNING {_quoted(self.key)}", parameters)
                ids += [row[0] for row in cursor.fetchall()]
        return ids

    def statements(self, rows: Iterable[Sequence[Any]], *same: Any) -> list[Statement]:
        """The same, not done yet."""
        rows, alike = list(rows), [*same, *self.defaults]
        # SQLite counts its parameters.
        most = CHUNK if is_postgres() else SQLITE_PARAMETERS // len([*self.each, *self.same])
        return [
            self._statement(rows[first : first + most], alike)
            for first in range(0, len(rows), most)
        ]

    def _statement(self, rows: list[Sequence[Any]], alike: list[Any]) -> Statement:
        if is_postgres():
            same = dict(zip(self.of_all, alike, strict=True))
            given = [dict(zip(self.of_each, row, strict=True)) for row in rows]
            return Statement(
                self._on_postgresql, [*map(_JSON, [same] if same else []), _JSON(given)], True
            )
        fields = [*self.same, *self.each]
        values = [pair for row in rows for pair in zip(fields, (*alike, *row), strict=True)]
        marks = f"({', '.join('%s' for _ in fields)})"
        return Statement(
            f"{self._head} VALUES {', '.join(marks for _ in rows)}",
            [field.get_db_prep_save(value, connection) for field, value in values],
        )

    @cached_property
    def _on_postgresql(self) -> str:
        """One text whatever the number of rows. JSON is made and read in a quarter less time than
        an array for each column.
        """
        each = f"json_to_recordset(%s::json) each({_typed(self.each)})"
        if not self.same:
            return f"{self._head} SELECT * FROM {each}"
        same = f"json_to_record(%s::json) alike({_typed(self.same)})"
        return f"{self._head} SELECT alike.*, each.* FROM {same}, {each}"

    @cached_property
    def _head(self) -> str:
        names = ", ".join(_quoted(field.column) for field in (*self.same, *self.each))
        return f"INSERT INTO {_quoted(self.table)} ({names})"


def _typed(fields: Sequence[models.Field]) -> str:
    return ", ".join(f"{_quoted(field.column)} {_kind(field)}" for field in fields)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _kind(field: models.Field) -> str:
    """Without its length: a cast to that would cut what is too long, where INSERT refuses it."""
    return str(field.cast_db_type(connection)).partition("(")[0]


def _default(field: models.Field) -> Any:
    """Raises ValueError for one that is to be another in each row."""
    if field.has_default() and callable(field.default) and field.default is not dict:
        raise ValueError(f"say what {field} is: it has no steady default")
    return field.get_default()
