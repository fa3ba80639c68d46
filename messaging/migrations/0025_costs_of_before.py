"""What batches and caps of before would have kept: the kind of the code, and money beside parts."""

from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill_in(apps: Any, schema_editor: Any) -> None:
    batch = apps.get_model("messaging", "Batch")
    code = apps.get_model("accounts", "CostCode")
    allowance = apps.get_model("messaging", "Allowance")
    same = code.objects.filter(
        department=OuterRef("department"), code=OuterRef("cost_code"), kind="project_task"
    )
    project = Subquery(same.values("kind")[:1])
    batch.objects.update(cost_code_kind=Coalesce(project, F("cost_code_kind")))
    theirs = batch.objects.filter(department_id=OuterRef("owner_id")).order_by("-id")
    price = Subquery(theirs.values("price_tenths")[:1])
    departments = allowance.objects.filter(scope__startswith="department")
    departments.update(used_tenths=F("used_count") * Coalesce(price, 0))


class Migration(migrations.Migration):
    dependencies = [("messaging", "0024_what_it_costs")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
