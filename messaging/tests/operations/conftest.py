import subprocess
from collections.abc import Iterator

import pytest

from smsportal.lib import bells, broker
from smsportal.tests.processes import within


@pytest.fixture
def running_broker(settings, tmp_path) -> Iterator[subprocess.Popen]:
    """The embedded broker, a process of its own that may be killed."""
    settings.VAR_DIR, settings.REDIS_URL = tmp_path, ""
    command = broker.embedded_broker_command(tmp_path)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assert within(10, bells.are_heard)
    yield process
    process.kill()
    process.wait()
