"""Where a carrier's address may lead."""

import asyncio

import pytest

from messaging.carriers.http import guard
from messaging.carriers.http.fields import Address
from smsportal.lib.errors import Refused

URL = Address("url", "Address")


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.0.0.7", False),
        ("172.16.3.4", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),  # where clouds keep their keys
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.7", False),
        ("64:ff9b::a00:7", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:a00:7::1", False),
    ],
)
def test_only_what_is_on_the_internet_is_public(address, is_public):
    assert guard.is_public(address) is is_public


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_name_that_leads_inside_is_found_out_by_looking_it_up(host):
    """Both are this machine under another name; no name server is asked here."""
    with pytest.raises(guard.Unsafe, match="which is not on the internet"):
        asyncio.run(guard.resolve(guard.Place("https", host, 443)))


def test_this_machine_may_be_called_by_its_own_name():
    assert asyncio.run(guard.resolve(guard.Place("http", "127.0.0.1", 80))) == ["127.0.0.1"]


def test_a_gateway_of_ones_own_is_trusted_by_a_setting(settings):
    settings.PRIVATE_CARRIER_HOSTS = ["0.0.0.0"]

    assert asyncio.run(guard.resolve(guard.Place("http", "0.0.0.0", 80))) == ["0.0.0.0"]
    assert URL.clean("http://0.0.0.0/send") == "http://0.0.0.0/send"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Give the address, such as https://sms.example.com/send."),
        ("sms.example.com", "sms.example.com is no address of the web."),
        ("ftp://sms.example.com", "is no address of the web. It begins with https://."),
        ("https://", "https:// is no address of the web."),
        ("https://[::1", "https://[::1 is no address."),
        ("https://a:99999/", "https://a:99999/ is no address."),
        ("https://a b/", "https://a b/ is no address."),
        ("https://me:s3cret@sms.example.com/", "fields of their own, where they are sealed."),
        ("http://sms.example.com/", "is another machine, and http can be read on the way."),
        ("https://192.168.1.1/", "192.168.1.1 is not on the internet."),
        ("https://[fd00::1]/", "fd00::1 is not on the internet."),
    ],
)
def test_an_address_that_will_not_do_is_refused_with_the_reason(url, words):
    with pytest.raises(Refused) as refused:
        URL.clean(url)

    assert words in refused.value.words
    assert "s3cret" not in refused.value.words


@pytest.mark.parametrize(
    "url", ["https://sms.example.com/send?a=1", "http://127.0.0.1:8080/x", "http://[::1]/x"]
)
def test_an_address_that_will_do_stays_as_it_is(url):
    assert URL.clean(f" {url}#part ") == url
