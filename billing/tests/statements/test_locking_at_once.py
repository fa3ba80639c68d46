"""Two people of finance sign the same year in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.tests.make import make_finance
from billing.statements import services
from billing.statements.models import Statement, YearEnd
from billing.statements.queries import counted
from billing.statements.settling import fingerprint, total
from billing.tariffs.money import pounds
from billing.tests.statements.make import CHECKED, TODAY, YEAR, make_customer, send, the_year
from smsportal.lib.errors import Refused

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_them_locks_it_and_the_other_is_told_who_did(monkeypatch):
    send(make_customer(since=YEAR.first_on), 12_480)
    seen = counted.accounts(YEAR, TODAY)
    signs = {
        "year": the_year(),
        "seen": fingerprint(seen),
        "typed_total": pounds(total(seen).charge_pence),
        "now": CHECKED,
    }
    signers = [make_finance(), make_finance()]
    both_have_looked = Barrier(2, timeout=30)
    count = counted.accounts

    def counted_together(*arguments):
        accounts = count(*arguments)
        both_have_looked.wait()
        return accounts

    monkeypatch.setattr(counted, "accounts", counted_together)

    def sign(by):
        try:
            return services.lock(**signs, by=by)
        except Refused as refused:
            return refused.words
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as beside:
        answers = list(beside.map(sign, signers))

    locked = YearEnd.objects.get()
    assert [each for each in answers if isinstance(each, YearEnd)] == [locked]
    [told] = [each for each in answers if isinstance(each, str)]
    assert told.startswith(f"{locked} is locked already, by {locked.locked_by_name} on ")
    assert Statement.objects.count() == 1
