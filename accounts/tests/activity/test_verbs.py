"""Every deed that is written down can be asked for by its group."""

import ast
import re

from accounts.activity.verbs import GROUPS
from smsportal.tests import house

VERB = re.compile(r"([a-z_]+)\.[a-z_]+")


def written(path):
    """The nouns of the verbs that a file hands to something called record."""
    for call in ast.walk(house.tree(path)):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("record"):
            continue
        for value in (*call.args, *(keyword.value for keyword in call.keywords)):
            if isinstance(value, ast.JoinedStr):
                value = value.values[0]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                match = VERB.fullmatch(value.value)
                if match:
                    yield match[1]


def test_every_verb_belongs_to_a_group_and_to_one_only():
    nouns = [noun for _, group in GROUPS.values() for noun in group]
    found = {noun for path in house.product_files() for noun in written(path)}

    assert {"departments", "passwords", "templates"} <= found
    assert found - set(nouns) == set()
    assert len(nouns) == len(set(nouns))
