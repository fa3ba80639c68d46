"""The filters above the list of messages."""

from typing import Any

from django import forms

from accounts.people.models import Person


class FilterForm(forms.Form):
    words = forms.CharField(label="Words, name or number", required=False)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[
            ("", "Any status"),
            ("scheduled", "Scheduled"),
            ("running", "Sending"),
            ("paused", "Paused"),
            ("stopped", "Stopped"),
            ("finished", "Finished"),
            ("cancelled", "Cancelled"),
        ],
    )
    having = forms.ChoiceField(
        label="With texts that",
        required=False,
        choices=[
            ("", "Any"),
            ("undelivered", "Were not delivered"),
            ("unknown", "May have been sent"),
            ("unconfirmed", "Have no report"),
            ("not_sent", "Were not sent"),
        ],
    )
    source = forms.ChoiceField(
        label="Sent from",
        required=False,
        choices=[
            ("", "Anywhere"),
            ("portal", "The portal"),
            ("email", "Email to SMS"),
            ("repeat", "Repeating"),
            ("2way", "2WAY"),
        ],
    )
    by = forms.ChoiceField(label="Sent by", required=False)
    from_on = forms.DateField(
        label="From date", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        label="Until date", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person.may("see_department_messages"):
            users = Person.objects.users().visible_to(person).order_by("name")
            self.fields["by"].choices = [
                ("", "Anyone"),
                *((str(uid), name) for uid, name in users.values_list("uid", "name")),
            ]
        else:
            del self.fields["by"]

    def filters(self) -> dict[str, Any]:
        """What of it makes sense; a date that does not is left out, with its words beside it."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
