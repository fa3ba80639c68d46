"""A user's virtual number, and the conversations that people have with it."""

from typing import Final

from django.db import models
from django.db.models import Q

from accounts.departments.models import Department
from accounts.people.models import Person
from inbound.handling.models import Handling
from inbound.twoway.digests import Digest
from inbound.twoway.spelling import Said
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Message
from smsportal.lib.ids import uuid7
from smsportal.lib.phones import display

SHOWN: Final = 160  # characters of the last text, in a list
SOURCE: Final = "2way"  # of a batch that is one answer in a conversation
# What goes on in a conversation, or goes by itself, asks nobody for a yes or no.
NO_QUESTIONS: Final = (SOURCE, "reply", "confirmation")


class ReplyNumber(Handling):
    """What happens to the texts that come to a rented number (S115 to S120)."""

    sender = models.OneToOneField(Sender, on_delete=models.CASCADE, related_name="handling")
    digest = models.CharField(max_length=7, choices=Digest.choices, default=Digest.NONE)
    digested_at = models.DateTimeField(null=True)  # chosen, or gone on its way, the last time

    class Meta(Handling.Meta):
        abstract = False
        indexes = [
            models.Index(
                fields=["digest", "digested_at"], name="digest_due", condition=~Q(digest="none")
            )
        ]
        constraints = [
            *Handling.Meta.constraints,
            models.CheckConstraint(
                name="a_digest_has_its_clock",
                condition=Q(digest="none") | Q(digested_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.sender)


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "ConversationQuerySet":
        """Of the user whose number it is, and of nobody else, whoever rents the number later."""
        if person.may("see_own_messages"):
            return self.filter(person_id=person.pk)
        return self.none()


class Conversation(models.Model):
    """One phone and one virtual number. Its texts are incoming texts and messages; this is how it
    stands, for the list.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="conversations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="conversations")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20)  # the phone's, E.164 where it has one
    last_at = models.DateTimeField()
    last_words = models.CharField(max_length=160)
    last_is_mine = models.BooleanField(default=False)
    unread_count = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "number"], name="one_conversation_a_phone")
        ]
        indexes = [
            models.Index(fields=["person", "-last_at"]),
            models.Index(
                fields=["person"], name="conversation_unread", condition=Q(unread_count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shown_number(self) -> str:
        return display(self.number)

    @property
    def is_with_a_phone(self) -> bool:
        """Neither a name nor a short code, to which no text can go."""
        return self.number.startswith("+") and self.number[1:].isdecimal()


class Note(models.Model):
    """What the user wants to remember of a conversation. Never sent."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    words = models.TextField()
    at = models.DateTimeField()


class SavedAnswerQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "SavedAnswerQuerySet":
        return self.filter(person_id=person.pk) if person.may("send_texts") else self.none()


class SavedAnswer(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_answers")
    name = models.CharField(max_length=60)
    words = models.TextField()

    objects = SavedAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="saved_answer_once")]

    def __str__(self) -> str:
        return self.name


class AnswerQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "AnswerQuerySet":
        if person.may("see_own_messages"):
            return self.filter(text__person_id=person.pk)
        return self.none()


class Answer(models.Model):
    """What a reply says to the message it answers: read by the table, correctable by its user."""

    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="answer")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="answers")
    said = models.CharField(max_length=5, choices=Said.choices)
    corrected_at = models.DateTimeField(null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["message", "said"])]


class StopReading(models.Model):
    """How its user read a text that says STOP among other words."""

    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="stop_reading")
    wants_no_more = models.BooleanField()
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()


class DigestLine(models.Model):
    """A reply that was mailed in a digest. Once: the same reply stands in no other."""

    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="digest_line")
    at = models.DateTimeField()
