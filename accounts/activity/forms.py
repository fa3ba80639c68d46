"""What can be asked for on the activity page."""

from typing import Any

from django import forms

from accounts.activity.queries import Asked
from accounts.activity.verbs import GROUPS
from accounts.departments.models import Department
from accounts.people.models import Person


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Choose a day, such as 24 July 2026."},
    )


class ActivityForm(forms.Form):
    q = forms.CharField(
        label="Words, name or reference",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    who = forms.CharField(label="Who", required=False, max_length=100)
    department = forms.ModelChoiceField(
        label="Department",
        queryset=Department.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label="All",
    )
    what = forms.ChoiceField(
        label="What",
        required=False,
        choices=[("", "Anything"), *((key, words) for key, (words, _) in GROUPS.items())],
    )
    object = forms.UUIDField(required=False, widget=forms.HiddenInput)
    from_on = _day("From date")
    to_on = _day("To date")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person.may("see_all_activity"):
            departments = Department.objects.visible_to(person).order_by("name")
            self.fields["department"].queryset = departments
        else:
            del self.fields["department"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first, last = cleaned.get("from_on"), cleaned.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", "Choose a day that is not before the first one.")
        return cleaned

    def asked(self) -> Asked:
        """What was asked for; parts that nobody can understand ask nothing."""
        self.is_valid()
        cleaned = self.cleaned_data
        department = cleaned.get("department")
        return Asked(
            words=cleaned.get("q", ""),
            who=cleaned.get("who", ""),
            what=cleaned.get("what", ""),
            department_id=department.pk if department else None,
            object_id=str(cleaned.get("object") or ""),
            from_on=cleaned.get("from_on"),
            to_on=cleaned.get("to_on"),
        )
