"""The parts of a page that are more than a class name. Every template has them without a load."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import qrcode
from django import template
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from billing.tariffs.money import pounds
from smsportal.lib import browsers, phones, walltime, words

register = template.Library()

# key: (words, tone, icon). Tones are good, warn, bad, live; no tone is the ordinary case.
TEXT = {
    "scheduled": ("Scheduled", "", "calendar"),
    "queued": ("Waiting", "", "hourglass"),
    "sending": ("Sending", "live", "live"),
    "submitted": ("Sent, waiting for the network", "live", "tower"),
    "unknown": ("May have been sent", "warn", "help"),
    "unconfirmed": ("No report from the network", "", "silent"),
    "delivered": ("Delivered", "good", "ok"),
    "absent": ("Phone off or full", "warn", "phoneoff"),
    "dead": ("Number does not work", "bad", "x"),
    "blocked": ("Blocked by network", "bad", "ban"),
    "partly": ("Only partly sent", "bad", "alert"),
    "failed": ("Not sent: our problem", "bad", "stop"),
    "expired": ("Not sent: our problem", "bad", "stop"),
    "not_sent": ("Not sent", "", "ban"),
}
# Where a whole batch is; "scheduled", "queued" and "sending" are shared with one text.
BATCH = {
    "draft": ("Draft", "", "dashed"),
    "held": ("Held", "", "hourglass"),
    "expanding": ("Sending", "live", "live"),
    "running": ("Sending", "live", "live"),
    "paused": ("Paused", "warn", "pause"),
    "stopped": ("Stopped", "", "halt"),
    "finished": ("Finished", "good", "ok"),
    "cancelled": ("Cancelled", "", "ban"),
}
# What repeats, and what became of each time.
REPEAT = {
    "ended": ("Ended", "", "halt"),
    "due": ("About to go", "live", "live"),
    "sent": ("Sent", "good", "ok"),
    "missed": ("Missed", "bad", "clock"),
    "left_out": ("Left out", "", "dashed"),
}
STATUS = {
    **TEXT,
    **BATCH,
    **REPEAT,
    "active": ("Active", "good", "ok"),
    "setup": ("Being set up", "warn", "dashed"),
    "frozen": ("Frozen", "warn", "pause"),
    "closed": ("Closed", "", "ban"),
    "off": ("Cannot sign in", "", "ban"),
    "invited": ("Invited", "warn", "mail"),
    "optout": ("Opted out", "", "ban"),
    "lifted": ("Lifted", "", "undo"),
    "healthy": ("Working", "good", "ok"),
    "slow": ("Slow", "warn", "alert"),
    "down": ("Not answering", "bad", "stop"),
    "standby": ("Standby", "", "dashed"),
    "requested": ("Requested", "warn", "clock"),
    "registered": ("Registered", "good", "ok"),
    "tag_blocked": ("Blocked", "bad", "ban"),
    "received": ("Received", "", "inbox"),
    "looking": ("Being looked at", "live", "eye"),
    "approved": ("Approved", "good", "ok"),
    "declined": ("Declined", "", "ban"),
    "withdrawn": ("Taken back", "", "undo"),
    "needed": ("Still needed", "good", "ok"),
    "goes_on": ("No answer: goes on", "", "dashed"),
    "ends": ("Cancelled", "warn", "ban"),
    "being_made": ("Being made", "live", "live"),
    "ready": ("Ready", "good", "ok"),
    "not_made": ("Could not be made", "bad", "stop"),
    "gone": ("Expired", "", "clock"),
    "on": ("On", "good", "ok"),
    "not_set": ("Not set up", "", "dashed"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of static/icons.svg. A label is read aloud; without, the words beside it say it."""
    if not label:
        return _silent(name)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, _address(name)
    )


@cache
def _silent(name: str) -> SafeString:
    # A page has some sixty icons of twenty kinds, and to make one takes its time.
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', _address(name)
    )


def _address(name: str) -> str:
    return f"{static('icons.svg')}#i-{name}"


@register.simple_tag
def status(key: str, text: str = "", big: bool = False, wrap: bool = False) -> SafeString:
    """An icon and words. `text` replaces the usual words, to add why: "Waiting: quiet hours".
    `wrap`: the words may be many, and break where the screen ends."""
    return _status(key, text, big, wrap)


