"""What the messaging team asks for: carriers are added, changed, paused, switched off, removed."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings as portal
from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from messaging.carriers import queries
from messaging.carriers.kinds import DEDUPES, NAME, RATE, WINDOW, Kind
from messaging.carriers.models import Carrier
from messaging.carriers.registry import KINDS
from messaging.carriers.simulator.kind import SIMULATOR
from smsportal.lib.errors import Refused
from smsportal.lib.hosts import is_loopback
from smsportal.lib.sealing import seal

PLAYS = (
    "The simulator would play its texts from then on, and show as delivered what nobody got. "
    "Pause {carrier} instead, or switch the simulator off first."
)


@dataclass(frozen=True)
class Wanted:
    """How a carrier is to be. settings: the fields of its kind; a secret that is empty or missing
    keeps the one there is.
    """

    window: int
    texts_per_second: int | None
    is_charging: bool
    is_sandbox: bool = False
    dedupes_for_minutes: int | None = None
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)


@transaction.atomic
def add(*, name: str, kind: str, wanted: Wanted, by: Actor, now: dt.datetime) -> Carrier:
    """Raises Refused. Texts leave by it as soon as its sender is started."""
    require(by, "manage_carriers")
    name = NAME.clean(name)
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise Refused(f"Nothing here speaks {kind}. Choose {known}.", field="kind")
    if Carrier.objects.filter(name=name).exists():
        raise Refused(f"There is a carrier called {name} already.", field="name")
    carrier = Carrier(name=name, kind=kind, created_at=now)
    _become(carrier, wanted, now)
    carrier.save()
    if KINDS[kind].plays:
        named = "" if name == kind else f" {name}"
        words = f"Added the {kind}{named}, which plays the networks and reaches no phone."
    else:
        words = f"Added the carrier {name}, which is at {KINDS[kind].place(carrier.settings)}."
    _record(carrier, "added", words, by, now)
    return carrier


@transaction.atomic
def add_simulator(*, name: str = SIMULATOR.key, by: Actor, now: dt.datetime) -> bool:
    """The carrier of a real installation that is being tried out. Answers whether it was added.

    Nothing it carries is charged. Where a real carrier is enabled too, it gets drama numbers only.
    """
    if Carrier.objects.filter(name=NAME.clean(name), kind=SIMULATOR.key).exists():
        return False
    usual = WINDOW.usual or 1
    wanted = Wanted(window=usual, texts_per_second=None, is_charging=False, is_sandbox=True)
    add(name=name, kind=SIMULATOR.key, wanted=wanted, by=by, now=now)
    return True


@transaction.atomic
def change(*, carrier: Carrier, wanted: Wanted, by: Actor, now: dt.datetime) -> None:
    """Its sender connects again by itself when the connection is concerned. Raises Refused."""
    require(by, "manage_carriers")
    carrier = _locked(carrier)
    if wanted.is_sandbox and queries.simulator_would_take_over(carrier):
        words = f"{carrier} is the only real carrier. {PLAYS.format(carrier=carrier)}"
        raise Refused(words, field="is_sandbox")
    before = _shown(carrier)
    replaced = _become(carrier, wanted, now)
    after = _shown(carrier)
    changes = [
        f"{label} from {before.get(label) or 'nothing'} to {after[label] or 'nothing'}"
        for label in after
        if before.get(label) != after[label]
    ]
    changes += [f"its {label}" for label in replaced]
    if not changes:
        return
    carrier.save()
    _record(carrier, "changed", f"Changed {carrier}: {', '.join(changes)}.", by, now)


@transaction.atomic
def pause(*, carrier: Carrier, by: Actor, now: dt.datetime) -> None:
    """No text leaves by it any more; what is in its hands is finished, and replies still come."""
    require(by, "manage_carriers")
    if Carrier.objects.filter(pk=carrier.pk, paused_at=None).update(paused_at=now):
        words = f"Paused {carrier}. Its texts wait."
        _record(carrier, "paused", words, by, now)


@transaction.atomic
def resume(*, carrier: Carrier, by: Actor, now: dt.datetime) -> None:
    require(by, "manage_carriers")
    if Carrier.objects.filter(pk=carrier.pk, paused_at__isnull=False).update(paused_at=None):
        _record(carrier, "resumed", f"Let texts go by {carrier} again.", by, now)


@transaction.atomic
def switch_off(*, carrier: Carrier, by: Actor, now: dt.datetime) -> None:
    """For good: texts are not meant for it any more. Raises Refused."""
    require(by, "manage_carriers")
    carrier = _locked(carrier)
    _refuse_if_the_simulator_took_over(carrier)
    if carrier.is_enabled:
        carrier.is_enabled = False
        carrier.save(update_fields=["is_enabled"])
        _record(carrier, "switched_off", f"Switched {carrier} off.", by, now)


@transaction.atomic
def switch_on(*, carrier: Carrier, by: Actor, now: dt.datetime) -> None:
    """Raises Refused."""
    require(by, "manage_carriers")
    carrier = _locked(carrier)
    _refuse_to_leave_the_demo(carrier)
    if not carrier.is_enabled:
        carrier.is_enabled = True
        carrier.save(update_fields=["is_enabled"])
        _record(carrier, "switched_on", f"Switched {carrier} on.", by, now)


@transaction.atomic
def remove(*, carrier: Carrier, by: Actor, now: dt.datetime) -> None:
    """Only one that never carried anything: history names the others. Raises Refused."""
    require(by, "manage_carriers")
    # A sender that claims a text for it meanwhile waits for this lock, or we for the sender.
    carrier = _locked(carrier)
    if queries.has_carried(carrier):
        raise Refused(f"{carrier} has carried texts, and history names it. Switch it off instead.")
    if carrier.routes.exists():
        raise Refused(f"There are routes that lead to {carrier}. Remove them first, under Routes.")
    _refuse_if_the_simulator_took_over(carrier)
    _record(carrier, "removed", f"Removed {carrier}, which never carried a text.", by, now)
    carrier.delete()


def _locked(carrier: Carrier) -> Carrier:
    return Carrier.objects.select_for_update().get(pk=carrier.pk)


def _become(carrier: Carrier, wanted: Wanted, now: dt.datetime) -> list[str]:
    """Answers which secrets were replaced. Raises Refused."""
    kind = KINDS[carrier.kind]
    carrier.window = WINDOW.clean(wanted.window) or 1
    carrier.texts_per_second = RATE.clean(wanted.texts_per_second)
    if carrier.pk and carrier.is_charging != wanted.is_charging and queries.has_carried(carrier):
        words = (
            f"{carrier} has carried texts, and what they cost would change. Add it once more under "
            "another name, and switch this one off."
        )
        raise Refused(words, field="is_charging")
    carrier.is_charging = wanted.is_charging
    carrier.is_sandbox = kind.plays or wanted.is_sandbox
    clean = kind.clean(wanted.settings, window=carrier.window, is_sandbox=carrier.is_sandbox)
    carrier.settings = {**carrier.settings, **clean}
    carrier.dedupes_for_minutes = DEDUPES.clean(wanted.dedupes_for_minutes)
    if carrier.dedupes_for_minutes and not kind.names_texts(carrier.settings):
        words = (
            "Our reference does not go with its texts, so it cannot know one again. Put it in, or "
            f"leave “{DEDUPES.label}” empty."
        )
        raise Refused(words, field=DEDUPES.name)
    _refuse_to_leave_the_demo(carrier)
    return _take_secrets(carrier, kind, wanted.settings, now)


def _take_secrets(
    carrier: Carrier, kind: Kind, typed: Mapping[str, Any], now: dt.datetime
) -> list[str]:
    given = {field: field.clean(typed.get(field.name)) for field in kind.secrets}
    given = {field: value for field, value in given.items() if value}
    for field in kind.secrets:
        if field.is_needed and field not in given and field.name not in carrier.settings:
            words = f"“{field.label}” is empty. Give it as the carrier told you."
            raise Refused(words, field=field.name)
    for field, value in given.items():
        carrier.settings[field.name] = seal(value)
        carrier.password_set_at = now
    return [field.in_sentence for field in given]


def _refuse_to_leave_the_demo(carrier: Carrier) -> None:
    hosts = KINDS[carrier.kind].hosts(carrier.settings) if portal.DEMO else {}
    for name, host in hosts.items():
        if host and not is_loopback(host):
            words = (
                f"{host} is another machine. In the demonstration every carrier stays on this one."
            )
            raise Refused(words, field=name)


def _refuse_if_the_simulator_took_over(carrier: Carrier) -> None:
    if queries.simulator_would_take_over(carrier):
        words = f"{carrier} is the only real carrier. {PLAYS.format(carrier=carrier)}"
        raise Refused(words)


def _shown(carrier: Carrier) -> dict[str, str]:
    """What may be read of it, by label; never a secret."""
    rate = carrier.texts_per_second
    shown = {
        WINDOW.label: f"{carrier.window:,}",
        RATE.label: "as many as go" if rate is None else f"{rate:,}",
        DEDUPES.label: f"{carrier.dedupes_for_minutes or ''}",
        "Charged": _yes(carrier.is_charging),
        "Sandbox": _yes(carrier.is_sandbox),
    }
    for field in KINDS[carrier.kind].own_fields:
        value = carrier.settings.get(field.name)
        shown[field.label] = _yes(value) if isinstance(value, bool) else str(value or "")
    return shown


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _record(carrier: Carrier, verb: str, words: str, by: Actor, now: dt.datetime) -> None:
    audit.record(by=by, verb=f"carriers.{verb}", words=words, on=carrier, now=now)
