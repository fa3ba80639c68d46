import pytest

from accounts.tests.make import make_admin, make_user
from messaging.tests.imports.walk import Wizard


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path


@pytest.fixture
def admin():
    return make_admin()


@pytest.fixture
def user(admin):
    return make_user(admin.department)


@pytest.fixture
def wizard(client, admin):
    return Wizard(client, admin)
