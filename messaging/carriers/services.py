"""What the messaging team asks for: carriers are added, changed, paused, switched off, removed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as portal
from django.db import transaction

from accounts.audit import services as audit
from accounts.audit.access import require
from accounts.audit.actors import Actor
from messaging.carriers import queries, rules
from messaging.carriers.models import Carrier
from smsportal.lib.errors import Refused
from smsportal.lib.hosts import is_loopback
from smsportal.lib.sealing import seal

SMPP, SIMULATOR = "smpp", "simulator"
PLAYS = (
    "The simulator would play its texts from then on, and show as delivered what nobody got. "
    "Pause {carrier} instead, or switch the simulator off first."
)


@dataclass(frozen=True)
class Wanted:
    """How a carrier is to be. password: "" keeps the one it has. settings: those of its kind."""

    window: int
    texts_per_second: int | None
    is_charging: bool
    is_sandbox: bool = False
    password: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def add(*, name: str, kind: str, wanted: Wanted, by: Actor, now: dt.datetime) -> Carrier:
    """Raises Refused. Texts leave by it as soon as its sender is started."""
    require(by, "manage_carriers")
    name = rules.clean_name(name)
    if kind not in (SMPP, SIMULATOR):
        raise Refused(f"Nothing here speaks {kind}. Choose smpp or simulator.", field="kind")
    if Carrier.objects.filter(name=name).exists():
        raise Refused(f"There is a carrier called {name} already.", field="name")
    carrier = Carrier(name=name, kind=kind, created_at=now)
    _become(carrier, wanted, now)
    carrier.save()
    if kind == SIMULATOR:
        named = "" if name == SIMULATOR else f" {name}"
        words = f"Added the simulator{named}, which plays the networks and reaches no phone."
    else:
        at = f"{carrier.settings['host']}:{carrier.settings['port']}"
        words = f"Added the carrier {name}, which is at {at}."
    _record(carrier, "added", words, by, now)
    return carrier


@transaction.atomic
def add_simulator(*, name: str = SIMULATOR, by: Actor, now: dt.datetime) -> bool:
    """The carrier of a real installation that is being tried out. Answers whether it was added.

    Nothing it carries is charged. Where a real carrier is enabled too, it gets drama numbers only.
    """
    if Carrier.objects.filter(name=rules.clean_name(name), kind=SIMULATOR).exists():
        return False
    usual = rules.WINDOW.usual or 1
    wanted = Wanted(window=usual, texts_per_second=None, is_charging=False, is_sandbox=True)
    add(name=name, kind=SIMULATOR, wanted=wanted, by=by, now=now)
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
    _become(carrier, wanted, now)
    after = _shown(carrier)
    changes = [
        f"{label} from {before.get(label) or 'nothing'} to {after[label] or 'nothing'}"
        for label in after
        if before.get(label) != after[label]
    ]
    if wanted.password:
        changes.append("its password")
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
    _refuse_if_the_simulator_took_over(carrier)
    _record(carrier, "removed", f"Removed {carrier}, which never carried a text.", by, now)
    carrier.delete()


def _locked(carrier: Carrier) -> Carrier:
    return Carrier.objects.select_for_update().get(pk=carrier.pk)


def _become(carrier: Carrier, wanted: Wanted, now: dt.datetime) -> None:
    """Raises Refused."""
    carrier.window = rules.WINDOW.clean(wanted.window, "window")
    rate = wanted.texts_per_second
    carrier.texts_per_second = None if rate is None else rules.RATE.clean(rate, "texts_per_second")
    carrier.is_charging = wanted.is_charging
    if carrier.kind == SIMULATOR:
        carrier.is_sandbox = True
        return
    clean = rules.clean_smpp(wanted.settings)
    rules.check_together(clean, window=carrier.window, is_sandbox=wanted.is_sandbox)
    carrier.is_sandbox = wanted.is_sandbox
    carrier.settings = {**carrier.settings, **clean}
    _refuse_to_leave_the_demo(carrier)
    if wanted.password:
        carrier.settings["password"] = seal(rules.clean_password(wanted.password))
        carrier.password_set_at = now


def _refuse_to_leave_the_demo(carrier: Carrier) -> None:
    host = carrier.settings.get("host")
    if portal.DEMO and host and not is_loopback(host):
        words = f"{host} is another machine. In the demonstration every carrier stays on this one."
        raise Refused(words, field="host")


def _refuse_if_the_simulator_took_over(carrier: Carrier) -> None:
    if queries.simulator_would_take_over(carrier):
        words = f"{carrier} is the only real carrier. {PLAYS.format(carrier=carrier)}"
        raise Refused(words)


def _shown(carrier: Carrier) -> dict[str, str]:
    """What may be read of it, by label; never a secret."""
    rate = carrier.texts_per_second
    shown = {
        rules.WINDOW.label: f"{carrier.window:,}",
        rules.RATE.label: "as many as go" if rate is None else f"{rate:,}",
        "Charged": _yes(carrier.is_charging),
        "Sandbox": _yes(carrier.is_sandbox),
    }
    for name, label in rules.LABELS.items():
        value = carrier.settings.get(name)
        if carrier.kind == SMPP:
            shown[label] = _yes(value) if isinstance(value, bool) else str(value or "")
    return shown


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _record(carrier: Carrier, verb: str, words: str, by: Actor, now: dt.datetime) -> None:
    audit.record(by=by, verb=f"carriers.{verb}", words=words, on=carrier, now=now)
