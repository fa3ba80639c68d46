"""Who has been chosen, by source."""

import uuid
from dataclasses import dataclass

from django.db.models import Case, Count, F, QuerySet, UUIDField, When

from messaging.compose.models import Draft
from messaging.contacts.models import Group
from messaging.sending.models import BasketRow, RowSource, RowState

Key = tuple[str, uuid.UUID | None]
ORDER = (RowSource.GROUP, RowSource.CONTACT, RowSource.TYPED, RowSource.FILE, RowSource.BATCH)
WORDS = {
    RowSource.CONTACT: "Quick contacts",
    RowSource.TYPED: "By Mobile Number",
    RowSource.FILE: "By Import",
    RowSource.BATCH: "Earlier message",
}


@dataclass(frozen=True)
class Token:
    """One source. key: what the button that removes it sends: "typed", "group:<uid>".."""

    key: str
    words: str
    count: int  # everybody with a number, in there twice or not
    refused_count: int


@dataclass(frozen=True)
class Ledger:
    tokens: list[Token]
    person_count: int
    duplicate_count: int
    opted_out_count: int
    is_waiting: bool  # the worker is still adding people

    @property
    def left_out_words(self) -> str:
        """after leaving out 6 who were in there twice and 1 who opted out"""
        twice, out = self.duplicate_count, self.opted_out_count
        parts = []
        if twice:
            parts.append(f"{twice:,} who {'was' if twice == 1 else 'were'} in there twice")
        if out:
            parts.append(f"{out:,} who opted out")
        return f"after leaving out {' and '.join(parts)}" if parts else ""

    @property
    def typed(self) -> Token | None:
        return next((token for token in self.tokens if token.key == RowSource.TYPED), None)

    @property
    def file(self) -> Token | None:
        return next((token for token in self.tokens if token.key == RowSource.FILE), None)

    @property
    def contact_count(self) -> int:
        return sum(token.count for token in self.tokens if token.key == RowSource.CONTACT)

    @property
    def group_uids(self) -> set[uuid.UUID]:
        keys = [token.key.partition(":") for token in self.tokens]
        return {uuid.UUID(uid) for source, _, uid in keys if source == RowSource.GROUP}


EMPTY = Ledger([], 0, 0, 0, is_waiting=False)


def ledger(draft: Draft | None) -> Ledger:
    """Two queries, however many people."""
    if draft is None:
        return EMPTY
    by_state = dict.fromkeys(RowState.values, 0)
    by_source: dict[Key, dict[str, int]] = {}
    for source, of, state, count in _counts(draft):
        by_state[state] += count
        by_source.setdefault((source, of), {})[state] = count
    return Ledger(
        tokens=_tokens(by_source),
        person_count=by_state[RowState.OK],
        duplicate_count=by_state[RowState.DUPLICATE],
        opted_out_count=by_state[RowState.OPTED_OUT],
        is_waiting=bool(draft.waiting),
    )


def _counts(draft: Draft) -> QuerySet:
    group = Case(
        When(source=RowSource.GROUP, then=F("source_uid")), default=None, output_field=UUIDField()
    )
    rows = BasketRow.objects.filter(basket=draft.basket_id).annotate(of=group)
    return rows.values_list("source", "of", "state").annotate(n=Count("pk")).order_by()


def _tokens(by_source: dict[Key, dict[str, int]]) -> list[Token]:
    uids = [of for _, of in by_source if of]
    names = dict(Group.objects.filter(uid__in=uids).values_list("uid", "name"))
    tokens = [
        Token(
            key=f"{source}:{of}" if of else source,
            words=names.get(of, "A group") if of else WORDS[RowSource(source)],
            count=sum(counts.values()) - counts.get(RowState.REFUSED, 0),
            refused_count=counts.get(RowState.REFUSED, 0),
        )
        for (source, of), counts in by_source.items()
    ]
    places: dict[str, int] = {source: place for place, source in enumerate(ORDER)}
    return sorted(tokens, key=lambda each: (places[each.key.partition(":")[0]], each.words))


def refused(draft: Draft | None, source: RowSource) -> QuerySet[BasketRow]:
    """What was typed, or is in the file, and is no mobile number."""
    if draft is None:
        return BasketRow.objects.none()
    rows = BasketRow.objects.filter(basket=draft.basket_id, source=source)
    return rows.filter(state=RowState.REFUSED).order_by("row_no")
