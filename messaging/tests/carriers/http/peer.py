"""A provider on this machine: a real HTTP server that keeps a ledger of what it was asked, and
answers as a test tells it.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Told:
    """cut: the line breaks instead of an answer; silent: nothing ever comes."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    silent: bool = False


def told(status: int = 200, tree: Any = None, **headers: str) -> Told:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(status, json.dumps(tree or {}).encode(), named)


CUT, SILENT = Told(cut=True), Told(silent=True)


class Peer:
    """answers: what it tells, one after another, the last for ever; or a function of what was
    asked.
    """

    def __init__(self, port: int = 0) -> None:
        self.calls: list[Asked] = []
        self.answers: list[Told] | Callable[[Asked], Told] = self._taken
        self.is_over = threading.Event()
        self.lock = threading.Lock()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.close_connection = False
                super().handle_one_request()

            def log_message(self, *args: Any) -> None:
                return

            def do_GET(self) -> None:
                peer._serve(self)

            do_POST = do_PUT = do_GET

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.is_over.set()
        self.server.shutdown()
        self.server.server_close()

    def _taken(self, asked: Asked) -> Told:
        return told(200, {"id": f"made-{len(self.calls)}"})

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in handler.headers.items()},
            handler.rfile.read(int(handler.headers.get("Content-Length") or 0)),
        )
        with self.lock:
            number = len(self.calls)
            self.calls.append(asked)
            answers = self.answers
            said = answers(asked) if callable(answers) else answers[min(number, len(answers) - 1)]
        if said.silent:
            self.is_over.wait(30)
        if said.silent or said.cut:
            handler.close_connection = True
            return
        handler.send_response(said.status)
        for name, value in {"Content-Type": "application/json", **said.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(said.body)))
        handler.end_headers()
        handler.wfile.write(said.body)
