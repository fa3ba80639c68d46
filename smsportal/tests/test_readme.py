"""What the README, the make targets and .env.example say is so."""

import importlib.util
import re
import subprocess

import pytest
from django.core.management import get_commands

from smsportal.tests.house import APPS, ROOT

pytestmark = pytest.mark.once

PAGES = ["README.md", "deploy/README.md", "CHANGELOG.md"]


def text(page):
    return (ROOT / page).read_text()


def tree():
    """The paths of the README's tree, by their indentation."""
    block = re.search(r"```\n(accounts/.*?)```", text("README.md"), re.DOTALL)[1]
    parents, paths = [], []
    for line in block.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        parents[depth:] = [line.split()[0]]
        paths.append("".join(parents))
    return paths


def targets():
    return set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


def test_every_path_of_the_tree_exists():
    assert [path for path in tree() if not (ROOT / path).exists()] == []


def test_every_wing_is_in_the_tree():
    wings = {
        f"{app}/{folder.name}/"
        for app in APPS
        for folder in (ROOT / app).iterdir()
        if folder.is_dir() and (folder / "__init__.py").exists()
        if folder.name not in ("migrations", "management", "templatetags")
    }

    assert wings - set(tree()) == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page):
    named = re.findall(r"`((?:[\w.]+/)+[\w.]*|[\w]+\.(?:md|toml|ini))`", text(page))
    named += [path for path in re.findall(r"\]\(([^)#]+)\)", text(page)) if "://" not in path]
    ours = [path for path in named if not path.startswith(("var/", "/"))]

    missing = [p for p in ours if not ((ROOT / p).exists() or (ROOT / page).with_name(p).exists())]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page):
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s]*(?:ARGS|`|$))", text(page), re.MULTILINE))

    assert named - targets() == set()


@pytest.mark.parametrize("page", [*PAGES, "Makefile", ".ci/run"])
def test_every_command_that_is_named_exists(page):
    named = set(re.findall(r"manage\.py ([a-z_]+)", text(page)))

    assert named - set(get_commands()) == set()


def test_every_module_that_make_runs_exists():
    modules = re.findall(r"python -m (smsportal[\w.]*)", text("Makefile"))

    for module in modules:
        package = importlib.util.find_spec(module)
        assert package is not None, module
        if package.submodule_search_locations:
            assert importlib.util.find_spec(f"{module}.__main__"), module


def test_every_target_of_the_makefile_can_be_planned():
    for target in targets() - {"clean"}:
        planned = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        assert planned.returncode == 0, planned.stderr


def test_every_setting_is_in_the_example_and_none_is_invented():
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', text("smsportal/settings.py")))
    shown = set(re.findall(r"^#?([A-Z_]+)=", text(".env.example"), re.MULTILINE))

    assert shown == read
