"""Sizes, names and habits of the house. There is no list of exceptions: mend the code."""

import ast
import re

import pytest
from django.conf import settings

from smsportal.celery import app as celery_app
from smsportal.tests import house

pytestmark = pytest.mark.once

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONGEST_TASK = 15

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

# What a pure module may not reach for: the database, the network, the queue, the clock. Django's
# TextChoices are words.
IMPURE = re.compile(
    r"django\.(db\.(?!models\b)|http|utils\.timezone|core\.(mail|cache))|"
    r"(celery|redis|socket|subprocess|time)\b"
)

CLOCKS = {
    "timezone.now",
    "timezone.localdate",
    "datetime.now",
    "datetime.today",
    "date.today",
    "time.time",
}


def parents(path):
    """(node, its parent) for every node of a file."""
    for parent in ast.walk(house.tree(path)):
        for node in ast.iter_child_nodes(parent):
            yield node, parent


def calls(path):
    return (node for node in ast.walk(house.tree(path)) if isinstance(node, ast.Call))


def test_a_file_is_one_thing():
    long = {
        house.at(path, 1): lines
        for path in house.python_files()
        if (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }

    assert long == {}


def length(function):
    return function.end_lineno - function.lineno + 1


def test_a_function_is_one_thing():
    long = {
        f"{house.at(path, function)} {function.name}": length(function)
        for path in house.python_files()
        for function in house.functions(path)
        if length(function) > LONGEST_FUNCTION
    }

    assert long == {}


def test_a_task_only_opens_a_door():
    long = {
        f"{house.at(path, function)} {function.name}": length(function)
        for path in house.product_files()
        for function in house.functions(path)
        if any("task" in ast.unparse(each).split("(")[0] for each in function.decorator_list)
        if length(function) > LONGEST_TASK
    }

    assert long == {}


def test_no_file_is_called_by_a_name_that_says_nothing():
    bad = [
        str(path.relative_to(house.ROOT))
        for path in house.python_files()
        if FORBIDDEN_NAMES & {*path.relative_to(house.ROOT).parts, path.stem}
    ]

    assert bad == []


def test_a_file_of_a_wing_is_named_by_what_it_holds_or_is_pure():
    impure = [
        f"{house.at(path, 1)} imports {name}"
        for path in house.product_files()
        if house.kind(house.module(path)) == house.PURE
        for name in house.imported(path)
        if IMPURE.match(name)
    ]

    impure += [
        house.at(path, node)
        for path in house.product_files()
        if house.kind(house.module(path)) == house.PURE
        for node in ast.walk(house.tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "Model")
    ]

    assert impure == []


def test_imports_stand_at_the_top_of_a_file():
    inside = [
        house.at(path, node)
        for path in house.product_files()
        for function in house.functions(path)
        if (path.name, function.name) != ("apps.py", "ready")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []


def test_no_text_waits_in_the_broker():
    waiting = [
        house.at(path, call)
        for path in house.product_files()
        for call in calls(path)
        if {"eta", "countdown"} & {keyword.arg for keyword in call.keywords}
    ]

    assert waiting == []


def test_a_view_finds_only_what_its_reader_may_see():
    unguarded = [
        house.at(path, node)
        for path in house.product_files()
        if "views" in house.module(path).split(".")
        for node, parent in parents(path)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
        if not (isinstance(parent, ast.Attribute) and parent.attr == "visible_to")
    ]

    assert unguarded == []


def test_no_clock_below_the_door():
    clocks = [
        house.at(path, call)
        for path in house.product_files()
        if (kind := house.kind(house.module(path))) is not None and kind < house.DOORS
        for call in calls(path)
        if ".".join(ast.unparse(call.func).split(".")[-2:]) in CLOCKS
    ]

    assert clocks == []


def test_every_bell_that_is_rung_has_a_task():
    celery_app.loader.import_default_modules()
    rung = {
        call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else "?"
        for path in house.product_files()
        for call in calls(path)
        if ast.unparse(call.func).split(".")[-1] == "enqueue"
    }
    fired = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert sorted((rung | fired) - set(celery_app.tasks)) == []


def templates():
    return sorted((house.ROOT / "templates").rglob("*.html"))


def test_no_template_switches_escaping_off():
    unsafe = [
        house.at(path, number)
        for path in templates()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off", line)
    ]

    assert unsafe == []


def test_no_page_holds_a_script_or_a_style_of_its_own():
    """The content security policy would refuse it; mails have no such policy."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']",
        re.IGNORECASE,
    )
    found = [
        house.at(path, path.read_text()[: match.start()].count("\n") + 1)
        for path in templates()
        if "emails" not in path.parts
        for match in inline.finditer(path.read_text())
    ]

    assert found == []


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [
        house.at(path, number)
        for path in (*house.python_files(), *templates())
        if path.name != "test_house_rules.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if later.search(line)
    ]

    assert found == []
