"""The request as anybody may fill it in, and the messaging team's answer to it."""

from typing import Any

from django import forms

from accounts.departments.forms import TextsField, ruled
from accounts.departments.models import CodeKind
from accounts.opening.forms import OpeningForm
from accounts.people.details import (
    ADDRESS,
    LONGEST_NAME,
    Details,
    Problem,
    is_university_address,
    problems_of,
)
from accounts.people.roles import RoleName
from accounts.requests.services import LONGEST_ANSWER, Asked
from smsportal.lib.errors import Refused

APPROVE, DECLINE = "approve", "decline"
LONGEST_TYPED = 200
SHORT = frozenset(  # what is looked at no further when it is longer than that
    {
        f"{who}_{what}"
        for who in ("admin", "user")
        for what in ("name", "username", "email", "extension")
    }
    | {"name", "code", "alpha_tag", "asker_name", "asker_email"}
)


def clean_asker(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"Give your name, up to {LONGEST_NAME} characters.")
    return name


def clean_address(email: str) -> str:
    email = email.strip()
    if not ADDRESS.fullmatch(email):
        raise Refused(
            f"{email or 'Nothing'} is not a whole email address: it needs a name, an @ and a "
            "domain. We mail you a link to your request."
        )
    if not is_university_address(email):
        raise Refused(
            f"{email} is not a university address. Give yours: we mail you a link to your request."
        )
    return email


class RequestForm(OpeningForm):
    """What OpeningForm asks, and who asks, what for and how much.

    Nobody is signed in here, so nothing is said about who has an account: whether a username is
    taken is looked at when the request is answered.
    """

    asker_name = forms.CharField(label="Your name", required=False)
    asker_email = forms.CharField(
        label="Your university email",
        required=False,
        help_text="We mail you a link to your request, and the answer.",
        widget=forms.EmailInput,
    )
    purpose = forms.CharField(
        label="In a sentence or two",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what the texts are for, such as room changes."},
    )
    texts_a_year = TextsField("About how many texts a year", required="Give a rough number.")
    wants_replies = forms.BooleanField(label="People should be able to reply", required=False)
    wants_keyword = forms.BooleanField(
        label="People should be able to text us first", required=False
    )
    # Not seen by people. Programs fill in all there is, and are thanked and forgotten.
    website = forms.CharField(label="Leave this empty", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rough = "Give a rough number of texts a year, such as 5,000."
        self.fields["texts_a_year"].error_messages |= {"min_value": rough, "max_value": rough}

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data.items()
        long = [n for n, text in typed if n in SHORT and len(str(text)) > LONGEST_TYPED]
        for name in long:
            self.add_error(name, f"That is longer than {LONGEST_TYPED} characters. Shorten it.")
        return self.cleaned_data if long else super().clean()

    def clean_asker_name(self) -> str:
        return ruled(clean_asker, self.cleaned_data["asker_name"])

    def clean_asker_email(self) -> str:
        return ruled(clean_address, self.cleaned_data["asker_email"])

    def problems(self, details: Details, role: RoleName) -> list[Problem]:
        return problems_of(details, role)

    @property
    def is_by_a_program(self) -> bool:
        return bool(self.data.get("website", "").strip())

    def request(self) -> Asked:
        """The argument of services.ask."""
        typed = self.cleaned_data
        return Asked(
            name=typed["name"],
            code=typed["code"],
            code_kind=CodeKind(typed["kind"]),
            answers={name: typed[name] for name in OpeningForm.base_fields},
            **{
                name: typed[name]
                for name in (
                    "asker_name",
                    "asker_email",
                    "purpose",
                    "texts_a_year",
                    "wants_replies",
                    "wants_keyword",
                )
            },
        )


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        choices=[(APPROVE, "Approve"), (DECLINE, "Decline")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to approve or to decline."},
    )
    words = forms.CharField(
        label="What to tell them",
        required=False,
        help_text="It is mailed to whoever asked, word for word.",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("answer") == DECLINE and not cleaned.get("words"):
            self.add_error("words", "Say why: it is mailed to whoever asked.")
        return cleaned
