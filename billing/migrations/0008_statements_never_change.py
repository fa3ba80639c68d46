"""A locked year is kept so by the database itself."""

from typing import Any

from django.db import migrations

from smsportal.lib import db

TABLES = ["yearend", "statement", "statementline", "correction", "prepayment"]


def guard(apps: Any, schema_editor: Any) -> None:
    for table in TABLES:
        for statement in db.append_only_sql(f"billing_{table}"):
            schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    for table in TABLES:
        for statement in db.drop_append_only_sql(f"billing_{table}"):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_statements")]

    operations = [migrations.RunPython(guard, unguard)]
