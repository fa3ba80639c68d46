"""Every template, read as text: no colour of its own, no icon that does not exist."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLResolver, get_resolver

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
# Mail programs fetch no stylesheet, so the base of the emails is the one place with its own.
PAGES = [name for name in TEMPLATES if not name.startswith("emails/")]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def without_template_code(text: str) -> str:
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", text, flags=re.S)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_read(name):
    assert get_template(name).template.nodelist is not None


@pytest.mark.parametrize("name", PAGES)
def test_no_template_has_a_raw_colour(name):
    text = without_template_code(read(name))
    assert (
        re.findall(r"(?:fill|stroke|color|background)\w*=\"#?(?!none|currentColor)[^\"]+\"", text)
        == []
    )
    assert re.findall(r"rgba?\(|hsla?\(", text) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_icon_of_a_template_exists(name, icons):
    assert set(re.findall(r'\{% icon "([\w-]+)"', read(name))) - icons == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_link_of_a_template_leads_to_a_page_that_exists(name):
    linked = set(re.findall(r'\{% url "([\w:-]+)"', read(name)))
    assert sorted(linked - url_names(get_resolver())) == []


def url_names(resolver: URLResolver, wing: str = "") -> set[str]:
    names = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            names |= url_names(entry, f"{wing}{entry.namespace}:" if entry.namespace else wing)
        elif entry.name:
            names.add(f"{wing}{entry.name}")
    return names


@pytest.mark.parametrize("name", PAGES)
def test_every_number_in_a_template_is_one_that_nobody_has(name):
    numbers = re.findall(r"(?<![\d.])(?:\+?44|0)\s?7\d[\d ]{6,}\d", read(name))
    assert [
        n for n in numbers if not re.sub(r"\s|^\+?44", "", n).lstrip("0").startswith("7700900")
    ] == []
