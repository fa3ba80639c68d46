"""What the first tariff did not say; and all that was sent and received before is to be counted."""

import datetime as dt
from typing import Any

from django.db import migrations
from django.db.models.functions import TruncDate

from smsportal.lib.walltime import LONDON

PRICES = {
    "minimum_tenths": 10_000,
    "keyword_tenths": 5_000,
    "number_tenths": 10_000,
    "over_percent": 10,
    "over_tenths": 5_000,
}


def complete_the_first_tariff(apps: Any, schema_editor: Any) -> None:
    first = apps.get_model("billing", "Tariff").objects.filter(from_on=dt.date(2019, 8, 1))
    first.update(**PRICES)


def count_all_of_before(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(
        "INSERT INTO billing_uncounted (batch_id) SELECT id FROM messaging_batch ORDER BY id"
    )
    texts = apps.get_model("messaging", "IncomingText").objects.order_by()
    days = texts.values_list(TruncDate("received_at", tzinfo=LONDON), flat=True).distinct()
    uncounted = apps.get_model("billing", "Uncounted")
    uncounted.objects.bulk_create(uncounted(on=on) for on in days)


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_usage"), ("messaging", "0025_costs_of_before")]

    operations = [
        migrations.RunPython(complete_the_first_tariff, migrations.RunPython.noop),
        migrations.RunPython(count_all_of_before, migrations.RunPython.noop),
    ]
