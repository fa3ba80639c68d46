"""Forms in which a password is chosen or changed."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.people.models import Person

RULE = "At least 12 characters. Three unrelated words work well."


def new_password(label: str = "New password") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        help_text=RULE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password."},
    )


class FirstPasswordForm(forms.Form):
    """The password of somebody who has been invited."""

    password = new_password("Password")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, self.person)
        return password


class ChangePasswordForm(FirstPasswordForm):
    """Password now, and the new one."""

    old = forms.CharField(
        label="Password now",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter the password that you sign in with now."},
    )
    password = new_password()
    field_order = ("old", "password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("old") and cleaned.get("old") == cleaned.get("password"):
            raise ValidationError({"password": "The new password is the one you have now."})
        return cleaned
