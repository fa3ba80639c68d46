from messaging.sending.models import Batch
from smsportal.lib.ids import REFERENCE_ALPHABET, batch_reference


def test_ten_million_messages_hardly_ever_meet_by_their_reference():
    characters = batch_reference().removeprefix("M-")

    assert set(characters) <= set(REFERENCE_ALPHABET)
    assert len(REFERENCE_ALPHABET) ** len(characters) > 10_000 * 10_000_000


def test_a_reference_fits_its_column():
    assert len(batch_reference()) <= Batch._meta.get_field("reference").max_length
