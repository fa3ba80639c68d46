"""A page works without Redis, and does not wait for it."""

import socket
import time

import pytest

from smsportal.lib.cache import SteadyRedisCache


@pytest.fixture
def silent_port():
    """A listener that accepts and never answers: the worst of all brokers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield listener.getsockname()[1]


def cache_at(port):
    options = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}
    return SteadyRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": options})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_without_redis_the_process_remembers_by_itself():
    cache = cache_at(free_port())

    cache.set("guesses", 4)

    assert (cache.get("guesses"), cache.incr("guesses"), cache.has_key("other")) == (4, 5, False)
    assert cache.get_many(["guesses", "other"]) == {"guesses": 5}


def test_a_redis_that_never_answers_is_waited_for_once(silent_port):
    cache = cache_at(silent_port)

    began = time.monotonic()
    for n in range(20):
        cache.set(f"key{n}", n)

    assert time.monotonic() - began < 3
    assert cache.get("key19") == 19


@pytest.mark.redis
def test_with_redis_it_is_redis_that_remembers(settings):
    location = settings.CACHES["default"]["LOCATION"]
    one, other = (SteadyRedisCache(location, {}) for _ in range(2))

    one.set("shared", 1)

    assert other.get("shared") == 1
