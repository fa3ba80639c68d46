"""A carrier as the messaging team fills it in: one form for each kind."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms

from messaging.carriers import rules
from messaging.carriers.models import Carrier
from messaging.carriers.services import SIMULATOR, SMPP, Wanted
from smsportal.lib.errors import Refused


class Ruled(forms.CharField):
    """What a rule makes of the words that were typed; its refusal is the error of the field."""

    def __init__(self, rule: Callable[[str], Any], label: str, **kwargs: Any) -> None:
        super().__init__(label=label, required=False, **kwargs)
        self.rule = rule

    def clean(self, value: Any) -> Any:
        try:
            return self.rule(value or "")
        except Refused as refused:
            raise forms.ValidationError(refused.words) from refused


def whole(name: str, rule: rules.Whole, help_text: str = "", *, is_needed: bool = True) -> Ruled:
    def clean(typed: str) -> int | None:
        return rule.clean(typed, name) if is_needed or typed.strip() else None

    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return Ruled(clean, rule.label, help_text=help_text, widget=widget, initial=rule.usual)


def number(name: str, help_text: str = "") -> Ruled:
    return whole(name, rules.NUMBERS[name], help_text)


def word(name: str, help_text: str = "") -> Ruled:
    return Ruled(partial(rules.clean_word, name), rules.WORDS[name][0], help_text=help_text)


def file(name: str, help_text: str = "") -> Ruled:
    return Ruled(partial(rules.clean_file, name), rules.FILES[name], help_text=help_text)


def choice(name: str) -> forms.ChoiceField:
    one = rules.CHOICES[name]
    words = {
        "required": "Choose one.",
        "invalid_choice": "%(value)s is not in the list. Choose one.",
    }
    return forms.ChoiceField(label=one.label, choices=one.choices, error_messages=words)


class CarrierForm(forms.Form):
    """What every kind has. carrier: the one to change; its name stays."""

    kind = ""

    name = Ruled(
        rules.clean_name,
        "Name",
        help_text="Small letters, digits and hyphens. Its sender runs under this name, so it "
        "cannot be changed later.",
    )
    texts_per_second = whole(
        "texts_per_second",
        rules.RATE,
        "Empty: as fast as it goes. We halve it for a while when the carrier says slow down.",
        is_needed=False,
    )
    window = whole(
        "window", rules.WINDOW, "All connections together. So many may be in doubt if it breaks."
    )
    is_charging = forms.BooleanField(
        label="Departments pay for what it carries", required=False, initial=True
    )

    def __init__(self, *args: Any, carrier: Carrier | None = None, **kwargs: Any) -> None:
        if carrier:
            own = ("window", "texts_per_second", "is_charging", "is_sandbox")
            secret = {"password"}
            kwargs["initial"] = {
                **{name: value for name, value in carrier.settings.items() if name not in secret},
                **{name: getattr(carrier, name) for name in own},
            }
        super().__init__(*args, **kwargs)
        if carrier:
            del self.fields["name"]

    def wanted(self) -> Wanted:
        """As the services take it, of a valid form."""
        own = ("window", "texts_per_second", "is_charging", "is_sandbox", "password")
        given = {name: value for name, value in self.cleaned_data.items() if name in own}
        settings = {
            name: value for name, value in self.cleaned_data.items() if name in rules.LABELS
        }
        return Wanted(**given, settings=settings)


class SimulatorForm(CarrierForm):
    kind = SIMULATOR

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_charging"].help_text = "Only where nobody is really charged."
        if not kwargs.get("carrier"):
            self.fields["name"].initial = "simulator"
            self.fields["is_charging"].initial = False


class SmppForm(CarrierForm):
    kind = SMPP
    # As on the page: what is wrong is listed in this order.
    field_order = (
        *("name", "host", "port", "tls", "system_id", "password"),
        *("tls_name", "ca_file", "certificate_file", "key_file"),
        *("bind", "binds", "texts_per_second", "window", "joining", "receipt_ids"),
        *("is_charging", "is_sandbox", "connect_seconds", "answer_seconds", "enquire_seconds"),
        *("system_type", "service_type", "has_plus"),
    )

    host = Ruled(rules.clean_host, "Host")
    port = number("port")
    tls = forms.BooleanField(
        label="Encrypted (TLS)",
        required=False,
        initial=True,
        help_text="Without it, everything can be read on the way, the password too.",
    )
    tls_name = Ruled(
        lambda typed: rules.clean_host(typed, "tls_name") if typed.strip() else "",
        "Certificate name",
        help_text="If its certificate names another machine than the host.",
    )
    ca_file = file("ca_file", "If its certificate is not from a public authority.")
    certificate_file = file("certificate_file", "If the carrier asks for a client certificate.")
    key_file = file("key_file")
    system_id = word("system_id")
    password = Ruled(
        rules.clean_password,
        "Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    system_type = word("system_type", "Most carriers want none.")
    service_type = word("service_type", "Most carriers want none.")
    bind = choice("bind")
    binds = number("binds")
    joining = choice("joining")
    receipt_ids = choice("receipt_ids")
    has_plus = forms.BooleanField(label="Numbers go with their +", required=False)
    connect_seconds = number("connect_seconds")
    answer_seconds = number("answer_seconds", "After that a text may have been sent.")
    enquire_seconds = number("enquire_seconds")
    is_sandbox = forms.BooleanField(
        label="Sandbox",
        required=False,
        help_text="It plays a network on this machine, so it takes practice numbers. Only where "
        "the host is 127.0.0.1.",
    )


FORMS: dict[str, type[CarrierForm]] = {SMPP: SmppForm, SIMULATOR: SimulatorForm}