@lru_cache(maxsize=512)  # a page of fifty texts says much the same fifty times
def _status(key: str, text: str, big: bool, wrap: bool) -> SafeString:
    usual, tone, picture = STATUS[key]
    tones = (f" status--{tone}" if tone else "") + (" status--big" if big else "")
    tones += " status--wrap" if wrap else ""
    return format_html('<span class="status{}">{} {}</span>', tones, icon(picture), text or usual)


@register.simple_tag
def bar(good: int, bad: int, total: int, small: bool = False) -> SafeString:
    """Delivered, not delivered and, up to `total`, waiting. Put a key in words beside it."""
    label = f"{good:,} of {total:,} delivered, {bad:,} not delivered"
    return _bar([("good", good), ("bad", bad)], total, label, " bar--s" if small else "")


@register.simple_tag
def segments(parts: str | Iterable[tuple[str, int]], label: str) -> SafeString:
    """A bar of several parts, as "good:487 live:7 wait:743" or as pairs of tone and number."""
    if isinstance(parts, str):
        parts = [
            (tone, int(number)) for tone, number in (part.split(":") for part in parts.split())
        ]
    pairs = list(parts)
    return _bar(pairs, sum(number for _, number in pairs), label)


def _bar(pairs: list[tuple[str, int]], total: int, label: str, size: str = "") -> SafeString:
    # SVG attributes and not CSS set the widths: the content policy forbids inline styles.
    rects, start = [], 0.0
    for tone, number in pairs:
        width = number / total * 100 if total else 0.0
        rects.append((tone, f"{start:.2f}", f"{width:.2f}"))
        start += width
    return format_html(
        '<svg class="bar{}" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        size,
        label,
        format_html_join("", '<rect class="f-{}" x="{}" width="{}" height="4"/>', rects),
    )


@register.simple_tag
def column(lower: int, upper: int, top: int) -> SafeString:
    """One column of a chart with two series; `top` is the greatest sum in the chart."""
    both = lower + upper
    height = round(both / top * 160) if top else 0
    share = lower / both * 100 if both else 0.0
    return format_html(
        '<svg height="{}" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="f-2" width="10" height="{}"/>'
        '<rect class="f-1" y="{}" width="10" height="{}"/></svg>',
        height,
        f"{max(100 - share - 1, 0):.1f}",
        f"{100 - share:.1f}",
        f"{share:.1f}",
    )


@register.simple_tag
def spark(points: Iterable[float], label: str, tone: str = "") -> SafeString:
    """A small line of at least two values, oldest first."""
    values = list(points)
    top, last = max(max(values) * 1.15, 10), len(values) - 1
    line = "M" + " L".join(
        f"{i / last * 100:.1f} {30 - v / top * 30:.1f}" for i, v in enumerate(values)
    )
    return format_html(
        '<svg class="spark{}" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path class="area" d="{} L100 30 L0 30Z"/><path d="{}"/></svg>',
        f" spark--{tone}" if tone else "",
        label,
        line,
        line,
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A square code to scan. Drawn here, since the content policy forbids images made of data."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" '
        'shape-rendering="crispEdges"><path d="{2}"/></svg>',
        len(rows),
        label,
        path,
    )


@register.simple_block_tag
def once(content: str) -> str:
    """`{% once as menu %}..{% endonce %}`: made once for the places that show it."""
    return content


# ---------------------------------------------------------------- words

register.filter("browser", browsers.words)
register.filter("phone", phones.display)
register.filter("mask", phones.mask)
register.filter("day_of", walltime.day_of)
register.filter("money", words.money)
register.filter("fee", words.fee)
register.filter("pounds", pounds)
register.filter("on", words.day)
register.filter("clock", words.clock)
register.filter("time_s", words.clock_with_seconds)


@register.filter
def comma(number: int) -> str:
    return f"{number:,}"


@register.filter
def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


