"""The shared cache, which no page may depend on: without Redis each process remembers alone."""

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

AWAY_SECONDS = 5.0  # after a failure Redis is left alone so long, so that no page waits for it


class SteadyRedisCache(RedisCache):
    """Redis; and this process's memory for as long as Redis does not answer.

    What is kept here (throttles of sign-in) may then be counted once in each process, which is a
    weaker throttle and not an open door.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        waits = {
            "socket_timeout": 1.0,
            "socket_connect_timeout": 0.5,
            "retry": Retry(NoBackoff(), 0),
        }
        options = {**waits, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._memory = LocMemCache("without-redis", {**params, "OPTIONS": {}})
        self._away_until = 0.0

    def _steady(self, deed: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), deed)(*args, **kwargs)
            except RedisError as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                log.warning("the cache is away: %s", type(error).__name__)
        return getattr(self._memory, deed)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._steady("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._steady("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._steady("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._steady("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._steady("delete", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict:
        return self._steady("get_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._steady("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> int:
        return self._steady("incr", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list:
        return self._steady("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._steady("delete_many", *args, **kwargs)

    def clear(self) -> bool:
        return self._steady("clear")
