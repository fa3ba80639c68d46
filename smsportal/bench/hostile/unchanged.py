"""Whether the database is what it was, but for the tables that may grow."""

import hashlib
from collections.abc import Collection

from django.apps import apps
from django.db.models import Model


def digests(but: Collection[type[Model]]) -> dict[str, str]:
    """For each table a digest of every row in it."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model not in but and not model._meta.proxy
    ]
    return {model._meta.label: _digest(model) for model in models}


def _digest(model: type[Model]) -> str:
    rows = model._default_manager.order_by("pk").values_list()
    return hashlib.sha256(repr(list(rows)).encode("utf-8", "replace")).hexdigest()
