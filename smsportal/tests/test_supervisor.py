import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from smsportal.tests.house import ROOT
from smsportal.tests.processes import alive, children_of, family_of, kill, within

pytestmark = pytest.mark.once

# A polite child, and one that ignores every signal it can and has a child like itself.
STUBBORN = (
    "import os, signal, time\n"
    "os.fork()\n"
    "[signal.signal(n, signal.SIG_IGN) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]\n"
    "time.sleep(600)\n"
)
HOUSE = """
import sys
from pathlib import Path
from smsportal.supervisor import Child, Supervisor

python = [sys.executable, "-I", "-S", "-c"]
supervisor = Supervisor(Path(sys.argv[1]), say=lambda line: print(line, flush=True))
supervisor.start(Child("polite", [*python, "import time; time.sleep(600)"]))
supervisor.start(Child("stubborn", [*python, sys.argv[2]]))
print("ready", flush=True)
supervisor.watch()
supervisor.stop()
print("stopped", flush=True)
"""


@pytest.fixture
def house(tmp_path):
    """A running supervisor with a polite child and a stubborn one that has a child of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOUSE, str(tmp_path), STUBBORN],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert process.stdout.readline() == "ready\n"
    # The polite one, the stubborn one with its child, and the undertaker.
    assert within(5, lambda: len(family_of(process.pid)) == 4)
    family = family_of(process.pid)
    yield process
    kill([process.pid, *family, *family_of(process.pid)])
    process.wait()


def named(process, words):
    return [pid for pid, command in children_of(process.pid).items() if words in command]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_even_the_stubborn(house, number):
    family = family_of(house.pid)
    house.send_signal(number)

    assert house.wait(timeout=10) == 0
    assert house.stdout.read().endswith("stopped\n")
    assert alive(family) == []


def test_killed_it_leaves_nothing_behind(house):
    family = family_of(house.pid)
    house.kill()

    assert within(5, lambda: not alive(family)), family


def test_killed_together_with_its_undertaker_it_still_ends_what_can_be_asked(house):
    polite = named(house, "time.sleep(600)")[0]
    kill([*named(house, "supervisor.py"), house.pid])

    assert within(5, lambda: not alive([polite]))


def test_a_killed_child_is_back_and_its_own_child_is_gone(house):
    stubborn = named(house, "os.fork")[0]
    orphan = [*children_of(stubborn)]
    kill([stubborn])

    assert within(5, lambda: named(house, "os.fork") not in ([], [stubborn]))
    assert alive(orphan) == []


def test_a_killed_undertaker_is_replaced_and_knows_everybody(house):
    first = named(house, "supervisor.py")
    kill(first)
    assert within(5, lambda: named(house, "supervisor.py") not in ([], first))
    family = family_of(house.pid)

    house.kill()

    assert within(5, lambda: not alive(family)), family


def test_a_child_that_falls_at_once_is_not_started_all_the_time(tmp_path):
    script = HOUSE.replace("time.sleep(600)", "open('falls', 'a').write('x'); time.sleep(.1)")
    script = script.replace('"-I", ', "")
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), "import time; time.sleep(600)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    try:
        falls = Path(tmp_path / "falls")
        assert within(10, lambda: falls.exists() and len(falls.read_text()) >= 2)
        time.sleep(2)
        assert 2 <= len(falls.read_text()) <= 6
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_a_child_that_never_starts_is_named_with_its_last_words(tmp_path):
    script = HOUSE.replace('Child("polite", [*python, "import time; time.sleep(600)"])', "BROKEN")
    broken = (
        'Child("broken", [*python, "raise SystemExit(\'the port is taken\')"], '
        "is_ready=lambda: False)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script.replace("BROKEN", broken), str(tmp_path), ""],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert "broken did not start.\nthe port is taken" in done.stderr
