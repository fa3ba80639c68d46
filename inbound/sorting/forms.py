"""Filters above lists of texts."""

from typing import Any

from django import forms

from accounts.people.models import Person
from inbound.sorting.queries import listing


class FindForm(forms.Form):
    q = forms.CharField(label="Words, name or number", required=False, max_length=100)
    keyword = forms.ChoiceField(label="Keyword", required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = listing.keywords_read(person)
        self.fields["keyword"].choices = [("", "Any keyword"), *((word, word) for word in words)]

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        data = self.cleaned_data
        return {"words": data.get("q", ""), "keyword": data.get("keyword", "")}
