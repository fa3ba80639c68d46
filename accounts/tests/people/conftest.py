import pytest
from django.core.cache import cache

from accounts.tests.make import make_admin, make_department, make_operator


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


@pytest.fixture
def admin(client):
    person = make_admin(make_department("Physics"), name="Gareth Pugh", username="phys0117admin")
    client.force_login(person)
    return person


@pytest.fixture
def operator(client):
    person = make_operator()
    client.force_login(person)
    return person
