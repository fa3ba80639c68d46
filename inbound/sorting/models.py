"""What became of each text that came in: for which keyword or number it was, and what was done."""

from django.db import models
from django.db.models import Q

from accounts.people.models import Person
from inbound.handling.wishes import Wish
from inbound.keywords.models import Keyword
from inbound.sorting.meaning import Place
from messaging.incoming.models import IncomingText
from messaging.sending.models import Batch
from smsportal.lib.ids import uuid7


class SortingQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "SortingQuerySet":
        """Texts to keywords: for the department's admin and for the users named there."""
        return self.filter(keyword__in=Keyword.objects.visible_to(person))


class Sorting(models.Model):
    """Made in the transaction that stores the text; filled in by the worker."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="sorting")
    place = models.CharField(max_length=10, choices=Place.choices, default=Place.WAITING)
    keyword = models.ForeignKey(
        Keyword, null=True, on_delete=models.PROTECT, related_name="sortings"
    )
    words = models.TextField(blank=True)  # without the prefix and the keyword
    suggestion = models.CharField(max_length=30, blank=True)  # a keyword that was perhaps meant
    wish = models.CharField(max_length=14, choices=Wish.choices, blank=True)
    # A text that says STOP among other words is looked at by a person.
    looked_at = models.DateTimeField(null=True)
    # The automatic reply, or why there was none.
    reply = models.ForeignKey(Batch, null=True, on_delete=models.SET_NULL, related_name="+")
    no_reply_why = models.CharField(max_length=160, blank=True)
    no_forward_why = models.CharField(max_length=160, blank=True)
    try_count = models.PositiveSmallIntegerField(default=0)
    sorted_at = models.DateTimeField(null=True)
    sorted_by_name = models.CharField(max_length=200, blank=True)  # a person, where one did it

    objects = SortingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="sorting_waits", condition=Q(place="waiting")),
            models.Index(fields=["id"], name="sorting_unmatched", condition=Q(place="unmatched")),
            models.Index(fields=["keyword", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_keyword_where_it_is_for_one",
                condition=~Q(place="keyword") | Q(keyword__isnull=False),
            ),
            models.CheckConstraint(
                name="sorted_when",
                condition=Q(place="waiting", sorted_at__isnull=True)
                | ~Q(place="waiting") & Q(sorted_at__isnull=False),
            ),
        ]


class AutoReply(models.Model):
    """One automatic reply, kept for the rules against loops."""

    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="+")
    to_number = models.CharField(max_length=20)
    # What answered: a keyword's or a reply number's, so many a day to one phone.
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["to_number", "at"]),
            models.Index(fields=["source", "at"]),
        ]
