import datetime as dt
from typing import Any

from django.db import migrations


def add_first_tariff(apps: Any, schema_editor: Any) -> None:
    apps.get_model("billing", "Tariff").objects.create(
        from_on=dt.date(2019, 8, 1), part_tenths=35, recorded_by_name="SMS Portal"
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(add_first_tariff, migrations.RunPython.noop)]
