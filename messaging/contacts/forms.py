import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.people.models import Person
from messaging.contacts.models import Contact, Group
from messaging.contacts.names import NAME_LENGTH, tidy
from messaging.contacts.queries import Filters
from smsportal.lib.phones import BadNumber, display, normalise

SCOPES = [("", "Any type"), ("global", "Global"), ("personal", "Personal")]


def _name(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=NAME_LENGTH,
        error_messages={"max_length": "This is %(show_value)d characters long. It can be 80."},
    )


class ContactForm(forms.Form):
    number = forms.CharField(
        label="Mobile number",
        max_length=80,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"required": "Type the mobile number."},
    )
    first_name = _name("First name")
    last_name = _name("Last name")
    groups = forms.ModelMultipleChoiceField(
        queryset=Group.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="uid",
    )

    def __init__(self, *args: Any, person: Person, contact: Contact | None = None, **kwargs: Any):
        if contact is not None:
            kwargs["initial"] = {
                "number": display(contact.number),
                "first_name": contact.first_name,
                "last_name": contact.last_name,
                "groups": [group.uid for group in contact.groups.all()],
            }
        super().__init__(*args, **kwargs)
        own = Group.objects.visible_to(person).editable_by(person).live().order_by("name")
        self.fields["groups"].queryset = own

    def clean_number(self) -> str:
        try:
            return normalise(self.cleaned_data["number"])
        except BadNumber as bad:
            raise forms.ValidationError(bad.words) from None


class GroupForm(forms.Form):
    name = forms.CharField(
        max_length=NAME_LENGTH,
        error_messages={
            "required": "Give the group a name.",
            "max_length": "This name has %(show_value)d characters. It can have 80.",
        },
    )

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        if ";" in name:
            words = "A group name cannot have a ; in it: in files, that stands between two groups."
            raise forms.ValidationError(words)
        return name


class FilterForm(forms.Form):
    """From the address, so that wrong values narrow nothing rather than complain."""

    q = forms.CharField(required=False, max_length=200)
    group = forms.UUIDField(required=False)
    type = forms.ChoiceField(choices=SCOPES, required=False)

    def filters(self) -> Filters:
        self.is_valid()
        return Filters(
            words=tidy(self.cleaned_data.get("q", "")),
            group=self.cleaned_data.get("group"),
            scope=self.cleaned_data.get("type", ""),
        )


class Ticked(forms.Form):
    def picked(self) -> list[uuid.UUID]:
        """Ids that are nobody's, or somebody else's, match nothing in the query that follows."""
        return [uid for text in self.data.getlist("pick") if (uid := _uuid(text))]


class MergeForm(Ticked):
    keep = forms.UUIDField()


class BulkForm(Ticked):
    """The rows that are ticked, or all that the filters of the list find."""

    all = forms.BooleanField(required=False)
    to = forms.UUIDField(required=False)
    do = forms.ChoiceField(
        choices=[(name, name) for name in ("message", "join", "leave", "delete")]
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


class UndoForm(forms.Form):
    """The moment that everything in one deletion has in common."""

    deleted_at = forms.CharField()

    def clean_deleted_at(self) -> dt.datetime:
        at = parse_datetime(self.cleaned_data["deleted_at"])
        if at is None or at.tzinfo is None:
            raise forms.ValidationError("This is not a time.")
        return at
