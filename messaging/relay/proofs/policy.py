"""SPF: the machine that hands the letter in may send for the domain of its envelope."""

from typing import Any

import spf

from messaging.relay.proofs.letter import Letter
from messaging.relay.proofs.lookups import SECONDS, Lookups, NoAnswerNow


def is_permitted(letter: Letter, lookups: Lookups) -> bool:
    """Only with the writer's own address on the envelope. Raises NoAnswerNow, TooMany.

    Behind a front server the machine is always the front server, so that it proves nothing.
    """
    peer = letter.peer
    if peer.is_this_machine or peer.address is None or not letter.is_from_its_envelope:
        return False
    asked = _Query(lookups, i=str(peer.address), s=letter.envelope_from, h=peer.helo)
    result, _, words = asked.check()
    if result == "temperror":
        raise NoAnswerNow(words)
    return result == "pass"


class _Query(spf.query):
    """pyspf, with the look-ups of this mail in place of its own."""

    def __init__(self, lookups: Lookups, **asked: str) -> None:
        super().__init__(**asked, strict=True, timeout=SECONDS, querytime=0)
        self._lookups = lookups

    def dns(self, name: Any, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list:
        name = str(name).rstrip(".").lower()
        if not all(0 < len(label) < 64 for label in name.split(".")):
            return []
        try:
            found = [_READ[qtype](record) for record in self._lookups.ask(name, qtype)]
        except NoAnswerNow as silent:
            raise spf.TempError(f"DNS {silent}") from silent
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError(f"More than {spf.MAX_VOID_LOOKUPS} names lead nowhere")
        return found


_READ = {
    "A": lambda record: record.address,
    "AAAA": lambda record: record.address,
    "MX": lambda record: (record.preference, record.exchange.to_text(omit_final_dot=True)),
    "PTR": lambda record: record.target.to_text(omit_final_dot=True),
    "TXT": lambda record: record.strings,
    "SPF": lambda record: record.strings,
}
