"""The law of imports. If this fails, the code is in the wrong file."""

import pytest
from django.apps import apps

from smsportal.tests import house

pytestmark = pytest.mark.once

# fmt: off
WINGS = {
    "accounts": ["audit", "mail", "departments", "people", "opening", "activity", "apikeys",
                 "requests", "renewals"],
    "messaging": ["text", "carriers", "routes", "senders", "contacts", "imports", "optouts",
                  "wording", "sending", "incoming", "compose", "repeats", "history", "operations",
                  "relay", "campaigns",
                  "api"],
    "inbound": ["handling", "keywords", "calling", "twoway", "sorting", "renting", "routing",
                "desk", "mailboxes"],
    "billing": ["tariffs", "usage", "statements", "reports", "delivery"],
}
# fmt: on
ORDER = [*(f"{app}.{wing}" for app, wings in WINGS.items() for wing in wings), "smsportal"]

# Files of an app that stand outside its wings: they gather the wings and are above them all.
OF_THE_APP = ("models", "tasks", "urls", "apps", "management", "templatetags")


def place(name: str) -> float | None:
    """Where a module stands in ORDER: -1 the library, None what is not ours.

    Raises ValueError for a wing that has no place yet.
    """
    first, _, rest = name.partition(".")
    if first == "smsportal":
        return -1 if rest.split(".")[0] == "lib" else ORDER.index("smsportal")
    if first not in house.APPS:
        return None
    second = rest.split(".")[0]
    if second in ("", *OF_THE_APP):
        return max(i for i, wing in enumerate(ORDER) if wing.startswith(f"{first}.")) + 0.5
    return ORDER.index(f"{first}.{second}")


def breaks_the_law(importer: str, imported: str) -> bool:
    theirs = place(imported)
    if theirs is None:
        return False
    if theirs > place(importer):
        return True
    mine_kind, their_kind = house.kind(importer), house.kind(imported)
    return None not in (mine_kind, their_kind) and their_kind > mine_kind


def test_imports_flow_one_way():
    pairs = [(house.module(p), name) for p in house.product_files() for name in house.imported(p)]
    against = [f"{mine} imports {theirs}" for mine, theirs in pairs if breaks_the_law(mine, theirs)]

    assert against == []


def test_every_wing_has_a_place_in_the_order():
    folders = {house.module(p) for p in house.product_files() if p.name == "__init__.py"}
    wings = {".".join(name.split(".")[:2]) for name in folders if name.count(".")}
    wings = {name for name in wings if name.split(".")[0] in house.APPS}

    assert {name for name in wings if name.split(".")[1] not in OF_THE_APP} - set(ORDER) == set()


def test_foreign_keys_point_the_way_of_the_imports():
    against = [
        f"{model.__module__}.{model.__name__}.{field.name}"
        for app in house.APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if breaks_the_law(model.__module__, field.related_model.__module__)
    ]

    assert against == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("messaging.sending.services", "billing.tariffs.services.PriceList"),
        ("accounts.people.models", "smsportal.urls"),
        ("smsportal.lib.phones", "messaging.text.segments"),
        ("accounts.audit.models", "accounts.people.models.Person"),
        ("accounts.people.models", "accounts.models.Person"),
        ("messaging.sending.models", "messaging.sending.services.submit"),
        ("messaging.sending.engine.claim", "messaging.sending.tasks.sweep"),
        ("messaging.carriers.simulator", "messaging.carriers.queries.routes"),
        ("messaging.text.segments", "messaging.sending.states"),
    ],
)
def test_the_law_sees_an_import_that_goes_the_wrong_way(importer, imported):
    assert breaks_the_law(importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("messaging.sending.services", "accounts.people.models.Person"),
        ("messaging.sending.services", "smsportal.lib.db.update_many"),
        ("messaging.sending.engine.claim", "messaging.carriers.simulator"),
        ("messaging.sending.views", "messaging.sending.services.submit"),
        ("messaging.tasks", "messaging.sending.tasks"),
        ("smsportal.navigation", "billing.tariffs.queries"),
        ("messaging.sending.services", "django.db.transaction"),
    ],
)
def test_the_law_lets_an_import_that_goes_the_right_way(importer, imported):
    assert not breaks_the_law(importer, imported)


def test_an_unknown_wing_has_no_place():
    with pytest.raises(ValueError, match="accounts.attic"):
        place("accounts.attic.models")
