"""A carrier that somebody else wrote: node-smpp in a process of its own, with its own ledger."""

import json
import subprocess
import threading
from pathlib import Path
from typing import Any

from smsportal.tests.processes import within

PEERS = Path(__file__).resolve().parents[4] / "smsportal/tests/peers"


class Peer:
    """ledger: everything that it heard, in order, as dictionaries with an "event"."""

    def __init__(self, *key_and_certificate: Path) -> None:
        self.ledger: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            ["node", "smsc.js", *map(str, key_and_certificate)],
            cwd=PEERS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        assert within(10, lambda: self.heard("ready")), "the peer did not start"
        self.port = self.heard("ready")[0]["port"]

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.ledger.append(json.loads(line))

    def heard(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.ledger if entry["event"] == event]

    def submits(self) -> list[dict[str, Any]]:
        return self.heard("submit")

    def do(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
