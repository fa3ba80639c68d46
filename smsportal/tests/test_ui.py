"""What people read: money, times, states and fields, as tables."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from smsportal.lib import words
from smsportal.templatetags import ui

NOW = datetime(2026, 5, 15, 13, 2, 9, tzinfo=UTC)  # 2:02:09pm in London, a Friday


def render(template: str, **context: object) -> str:
    return engines["django"].from_string(template).render({"now": NOW, **context})


@pytest.mark.parametrize(
    ("tenths", "shown"),
    [
        (0, "£0.00"),
        (5, "0.5p"),
        (10, "1p"),
        (33, "3.3p"),
        (35, "3.5p"),
        (665, "66.5p"),
        (990, "99p"),
        (1000, "£1.00"),
        (1005, "£1.005"),
        (3290, "£3.29"),
        (12345, "£12.345"),
        (1234567, "£1,234.567"),
        (-35, "−3.5p"),
        (-12345, "−£12.345"),
    ],
)
def test_money_is_shown_to_the_last_tenth_of_a_penny(tenths, shown):
    assert render("{{ tenths|money }}", tenths=tenths) == shown


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 5, 15, 13, 2, tzinfo=UTC), "Today, 2:02pm"),
        (datetime(2026, 5, 14, 23, 0, tzinfo=UTC), "Today, 12:00am"),
        (datetime(2026, 5, 14, 22, 59, tzinfo=UTC), "Yesterday, 11:59pm"),
        (datetime(2026, 5, 16, 8, 0, tzinfo=UTC), "Tomorrow, 9:00am"),
        (datetime(2026, 5, 8, 9, 41, tzinfo=UTC), "Fri 8 May, 10:41am"),
        (datetime(2026, 1, 8, 12, 5, tzinfo=UTC), "Thu 8 Jan, 12:05pm"),
        (datetime(2025, 5, 8, 9, 41, tzinfo=UTC), "Thu 8 May 2025, 10:41am"),
    ],
)
def test_a_moment_is_said_as_a_person_in_london_would(at, shown):
    assert render("{% when at %}", at=at) == shown


def test_a_night_when_the_clocks_go_back_keeps_its_own_day():
    now = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    assert words.when(datetime(2026, 10, 24, 23, 30, tzinfo=UTC), now=now) == "Today, 12:30am"
    assert words.when(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), now=now) == "Today, 1:30am"


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 5, 14, 22, 59, tzinfo=UTC), "yesterday at 11:59pm"),
        (datetime(2026, 5, 15, 8, 0, tzinfo=UTC), "today at 9:00am"),
        (datetime(2026, 5, 16, 8, 0, tzinfo=UTC), "tomorrow at 9:00am"),
        (datetime(2026, 5, 8, 9, 41, tzinfo=UTC), "Friday 8 May at 10:41am"),
    ],
)
def test_a_moment_within_a_sentence(at, shown):
    assert render("{% said_when at %}", at=at) == shown


def test_longer_words_for_times():
    at = datetime(2026, 5, 15, 8, 0, 9, tzinfo=UTC)
    assert render("{% long_when at %}", at=at) == "Friday 15 May at 9:00am"
    assert render("{% long_when at as t %}[{{ t }}]", at=at.replace(year=2027)) == (
        "[Saturday 15 May 2027 at 9:00am]"
    )
    assert render("{{ at|time_s }} {{ at|clock }}", at=at) == "9:00:09am 9:00am"
    assert render("{{ at|on }}", at=date(2026, 7, 24)) == "24 July 2026"
    assert render("{{ at|on }}", at=datetime(2026, 7, 23, 23, 30, tzinfo=UTC)) == "24 July 2026"


@pytest.mark.parametrize(
    ("template", "value", "shown"),
    [
        ("{{ value|comma }}", 1240, "1,240"),
        ("{{ value|initials }}", "Amira Khan Lee", "AK"),
        ("{{ value|phone }}", "+447700900123", "07700 900123"),
        ("{{ value|mask }}", "+447700900412", "number ending 412"),
        ("{{ value|breakable }}", "a<b@example.ac.uk", "a&lt;b@<wbr>example.ac.uk"),
    ],
)
def test_small_words(template, value, shown):
    assert render(template, value=value) == shown


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge on Windows",
        ),
        ("curl/8.14.1", "A browser"),
    ],
)
def test_a_browser_is_called_what_its_owner_calls_it(user_agent, shown):
    assert render("{{ agent|browser }}", agent=user_agent) == shown


@pytest.mark.parametrize("key", sorted(ui.STATUS))
def test_every_state_has_words_and_an_icon_that_exists(key, icons):
    text, _, icon = ui.STATUS[key]
    assert icon in icons
    assert text in render("{% status key %}", key=key)


def test_a_state_can_say_why():
    shown = render('{% status "queued" why %}', why="Waiting: <quiet hours>")
    assert shown.endswith("</svg> Waiting: &lt;quiet hours&gt;</span>")


def test_a_bar_says_its_numbers_aloud_and_fills_their_share():
    assert render("{% bar 158 6 164 %}") == (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" '
        'aria-label="158 of 164 delivered, 6 not delivered">'
        '<rect class="f-good" x="0.00" width="96.34" height="4"/>'
        '<rect class="f-bad" x="96.34" width="3.66" height="4"/></svg>'
    )


@pytest.mark.parametrize(
    "template",
    ["{% bar 0 0 0 %}", '{% segments "good:0 wait:0" "none" %}', "{% column 0 0 0 %}"],
)
def test_nothing_yet_is_drawn_and_not_divided_by(template):
    assert render(template).startswith("<svg")


@pytest.mark.parametrize(
    "art", ["talk", "people", "search", "lock", "page", "wait", "trouble", "none of them"]
)
def test_an_empty_page_has_a_drawing_and_one_next_step(art):
    shown = render(
        '{% include "components/empty.html" with title="None yet" href="/x/" button="Add" %}',
        art=art,
    )
    assert re.search(r'<svg class="art"[^>]*><(path|circle|rect)', shown)
    assert "<h2>None yet</h2>" in shown
    assert '<a class="btn" href="/x/">Add</a>' in shown


def test_segments_stand_end_to_end():
    shown = render('{% segments "good:1 wait:3" "1 of 4" %}')
    assert '<rect class="f-good" x="0.00" width="25.00" height="4"/>' in shown
    assert '<rect class="f-wait" x="25.00" width="75.00" height="4"/>' in shown


def test_a_column_is_as_high_as_its_share_of_the_highest():
    shown = render("{% column 30 10 80 %}")
    assert 'height="80" viewBox' in shown
    assert '<rect class="f-1" y="25.0" width="10" height="75.0"/>' in shown


def test_a_square_code_is_drawn_without_an_image():
    shown = render('{% qr "otpauth://totp/x" "Square code to scan" %}')
    assert shown.startswith('<svg class="qr" viewBox="0 0 33 33" role="img"')
    assert "M4 4h1v1h-1z" in shown  # the corner of the first eye


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the staff list.")
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea)
    relay = forms.BooleanField(label="Allow relay", required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect
    )
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Name and notes say different things")


def test_a_field_is_label_hint_error_control_in_that_order():
    shown = render("{% field form.name width='w-s' %}", form=Form({}))
    places = [
        shown.index(part)
        for part in (
            '<label class="label" for="id_name">Name',
            '<p class="hint" id="id_name_helptext">',
            'id="id_name_error"',
            "<input",
        )
    ]
    assert places == sorted(places)
    assert 'class="input w-s"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert "required" not in shown[places[-1] :]


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in render("{% field form.notes %}", form=Form())
    assert "(optional)" not in render("{% field form.notes optional=False %}", form=Form())
    assert "(optional)" not in render("{% field form.name %}", form=Form())


def test_radios_stand_in_a_fieldset_with_a_legend():
    shown = render("{% field form.kind %}", form=Form({"kind": "a"}))
    assert shown.startswith('<fieldset class="field">')
    assert '<legend class="label">Kind</legend>' in shown
    assert shown.count('<label class="choice">') == 2


def test_further_attributes_reach_the_control():
    shown = render("{% field form.notes data_sms='#counter' rows=3 %}", form=Form())
    assert 'data-sms="#counter"' in shown
    assert 'rows="3"' in shown


def test_the_summary_lists_every_problem_and_links_to_its_control():
    form = Form({})
    extra = [{"id": "numbers", "text": "0770 90012 is too short"}]
    shown = render("{% error_summary form extra %}", form=form, extra=extra)
    links = ["#id_name", "#id_kind_0", "#id_name", "#id_name", "#numbers"]
    assert [part.split('"')[0] for part in shown.split('href="')[1:]] == links
    assert "There are 5 problems" in shown


def test_the_summary_keeps_to_the_order_of_the_page_whatever_was_found_first():
    form = Form({})
    form.full_clean()
    form._errors = dict(reversed(form.errors.items()))
    shown = render("{% error_summary form %}", form=form)
    links = [part.split('"')[0] for part in shown.split('href="')[1:]]
    assert links[:2] == ["#id_name", "#id_kind_0"]


def test_there_is_no_summary_when_nothing_is_wrong():
    assert render("{% error_summary form %}", form=forms.Form({})).strip() == ""


def test_pages_of_a_list_keep_the_filters_of_its_address():
    page = Paginator(range(2100), 50).page(2)
    request = RequestFactory().get("/contacts/?q=khan&page=2")
    shown = render("{% pager page %}", page=page, request=request)
    assert "Showing 51 to 100 of 2,100" in shown
    assert 'href="?q=khan&amp;page=1"' in shown
    assert 'href="?q=khan&amp;page=3"' in shown


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "1 user"), (6, "6 users"), (2100, "Showing 1 to 50 of 2,100 users")],
)
def test_a_list_on_one_page_only_says_how_many_there_are(count, text):
    page = Paginator(range(count), 50).page(1)
    request = RequestFactory().get("/users/")
    shown = render('{% pager page "user" %}', page=page, request=request)
    assert f"<span>{text}</span>" in shown
