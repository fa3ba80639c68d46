"""The demo as a newcomer meets it, and as bad luck meets it."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from smsportal.tests.house import ROOT
from smsportal.tests.processes import alive, children_of, family_of, is_alive, kill, within

# The embedded default is what is tested here: one run is enough, and two at once would be slow.
pytestmark = [pytest.mark.slow, pytest.mark.once, pytest.mark.xdist_group("demo")]

COMMANDS = {
    "broker": "valkey-server",
    "web": "gunicorn",
    "worker": "celery -A smsportal worker",
    "beat": "celery -A smsportal beat",
    "sender": "manage.py sender",
    "relay": "manage.py relay",
    "simulator": "manage.py simulator",  # where texts go by SMPP
    "undertaker": "supervisor.py",
}
PARTS = [name for name in COMMANDS if name != "simulator"]


@dataclass
class Demo:
    process: subprocess.Popen
    port: int
    var_dir: Path
    output: Path

    def is_ready(self) -> bool:
        return "Ready after" in self.output.read_text() or self.process.poll() is not None

    def part(self, name: str) -> int | None:
        found = [pid for pid, words in self.children().items() if COMMANDS[name] in words]
        return found[0] if found else None

    def children(self) -> dict[int, str]:
        return children_of(self.process.pid)

    def send_one_text(self) -> int:
        """The id of its batch."""
        return self.send_texts(1)

    def send_texts(self, count: int) -> int:
        return int(self.do("smsportal.tests.one_text", str(count)))

    def do(self, module: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=environment(self.var_dir, DEMO="1"),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def states_of(self, batch_id: int) -> list[str]:
        asked = "SELECT state FROM messaging_message WHERE batch_id = ?"
        return [state for (state,) in self.ask(asked, batch_id)]

    def ask(self, question: str, *values: object) -> list[tuple]:
        with sqlite3.connect(self.var_dir / "portal.sqlite3", timeout=20) as database:
            return database.execute(question, values).fetchall()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=1) as page:
                return page.status == 200
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment(var_dir: Path, **more: str) -> dict[str, str]:
    ours = {"DATABASE_URL", "REDIS_URL", "DEMO", "DJANGO_SETTINGS_MODULE", "DEMO_STARTED_AT"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "VAR_DIR": str(var_dir), **more}


def start(var_dir: Path, *arguments: str, **more: str) -> Demo:
    port = free_port()
    output = var_dir / "output"
    var_dir.mkdir(exist_ok=True)
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo", *arguments],
            cwd=ROOT,
            env=environment(var_dir, **{"PORT": str(port), "RELAY_PORT": "0", **more}),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    demo = Demo(process, port, var_dir, output)
    # A machine that tests, browses and measures at once has taken more than 90 s for it.
    assert within(180, demo.is_ready), output.read_text()
    assert process.poll() is None, output.read_text()
    return demo


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory):
    """One folder for all, so that the university is invented once."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(var_dir):
    demo = start(var_dir)
    yield demo
    end(demo)


@pytest.fixture(scope="module")
def healing(tmp_path_factory):
    """A demo whose parts are killed one after the other."""
    demo = start(tmp_path_factory.mktemp("healing"))
    yield demo
    end(demo)


def end(demo: Demo) -> None:
    family = family_of(demo.process.pid)
    demo.process.terminate()
    try:
        demo.process.wait(timeout=30)  # how fast it stops has a test of its own
    finally:
        kill([demo.process.pid, *family])
        demo.process.wait()


def test_a_newcomer_is_told_where_to_sign_in(demo):
    told = demo.output.read_text()

    assert f"http://localhost:{demo.port}" in told
    names = {"operator", "finance", "ouit0423admin", "ouit0423", "phys0077admin", "phys0077"}
    assert set(re.findall(r"^    (\w+) ", told, re.MULTILINE)) == names
    password = re.search(r"the password  (\S+)", told)[1]
    assert password not in (demo.var_dir / "portal.sqlite3").read_bytes().decode("latin-1")
    assert {name for name in COMMANDS if demo.part(name)} == set(PARTS)
    assert demo.answers()


def test_ctrl_c_stops_everything_within_ten_seconds(demo):
    family = family_of(demo.process.pid)
    began = time.monotonic()

    demo.process.send_signal(signal.SIGINT)

    assert demo.process.wait(timeout=10) == 0
    assert time.monotonic() - began < 10
    assert alive(family) == []


