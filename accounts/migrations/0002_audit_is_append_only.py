from typing import Any

from django.db import migrations

from smsportal.lib import db


def make_append_only(apps: Any, schema_editor: Any) -> None:
    db.make_append_only(schema_editor, "accounts_auditevent")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(make_append_only, elidable=False)]