@register.filter
def fours(key: str) -> str:
    """A long key as people read it out and type it: four at a time."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


@register.filter
def breakable(address: str) -> SafeString:
    """Lets a long address wrap after its @."""
    return mark_safe(conditional_escape(address).replace("@", "@<wbr>"))


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime) -> str:
    """Today, 2:02pm. Yesterday, 4:15pm. Fri 8 May, 10:41am."""
    return words.when(at, now=_now(context))


@register.simple_tag(takes_context=True)
def long_when(context: Context, at: datetime) -> str:
    """Friday 15 May at 9:00am."""
    return words.long_when(at, now=_now(context))


@register.simple_tag(takes_context=True)
def said_when(context: Context, at: datetime) -> str:
    """today at 9:00am, within a sentence. Friday 15 May at 9:00am when it is further away."""
    return words.said_when(at, now=_now(context))


@register.simple_tag(takes_context=True)
def since(context: Context, at: datetime) -> str:
    """2:04pm, of today. Friday 15 May at 9:00am when it is further away."""
    now = _now(context)
    is_today = walltime.day_of(at) == walltime.day_of(now)
    return words.clock(at) if is_today else words.long_when(at, now=now)


@register.filter
def lasted(since: datetime, until: datetime) -> str:
    """12 minutes; 3 hours 5 minutes."""
    return words.lasted(until - since)


def _now(context: Context) -> datetime:
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


# ---------------------------------------------------------------- forms and lists


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    width: str = "",
    optional: bool = True,
    bad: Any = False,
    label: str | None = None,
    hint: str | None = None,
    **attrs: Any,
) -> dict[str, Any]:
    """One field of a Django form: label, hint, error, control, in that order.

    `width` is a class such as w-s; "row" puts a few short choices on one line. `optional=False`
    leaves out the word "(optional)". `bad` marks the field when the error belongs to several.
    `label` and `hint` replace the form's own, for forms of somebody else. Further
    attributes go to the control, with _ for -: `hx_get="/x" data_sms="#counter"`.
    """
    # Our own words say what is wrong and how to mend it; a browser's bubble does not.
    bound.form.use_required_attribute = False
    bound.label = bound.label if label is None else label
    bound.help_text = bound.help_text if hint is None else hint
    widget = bound.field.widget
    kind = next((kind for cls, kind in _KINDS.items() if isinstance(widget, cls)), "line")
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    if bad:
        attrs["aria-invalid"] = "true"
    if kind == "line":
        attrs["class"] = " ".join(filter(None, ["input", width, widget.attrs.get("class", "")]))
    return {
        "field": bound,
        "kind": kind,
        "bad": bad or bound.errors,
        "width": width,
        "control": bound.as_widget(attrs=attrs) if kind in ("line", "tick") else "",
        "optional": optional and not bound.field.required,
    }


_KINDS = {CheckboxSelectMultiple: "group", RadioSelect: "group", CheckboxInput: "tick"}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*sources: Any) -> dict[str, list[Mapping[str, str]]]:
    """The problems of forms, formsets or lists of {"id", "text"}, each a link to its field."""
    return {"problems": [problem for source in sources for problem in _problems(source)]}


def _problems(source: Any) -> Iterable[Mapping[str, str]]:
    if isinstance(source, BaseFormSet):
        first = next((_control_id(f) for form in source for f in form.visible_fields()), "main")
        yield from ({"id": first, "text": text} for text in source.non_form_errors())
        for form in source:
            yield from _problems(form)
    elif isinstance(source, BaseForm):
        shown = source.visible_fields()
        first = _control_id(shown[0]) if shown else "main"
        order = [*source.fields, NON_FIELD_ERRORS]  # as on the page, whichever was found first
        for name, errors in sorted(source.errors.items(), key=lambda e: order.index(e[0])):
            where = (
                _control_id(source[name])
                if name in source.fields and not source[name].is_hidden
                else first
            )
            yield from ({"id": where, "text": text} for text in errors)
    else:
        yield from source or ()


def _control_id(bound: BoundField) -> str:
    # A group of ticks or radios has no control of its own: its first choice takes the focus.
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page, noun: str = "") -> dict[str, Any]:
    """Where we are in a list, with Previous and Next that keep the filters of the address.

    `noun` is one of what is listed, such as "user".
    """
    query = context["request"].GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    first, last, count = page.start_index(), page.end_index(), page.paginator.count
    things = f" {noun}{'' if count == 1 else 's'}" if noun else ""
    if noun and not page.has_other_pages():
        text = f"{count:,}{things}"
    else:
        text = f"Showing {first:,} to {last:,} of {count:,}{things}"
    return {
        "text": text,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }
