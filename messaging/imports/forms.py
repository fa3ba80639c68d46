from typing import Any

from django import forms

from messaging.contacts.names import NAME_LENGTH
from messaging.imports.mapping import Target
from messaging.imports.models import Import
from messaging.imports.states import Policy


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="CSV or Excel (.csv, .xlsx, .xls, .ods), up to 10 MB and 100,000 rows.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls,.ods"}),
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty.",
        },
    )


class ColumnsForm(forms.Form):
    """One choice for each column: col0, col1, .."""

    has_headings = forms.BooleanField(
        label="The first row is headings, not a contact", required=False
    )

    def __init__(self, data: Any = None, *, batch: Import) -> None:
        initial: dict[str, Any] = {"has_headings": batch.has_headings}
        initial |= {f"col{n}": column["target"] for n, column in enumerate(batch.columns)}
        super().__init__(data, initial=initial)
        for number, column in enumerate(batch.columns):
            self.fields[f"col{number}"] = forms.ChoiceField(
                label=column["heading"], choices=Target.choices
            )

    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("col")]

    def targets(self) -> list[str]:
        return [self.cleaned_data[name] for name in self.fields if name.startswith("col")]


class GroupsForm(forms.Form):
    on = forms.TypedMultipleChoiceField(
        label="Groups in the file", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    everyone = forms.CharField(
        label="Put everyone in group",
        required=False,
        max_length=NAME_LENGTH,
        help_text="The name of a group you have, or of a new one.",
        widget=forms.TextInput(attrs={"list": "known-groups", "autocomplete": "off"}),
        error_messages={"max_length": "This name has %(show_value)d characters. It can have 80."},
    )

    def __init__(self, data: Any = None, *, batch: Import) -> None:
        groups = list(batch.groups.exclude(origin="").order_by("number"))
        super().__init__(
            data,
            initial={
                "on": [group.number for group in groups if group.is_on],
                "everyone": batch.everyone_group,
            },
        )
        self.fields["on"].choices = [
            (group.number, f"{group.name} ({group.row_count:,}), {group.origin}")
            for group in groups
        ]


class CheckForm(forms.Form):
    """What to do with names that are there already; the corrections are `fix-<row>`."""

    policy = forms.ChoiceField(choices=Policy.choices)

    def chosen(self) -> str:
        return self.cleaned_data["policy"] if self.is_valid() else Policy.OVERWRITE

    def fixes(self) -> dict[int, str]:
        return {
            int(name[4:]): str(value)
            for name, value in self.data.items()
            if name.startswith("fix-") and name[4:].isdecimal()
        }
