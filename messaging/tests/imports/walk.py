"""Going through the wizard in a browser without script, and what came of it."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from messaging.contacts.models import Contact, Group
from messaging.imports.models import Import

SEED_FILE = "Mobile,FirstName,LastName\n7700900118,Amira,Khan\n07700 900119,Ben,Lee\n"
AMIRA = ("+447700900118", "Amira", "Khan")
BEN = ("+447700900119", "Ben", "Lee")


class Wizard:
    """Goes through the steps as a person does, with every choice as it is offered."""

    def __init__(self, client, person):
        client.force_login(person)
        self.client = client
        self.batch = None

    def upload(self, content, name="people.csv", query=""):
        content = content.encode() if isinstance(content, str) else content
        answer = self.client.post(
            reverse("imports:start") + query, {"file": SimpleUploadedFile(name, content)}
        )
        if answer.status_code == 302:
            self.batch = Import.objects.latest("pk")
        return answer

    def at(self, page):
        return reverse(f"imports:{page}", args=[self.batch.uid])

    def columns(self, **choices):
        form = self.client.get(self.at("columns")).context["form"]
        data = {name: form[name].value() for name in form.fields} | choices
        data = {name: value for name, value in data.items() if value is not False}
        return self.client.post(self.at("columns"), data)

    def groups(self, **choices):
        form = self.client.get(self.at("groups")).context["form"]
        data = {"on": form["on"].value(), "everyone": form["everyone"].value()} | choices
        return self.client.post(self.at("groups"), data)

    def check(self):
        return self.client.get(self.at("check"))

    def press(self, **choices):
        answer = self.client.post(self.at("check"), {"import": 1, "policy": "overwrite"} | choices)
        self.batch.refresh_from_db()
        return answer

    def through(self, content, **press):
        self.upload(content)
        self.columns()
        self.groups()
        self.press(**press)
        return self.batch


def words(answer):
    return " ".join(answer.content.decode().split())


def book(owner=None):
    contacts = Contact.objects.live().filter(owner=owner).order_by("number")
    return list(contacts.values_list("number", "first_name", "last_name"))


def members(name):
    group = Group.objects.live().get(name=name)
    contacts = Contact.objects.live().in_group(group).order_by("number")
    return list(contacts.values_list("number", flat=True))
