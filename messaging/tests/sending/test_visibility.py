"""Who sees which messages."""

import pytest

from accounts.tests.make import make_admin, make_department, make_finance, make_operator, make_user
from messaging.sending.models import Batch
from messaging.tests.make import make_queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def batches():
    """One each of two users of Physics and of one of Chemistry."""
    physics, chemistry = make_department("Physics"), make_department("Chemistry")
    users = {"ada": make_user(physics), "ben": make_user(physics), "cy": make_user(chemistry)}
    return physics, users, {name: make_queued(user)[0].batch for name, user in users.items()}


def test_a_user_sees_their_own_messages_and_no_colleagues(batches):
    _, users, sent = batches

    assert list(Batch.objects.visible_to(users["ada"])) == [sent["ada"]]


def test_an_admin_sees_the_whole_department_and_no_other(batches):
    physics, _, sent = batches

    seen = Batch.objects.visible_to(make_admin(physics)).order_by("pk")

    assert list(seen) == [sent["ada"], sent["ben"]]


@pytest.mark.parametrize("make", [make_operator, make_finance])
def test_those_outside_departments_see_no_messages(batches, make):
    assert list(Batch.objects.visible_to(make())) == []
