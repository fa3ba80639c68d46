"""Secrets at rest."""

import pytest
from cryptography.fernet import InvalidToken

from smsportal.lib.sealing import seal, unseal


def test_what_was_sealed_is_read_again_and_not_otherwise():
    sealed = seal("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_a_secret_outlives_a_change_of_the_key(settings):
    sealed = seal("JBSWY3DPEHPK3PXP")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]

    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_another_key_reads_nothing(settings):
    sealed = seal("JBSWY3DPEHPK3PXP")
    settings.SECRET_KEY = "another key"

    with pytest.raises(InvalidToken):
        unseal(sealed)
