"""Forms in which a password is chosen or changed."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.people.models import Person
from accounts.people.services.passwords import ask_for_new_password

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


class ChangePasswordForm(allauth.ChangePasswordForm):
    """Password now, and the new one; typing it twice helps nobody who can look at it once."""

    password2 = None


class ResetPasswordKeyForm(allauth.ResetPasswordKeyForm):
    """The new password from a link."""

    password2 = None


class ForgotPasswordForm(forms.Form):
    """Asked by username. allauth's view calls the field `email` and counts tries by it."""

    email = forms.CharField(
        label="Username",
        max_length=80,
        help_text="We email a link to the address on your account. It works once, for 30 minutes.",
        error_messages={"required": "Enter your username, for example ouit0423."},
    )

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        username = self.cleaned_data["email"]
        ask_for_new_password(username=username)
        return username


class OtherPasswordForm(forms.Form):
    """The password of the account that one switches to, counted like any sign-in."""

    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, target: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.target = request, target
        self.fields["password"].error_messages["required"] = (
            f"Enter the password of {target.shown_username}."
        )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        found = get_adapter().authenticate(
            self.request, username=self.target.username, password=password
        )
        if found is None or found.pk != self.target.pk:
            raise ValidationError(f"That is not the password of {self.target.shown_username}.")
        return password
