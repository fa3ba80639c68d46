"""Giving a keyword, renting a number, and setting a keyword up."""

from typing import Any

from django import forms

from accounts.departments.models import Department
from accounts.people.models import Person
from inbound.handling.forms import HandlingForm, initial_of
from inbound.keywords.models import Keyword
from inbound.keywords.services import LONGEST
from inbound.renting.queries import users_of


class GiveForm(forms.Form):
    word = forms.CharField(
        label="Keyword",
        help_text=f"Up to {LONGEST} letters, digits and single spaces, in 3 words at most.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    department = forms.ModelChoiceField(
        queryset=Department.objects.none(),
        to_field_name="uid",
        empty_label="Choose a department",
        error_messages={
            "required": "Choose the department that gets it.",
            "invalid_choice": "Choose one of these departments.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_open = Department.objects.filter(closed_at__isnull=True)
        self.fields["department"].queryset = is_open.order_by("name")


class RentForm(forms.Form):
    number = forms.CharField(
        label="Number",
        help_text="As the carrier gave it, such as 07700 900412.",
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    username = forms.CharField(
        label="User",
        help_text="The username of whoever gets it, such as phys0423.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_username(self) -> str:
        typed = self.cleaned_data["username"].strip().lower()
        if not typed:
            raise forms.ValidationError("Write the username of whoever gets it.")
        self.person = Person.objects.filter(username=typed).select_related("department").first()
        if self.person is None:
            raise forms.ValidationError(f"There is nobody with the username {typed[:60]}.")
        return typed


class KeywordForm(HandlingForm):
    """Where its texts go, an own system among it, and who reads them."""

    by_webhook = forms.BooleanField(label="Your own system", required=False)
    webhook_url = forms.CharField(
        label="Address",
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
        error_messages={"max_length": "This address has %(show_value)s characters. 500 is most."},
    )
    new_secret = forms.BooleanField(
        label="Make a new signing secret",
        help_text="The old one stops working at once. The new one is shown once, after saving.",
        required=False,
    )
    readers = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(
        label="Text to try",
        required=False,
        max_length=1600,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, keyword: Keyword, **kwargs: Any) -> None:
        self.users = list(users_of(keyword))
        chosen = [str(uid) for uid in keyword.readers.values_list("uid", flat=True)]
        initial = {
            **initial_of(keyword),
            "by_webhook": bool(keyword.webhook_url),
            "webhook_url": keyword.webhook_url,
            "readers": chosen,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.example = {**self.example, "keyword": keyword.word}
        self.fields["readers"].choices = [(str(each.uid), each.name) for each in self.users]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not data.get("by_webhook"):
            data["webhook_url"] = ""
            self.errors.pop("webhook_url", None)
        elif not data.get("webhook_url") and "webhook_url" not in self.errors:
            self.add_error("webhook_url", "Write the address to call, or untick Your own system.")
        return data

    @property
    def chosen_readers(self) -> list[Person]:
        chosen = set(self.cleaned_data["readers"])
        return [each for each in self.users if str(each.uid) in chosen]

    @property
    def ticked(self) -> set[str]:
        return set(self["readers"].value() or ())