def test_a_killed_demo_leaves_nothing_after_five_seconds(demo):
    family = family_of(demo.process.pid)
    assert len(family) >= len(PARTS) + 4  # the web's and the worker's own children among them

    demo.process.kill()

    assert within(5, lambda: not alive(family)), family


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_is_healed_and_no_text_waits_for_it(healing, name):
    killed = healing.part(name)

    kill([killed])
    died_at = time.monotonic()
    time.sleep(1)  # "a text sent one second after the kill"
    batch_id = healing.send_one_text()
    sent_at = time.monotonic()

    assert within(5, lambda: healing.part(name) not in (None, killed)), healing.output.read_text()
    assert within(died_at + 5 - time.monotonic(), healing.answers)
    assert not is_alive(killed)
    in_time = sent_at + 30 - time.monotonic()
    assert within(in_time, lambda: healing.states_of(batch_id) == ["delivered"])


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_child_of_a_part_is_healed_within_five_seconds(healing, name):
    part = healing.part(name)
    assert within(5, lambda: len(children_of(part)) >= 2)
    before = children_of(part)

    killed = next(iter(before))
    kill([killed])

    def is_healed():
        now = children_of(part)
        return killed not in now and len(now) == len(before) and healing.answers()

    assert within(5, is_healed)


ON_A_PHONE = (
    "SELECT peer, body FROM messaging_simulatedtext WHERE kind = 'to_phone' AND number = ? "
    "ORDER BY id"
)
PHONE, OFFICE = "+447700900111", "+447700900142"


def test_a_keyword_is_kept_mailed_and_forwarded_and_answered_once(healing):
    kept = "SELECT count(*) FROM inbound_sorting WHERE place = 'keyword' AND words = 'hello'"
    mailed = "SELECT body FROM accounts_outgoingmail WHERE subject = ?"
    before = healing.ask(ON_A_PHONE, OFFICE)

    healing.do("smsportal.tests.one_reply", "--to", "81025", "OXFORD HELP hello", "oxford help.")

    assert within(30, lambda: len(healing.ask(ON_A_PHONE, OFFICE)) == len(before) + 2)
    assert within(30, lambda: len(healing.ask(ON_A_PHONE, PHONE)) == 1)
    assert healing.ask(kept) == [(1,)]
    assert healing.ask(ON_A_PHONE, OFFICE)[-2][1] == "07700 900111 to HELP: hello"
    [[sender, _]] = healing.ask(ON_A_PHONE, PHONE)
    assert sender == "81025"
    mails = healing.ask(mailed, "Text from 07700 900111 to HELP")
    assert [body.splitlines()[2] for (body,) in mails] == ["    hello", "    (no words)"]


def test_a_reply_is_in_its_conversation_and_stop_is_heeded_until_start(healing):
    talk = "SELECT last_words, unread_count FROM inbound_conversation WHERE number = ?"
    out = "SELECT count(*) FROM messaging_optout WHERE number = ? AND lifted_at IS NULL"
    healing.do("smsportal.tests.one_reply", "On my way")
    assert within(20, lambda: healing.ask(talk, PHONE) == [("On my way", 1)])

    healing.do("smsportal.tests.one_reply", "Stop.", "STOP")
    assert within(20, lambda: healing.ask(out, PHONE) == [(1,)])
    healing.do("smsportal.tests.one_reply", "START")

    assert within(20, lambda: healing.ask(out, PHONE) == [(0,)])
    assert within(20, lambda: len(from_the_number(healing)) == 3), from_the_number(healing)
    by_itself, told_out, told_back = from_the_number(healing)
    assert by_itself.startswith("Thanks, I have your text.")
    assert told_out.startswith("You will get no more texts from ")
    assert told_back.startswith("You will get texts from ")


def from_the_number(demo):
    return [body for peer, body in demo.ask(ON_A_PHONE, PHONE) if peer == "+447700900950"]


def test_two_demos_do_not_share_a_folder(demo):
    second = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=environment(demo.var_dir, PORT=str(free_port())),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert second.returncode != 0
    assert "A demo runs in" in second.stderr


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("PORT", "Port {port} is in use. Choose another: PORT={other} make demo"),
        (
            "RELAY_PORT",
            "Port {port} is in use, and Email to SMS needs it. "
            "Choose another: RELAY_PORT={other} make demo",
        ),
    ],
)
def test_a_taken_port_is_named_with_another_to_try(tmp_path, which, words):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=environment(tmp_path, **{"PORT": str(free_port()), which: str(port)}),
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert refused.returncode != 0
    assert words.format(port=port, other=port + 1) in refused.stderr
