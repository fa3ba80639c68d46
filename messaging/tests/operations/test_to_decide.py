"""To decide: the messaging team's list of texts that may have been sent, and its two choices."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.make import make_department, make_operator, make_user
from messaging.carriers.base import Answer, Outcome
from messaging.carriers.models import Carrier
from messaging.senders.models import OptOut
from messaging.sending.engine import answers, claims
from messaging.sending.models import Batch, Message
from messaging.tests.make import make_queued, make_simulator

pytestmark = pytest.mark.django_db

LIST, DECIDE = reverse("operations:to_decide"), reverse("operations:decide")
WORDS = "The hurdy-gurdy rehearsal has moved"


@pytest.fixture
def operator(client):
    client.force_login(make_operator(name="Tomasz Zielinski"))
    return client


@pytest.fixture
def carrier():
    return make_simulator()


def doubtful(carrier, numbers=("+447700900349",), user=None, ago=10, words="no answer came"):
    """Texts that were handed over so many minutes ago, and nobody knows."""
    at = timezone.now() - dt.timedelta(minutes=ago)
    texts = make_queued(user or make_user(), list(numbers), next_at=at, body=WORDS)
    Batch.objects.filter(pk=texts[0].batch_id).update(valid_until=at + dt.timedelta(days=1))
    Message.objects.update(valid_until=at + dt.timedelta(days=1))
    told = [
        Answer(text.message_id, text.attempt, Outcome.AMBIGUOUS, words=words)
        for text in claims.take(carrier, 50, now=at)
    ]
    answers.record(carrier.pk, told, now=at)
    return Batch.objects.get(pk=texts[0].batch_id)


def text_of(response):
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def save(client, choice, reason="The carrier's log has none of them", **more):
    data = {"choice": choice, "reason": reason, "twice": "on", **more}
    return client.post(DECIDE, data, follow=True)


def test_without_any_the_page_says_when_one_would_appear(operator, carrier):
    doubtful(carrier, ago=1)

    words = text_of(operator.get(LIST))

    assert "Nothing to decide" in words
    assert "when it has been in doubt for two minutes" in words


def test_they_are_grouped_by_message_and_carrier_the_oldest_first(operator, carrier):
    physics, careers = make_department("Physics"), make_department("Careers Service")
    doubtful(carrier, ["+447700900349", "+447700900807"], make_user(physics), ago=5)
    old = doubtful(make_simulator(name="northwire"), user=make_user(careers), ago=30)

    page = operator.get(LIST)

    groups = [
        (str(group.batch.department), str(group.carrier), group.text_count, group.went_wrong)
        for group in page.context["groups"]
    ]
    assert groups == [
        ("Careers Service", "northwire", 1, "No answer: no answer came"),
        ("Physics", "simulator", 2, "No answer: no answer came"),
    ]
    words = text_of(page)
    assert "2 texts simulator Decide about all" in words
    assert f"Message {old.reference}" in words
    assert '<span class="count">3</span>' in page.text or "3 waiting" in words or " 3 " in words


def test_the_list_is_filtered_by_department_reference_and_carrier(operator, carrier):
    physics = doubtful(carrier, user=make_user(make_department("Physics")))
    doubtful(make_simulator(name="northwire"), user=make_user(make_department("Careers")))

    def shown(**query):
        return [str(g.batch.department) for g in operator.get(LIST, query).context["groups"]]

    assert shown(q="phys") == ["Physics"]
    assert shown(q=physics.reference.lower()) == ["Physics"]
    assert shown(carrier="northwire") == ["Careers"]
    assert shown(carrier="simulator", q="careers") == []
    assert len(shown(carrier="nobody")) == 2


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(operator, carrier):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            operator.get(LIST)
        return len(asked)

    doubtful(carrier)
    questions()
    for_one = questions()
    for n in range(10):
        doubtful(carrier, [f"+4477009003{n:02d}"])

    assert questions() == for_one


def test_the_texts_of_a_message_show_the_last_digits_and_never_the_words(operator, carrier):
    batch = doubtful(carrier, ["+447700900349", "+447700900807"])
    address = reverse("operations:to_decide_texts", args=[batch.uid])

    for page in (operator.get(address), operator.get(LIST), operator.get(DECIDE, pick_all())):
        assert WORDS not in page.text
        assert "07700 900349" not in page.text
        assert "447700900349" not in page.text
    words = text_of(operator.get(address))
    assert "2 texts to decide" in words
    assert "Number ending 349" in words


def pick_all():
    return {"pick": [str(uid) for uid in Message.objects.values_list("uid", flat=True)]}


def test_the_check_page_says_how_many_people_what_may_happen_and_what_it_costs(operator, carrier):
    doubtful(carrier, ["+447700900349", "+447700900807"])

    words = text_of(operator.get(DECIDE, {"carrier": "simulator"}))

    assert "2 texts to 2 people" in words
    assert "Whoever did get it gets it twice." in words
    assert "If treated as not sent Never If sent again 7p, once" in words


def test_one_text_is_decided_about_with_its_story(operator, carrier):
    batch = doubtful(carrier, words="the network never answered")

    words = text_of(operator.get(DECIDE, pick_all()))

    assert "1 text to a number ending 349" in words
    assert f"message {batch.reference}" in words
    assert "No answer: the network never answered simulator, attempt 1" in words


def test_a_selection_is_sent_again(operator, carrier):
    doubtful(carrier, ["+447700900349", "+447700900807", "+447700900412"])
    two = pick_all()["pick"][:2]

    answer = save(operator, "again", pick=two)

    assert "2 texts sent again Each goes once more and is charged once." in text_of(answer)
    assert sorted(Message.objects.values_list("state", flat=True)) == [
        "queued",
        "queued",
        "unknown",
    ]


def test_all_of_a_message_are_treated_as_not_sent(operator, carrier):
    batch = doubtful(carrier, ["+447700900349", "+447700900807"])
    doubtful(carrier, ["+447700900412"])

    answer = save(operator, "not_sent", batch=str(batch.uid), carrier="simulator")

    assert "2 texts treated as not sent None of them is charged." in text_of(answer)
    assert set(batch.messages.values_list("state", flat=True)) == {"failed"}


def test_everything_that_is_missing_is_said_at_once(operator, carrier):
    doubtful(carrier)

    answer = operator.post(DECIDE, {**pick_all(), "reason": " "})
    words = text_of(answer)
    unticked = operator.post(DECIDE, {**pick_all(), "reason": "x", "choice": "again"})

    assert (answer.status_code, unticked.status_code) == (422, 422)
    assert words.count("Choose what should happen.") == 2
    assert words.count("Say why: the department reads it, and it is kept.") == 2
    assert text_of(unticked).count("Tick that you know they may get the same text twice.") == 2
    assert Message.objects.get().state == "unknown"


def test_what_was_settled_meanwhile_is_not_decided_about(operator, carrier):
    doubtful(carrier)
    picked = pick_all()
    Message.objects.update(state="delivered", accepted_at=timezone.now())

    answer = save(operator, "not_sent", **picked)

    assert "Nothing of that is left to decide It was settled meanwhile." in text_of(answer)
    assert Message.objects.get().state == "delivered"


@pytest.mark.parametrize(
    "asked", [{"batch": "nonsense"}, {"carrier": "nobody"}, {"pick": "1"}, {}], ids=str
)
def test_what_names_nothing_does_not_come_to_mean_everything(operator, carrier, asked):
    doubtful(carrier)

    save(operator, "not_sent", **asked)

    assert Message.objects.get().state == "unknown"


def test_what_came_after_the_page_was_made_is_not_decided_about(operator, carrier):
    doubtful(carrier, ago=30)
    page = operator.get(DECIDE, {"carrier": "simulator"})
    as_of = re.search(r'name="as_of" value="([^"]+)"', page.text)[1]
    later = doubtful(carrier, ["+447700900807"], ago=1)
    Message.objects.filter(batch=later).update(
        doubted_at=dt.datetime.fromisoformat(as_of) - dt.timedelta(minutes=1)
    )

    save(operator, "not_sent", carrier="simulator", as_of=as_of)

    assert later.messages.get().state == "unknown"


def test_those_that_cannot_be_sent_again_are_counted_with_the_reason(operator, carrier):
    numbers = [f"+44770090030{n}" for n in range(4)]
    batch = doubtful(carrier, numbers)
    Message.objects.filter(number=numbers[0]).update(valid_until=timezone.now())
    OptOut.objects.create(department=batch.department, number=numbers[1], at=timezone.now())

    words = text_of(operator.get(DECIDE, {"carrier": "simulator"}))

    assert "2 of them. Whoever did get it gets it twice." in words
    assert "1 is too old: its sender did not want it sent so late." in words
    assert "1 is to 1 person who opted out since." in words


def test_a_carrier_that_is_paused_or_off_is_said(operator, carrier):
    doubtful(carrier)
    Carrier.objects.update(paused_at=timezone.now())
    paused = text_of(operator.get(DECIDE, {"carrier": "simulator"}))
    Carrier.objects.update(is_enabled=False)

    off = text_of(operator.get(DECIDE, {"carrier": "simulator"}))

    assert "simulator is paused. They wait until it is resumed." in paused
    assert "Not possible for any of them." in off
    assert "1 is with a carrier that is switched off." in off
