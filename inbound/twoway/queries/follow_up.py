"""What became of a question to many: who said yes, who said no, who said nothing."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When

from inbound.twoway.models import Answer
from inbound.twoway.spelling import Said
from messaging.sending.models import Batch, Message

SILENT: Final = "silent"
GROUPS: Final = (*Said.values, SILENT)


@dataclass(frozen=True)
class Counts:
    yes: int
    no: int
    other: int
    silent: int

    @property
    def replied(self) -> int:
        return self.yes + self.no + self.other

    @property
    def everyone(self) -> int:
        return self.replied + self.silent

    @property
    def bar(self) -> list[tuple[str, int]]:
        return [("good", self.yes), ("bad", self.no), ("warn", self.other), ("wait", self.silent)]

    @property
    def in_words(self) -> str:
        return (
            f"{self.yes:,} said yes, {self.no:,} no, {self.other:,} something else, "
            f"{self.silent:,} did not reply"
        )


def people(batch: Batch) -> QuerySet[Message]:
    """Each person's text with `said`: the last yes or no, else that they wrote, else None."""
    is_unclear = Case(
        When(said=Said.OTHER, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
    answers = Answer.objects.filter(message=OuterRef("pk")).order_by(is_unclear, "-text_id")
    return batch.messages.annotate(
        said=Subquery(answers.values("said")[:1]),
        answer_text_id=Subquery(answers.values("text_id")[:1]),
        answer_words=Subquery(answers.values("text__body")[:1]),
        answer_at=Subquery(answers.values("text__received_at")[:1]),
        answer_uid=Subquery(answers.values("text__uid")[:1]),
    )


def of_group(batch: Batch, group: str) -> QuerySet[Message]:
    chosen = people(batch)
    if group == SILENT:
        chosen = chosen.filter(said__isnull=True)
    elif group in Said.values:
        chosen = chosen.filter(said=group)
    # Who wrote stands before who did not.
    return chosen.order_by(F("answer_text_id").desc(nulls_last=True), "row_no")


def counts(batch: Batch) -> Counts:
    said = people(batch).order_by().values_list("said").annotate(n=Count("pk"))
    by_answer = {each or SILENT: n for each, n in said}
    return Counts(*(by_answer.get(group, 0) for group in GROUPS))
