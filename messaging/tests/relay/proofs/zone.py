"""A name server on this machine: what the proofs ask goes over the wire, to zones of the test."""

import socket
import threading
import time
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset

SILENT, BROKEN = object(), object()


class Zone(dict):
    """{("name.", "TXT"): ["..."]}, or SILENT (no answer comes) or BROKEN (SERVFAIL).

    asked: how often anybody asked.
    """

    asked = 0

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text().lower()
        kind = question.rdtype.name
        self.asked += 1
        found = self.get((name, kind))
        if found is SILENT:
            return None
        reply = dns.message.make_response(query)
        if found is BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *found))
        elif not any(name == known for known, _ in self):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()

    def text(self, name: str, words: str) -> None:
        pieces = [words[at : at + 200] for at in range(0, len(words), 200)]
        self[(name, "TXT")] = [" ".join(f'"{piece}"' for piece in pieces)]


@contextmanager
def served(zone: Zone, place: tuple[str, int] = ("127.0.0.1", 0)):
    """The address of a server of that zone, as 127.0.0.1:port."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(place)
    server.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                wire, client = server.recvfrom(4096)
            except TimeoutError:
                continue
            if answer := zone.answer(wire):
                server.sendto(answer, client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield "{}:{}".format(*server.getsockname())
    finally:
        over.set()
        thread.join()
        server.close()


def seconds(work) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began
