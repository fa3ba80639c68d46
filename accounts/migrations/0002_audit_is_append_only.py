from typing import Any

from django.db import migrations

from smsportal.lib import db

TABLE = "accounts_auditevent"


def guard(apps: Any, schema_editor: Any) -> None:
    for statement in db.append_only_sql(TABLE):
        schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    for statement in db.drop_append_only_sql(TABLE):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
