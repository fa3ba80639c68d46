"""A user's virtual number, and the conversations that people have with it."""

from django.db import models
from django.db.models import Q

from accounts.departments.models import Department
from accounts.people.models import Person
from inbound.handling.models import Handling
from inbound.twoway.spelling import Said
from messaging.incoming.models import IncomingText
from messaging.senders.models import Sender
from messaging.sending.models import Message
from smsportal.lib.ids import uuid7


class ReplyNumber(Handling):
    """What happens to the texts that come to a rented number (S115 to S120)."""

    sender = models.OneToOneField(Sender, on_delete=models.CASCADE, related_name="handling")

    class Meta(Handling.Meta):
        abstract = False

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


class Note(models.Model):
    """What the user wants to remember of a conversation. Never sent."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    words = models.TextField()
    at = models.DateTimeField()


class SavedAnswer(models.Model):
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_answers")
    name = models.CharField(max_length=60)
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="saved_answer_once")]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What a reply says to the message it answers: read by the table, correctable by its user."""

    text = models.OneToOneField(IncomingText, on_delete=models.CASCADE, related_name="answer")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="answers")
    said = models.CharField(max_length=5, choices=Said.choices)
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["message", "said"])]
