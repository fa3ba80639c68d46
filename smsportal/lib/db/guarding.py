"""What the database itself refuses."""

from smsportal.lib.db.which import is_postgres


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
