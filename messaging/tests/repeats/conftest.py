import pytest

from accounts.tests.make import make_admin, make_department, make_user
from messaging.tests.make import drama, make_contact, make_group


@pytest.fixture
def amira():
    return make_user(make_department("Department of Physics"), name="Amira Khan")


@pytest.fixture
def admin(amira):
    return make_admin(amira.department, name="Adela Mint")


@pytest.fixture
def year2(amira, admin):
    people = [make_contact(admin, drama(n), first_name=f"Name{n}") for n in range(10, 13)]
    return make_group(admin, "Year 2", people)
