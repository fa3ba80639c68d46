"""The form that makes a department, its first administrator and its first user."""

import datetime as dt
from typing import Any

from django import forms

from accounts.departments import rules
from accounts.departments.forms import ruled
from accounts.departments.models import CodeKind
from accounts.people.details import (
    Details,
    Problem,
    admin_username,
    tidy,
    tidy_username,
    username_problem,
)
from accounts.people.queries import problems_with
from accounts.people.roles import RoleName

SAME, OTHER = "same", "other"


class OpeningForm(forms.Form):
    name = forms.CharField(label="Name", required=False)
    code = forms.CharField(
        label="Cost centre or Project Task code",
        required=False,
        help_text="Every charge goes here. It stays beside the name everywhere.",
    )
    kind = forms.ChoiceField(
        label="Which of the two",
        choices=CodeKind.choices,
        initial=CodeKind.COST_CENTRE,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which kind of code it is."},
    )
    alpha_tag = forms.CharField(
        label="Alpha tag",
        required=False,
        strip=False,
        help_text="Who texts appear to come from. Up to 11 letters, numbers, spaces or hyphens. "
        "Cannot start with a number.",
    )
    admin_name = forms.CharField(label="Name", required=False)
    admin_username = forms.CharField(
        label="Single sign-on username",
        required=False,
        help_text="Such as ouit0423. They administer as ouit0423admin.",
    )
    admin_email = forms.CharField(label="University email", required=False, widget=forms.EmailInput)
    admin_extension = forms.CharField(label="University extension", required=False)
    admin_is_name_confirmed = forms.BooleanField(label="This is a person’s name", required=False)
    first_user = forms.ChoiceField(
        choices=[(SAME, "The same person"), (OTHER, "Someone else")],
        initial=SAME,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who sends first."},
    )
    user_name = forms.CharField(label="Name", required=False)
    user_username = forms.CharField(label="Single sign-on username", required=False)
    user_email = forms.CharField(label="Email", required=False, widget=forms.EmailInput)
    user_extension = forms.CharField(label="University extension", required=False)
    user_other_domain_reason = forms.CharField(
        label="Why this address",
        required=False,
        max_length=200,
        help_text="Only if it is not a university address.",
    )
    user_is_name_confirmed = forms.BooleanField(label="This is a person’s name", required=False)

    def __init__(self, *args: Any, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_name(self) -> str:
        return ruled(rules.clean_name, self.cleaned_data["name"])

    def clean_code(self) -> str:
        return ruled(rules.clean_code, self.cleaned_data["code"])

    def clean_alpha_tag(self) -> str:
        return ruled(rules.clean_tag, self.cleaned_data["alpha_tag"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._add_problems("admin", self.admin, RoleName.ADMIN)
        if cleaned.get("first_user") == OTHER:
            self._add_problems("user", self.user, RoleName.USER)
        elif not any(name.startswith("admin_") for name in self.errors):
            # What is wrong with the same person is said by the fields of the administrator.
            self._add_problems("admin", self.user, RoleName.USER)
        return cleaned

    @property
    def admin(self) -> Details:
        """S23: the administrator's username is the single sign-on one with "admin"."""
        typed = tidy_username(self.cleaned_data["admin_username"]).removesuffix("admin")
        return self._person("admin", admin_username(typed) if typed else "")

    @property
    def user(self) -> Details:
        if self.cleaned_data.get("first_user") == OTHER:
            return self._person("user", self.cleaned_data["user_username"])
        return self._person("admin", self.admin.username.removesuffix("admin"))

    def _person(self, prefix: str, username: str) -> Details:
        typed = self.cleaned_data
        return tidy(
            Details(
                username=username,
                name=typed[f"{prefix}_name"],
                email=typed[f"{prefix}_email"],
                extension=typed[f"{prefix}_extension"],
                other_domain_reason=typed.get(f"{prefix}_other_domain_reason", ""),
                is_name_confirmed=typed[f"{prefix}_is_name_confirmed"],
            )
        )

    def problems(self, details: Details, role: RoleName) -> list[Problem]:
        return problems_with(details, role=role, department=None, now=self.now)

    def _add_problems(self, prefix: str, details: Details, role: RoleName) -> None:
        for problem in self.problems(details, role):
            name, words = f"{prefix}_{problem.field}", problem.words
            if problem.field == "username":
                # The field asks for the single sign-on username, also where the role adds to it.
                plain = details.username.removesuffix("admin")
                words = username_problem(plain, RoleName.USER) or words
            self.add_error(name if name in self.fields else None, words)

    def asked(self) -> dict[str, Any]:
        """The arguments of services.open_department."""
        names = ("name", "code", "kind", "alpha_tag")
        department = {name: self.cleaned_data[name] for name in names}
        return {**department, "admin": self.admin, "user": self.user}
