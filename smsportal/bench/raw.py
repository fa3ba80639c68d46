"""The same job without models: rows by INSERT .. SELECT, a committed claim, two batched updates.

One connection to the database and one bind, the same window and the same carrier as the product
has. Nothing is guarded, fair, priced or audited: it is what the machine can do at best.
"""

import asyncio
import time
from dataclasses import dataclass

from django.db import connection, transaction

from messaging.carriers.smpp.pdu import Address, Bind, Command, Pdu, ShortMessage, Tlv, message_id
from messaging.carriers.smpp.session import Kind, Line, Session

CLAIM = 500
SETTLE_SECONDS = 0.05


@dataclass(frozen=True)
class RawFigure:
    """Texts a second until the last submit, and until every row says that it was delivered."""

    submitted: float
    final: float

    def __str__(self) -> str:
        return (
            f"the same job without models {self.submitted:,.0f}/s to the last submit, "
            f"{self.final:,.0f}/s until all are final"
        )


def figure(port: int, *, people: int, window: int) -> RawFigure:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_raw (id integer PRIMARY KEY, number varchar(16), "
            "state varchar(11), ref varchar(64))"
        )
        cursor.execute("CREATE INDEX bench_raw_state ON bench_raw (state, id)")
        cursor.execute("CREATE INDEX bench_raw_ref ON bench_raw (ref)")
    try:
        return asyncio.run(_Job(port, people, window).run())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_raw")


class _Job:
    def __init__(self, port: int, people: int, window: int) -> None:
        self.people = people
        self.answers: list[tuple[int, str]] = []
        self.reports: list[str] = []
        self.session = Session(
            Line("127.0.0.1", port), Bind("raw", ""), Kind.TRANSCEIVER,
            window=window, heard=self._hear,
        )  # fmt: skip

    async def run(self) -> RawFigure:
        loop = asyncio.get_running_loop()
        await self.session.open()
        start = time.perf_counter()
        await loop.run_in_executor(None, self._insert)
        submitted_at = start
        answered = reported = 0
        claiming = True
        while reported < self.people:
            if claiming and self.session.free > 0:
                claimed = await loop.run_in_executor(None, self._claim)
                claiming = bool(claimed)
                for row in claimed:
                    while self.session.free <= 0:
                        await self.session.has_room.wait()
                    self._submit(*row)
            answers, self.answers = self.answers, []
            reports, self.reports = self.reports, []
            if answers:
                await loop.run_in_executor(None, self._settle, answers)
                answered += len(answers)
                submitted_at = time.perf_counter() if answered == self.people else submitted_at
            if reports:
                await loop.run_in_executor(None, self._report, reports)
                reported += len(reports)
            if not answers and not reports:
                await asyncio.sleep(SETTLE_SECONDS)
        final = time.perf_counter()
        await self.session.close()
        return RawFigure(self.people / (submitted_at - start), self.people / (final - start))

    def _submit(self, row_id: int, number: str) -> None:
        text = ShortMessage(
            Address(5, 0, "BENCH"), Address(1, 1, number[1:]), b"The lecture is in room 2.",
            registered_delivery=1,
        )  # fmt: skip

        def answered(pdu: Pdu | None) -> None:
            if pdu is not None:
                self.answers.append((row_id, message_id(pdu.body)))

        self.session.send(Command.SUBMIT_SM, text.encode(), answered)

    def _hear(self, session: Session, pdu: Pdu) -> None:
        report = ShortMessage.decode(pdu.body)
        self.reports.append(report.tlvs[Tlv.RECEIPTED_MESSAGE_ID].rstrip(b"\0").decode())
        session.respond(pdu)

    def _insert(self) -> None:
        self._run(
            "INSERT INTO bench_raw (id, number, state) SELECT row_no, number, 'queued' "
            "FROM messaging_basketrow"
        )

    def _claim(self) -> list[tuple[int, str]]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE bench_raw SET state = 'sending' WHERE id IN (SELECT id FROM bench_raw "
                "WHERE state = 'queued' ORDER BY id LIMIT %s) RETURNING id, number",
                [CLAIM],
            )
            return cursor.fetchall()

    def _settle(self, answers: list[tuple[int, str]]) -> None:
        values = ", ".join(f"({row_id}, '{ref}')" for row_id, ref in answers)
        self._run(
            f"WITH v(id, ref) AS (VALUES {values}) UPDATE bench_raw SET state = 'submitted', "
            "ref = v.ref FROM v WHERE bench_raw.id = v.id"
        )

    def _report(self, refs: list[str]) -> None:
        values = ", ".join(f"('{ref}')" for ref in refs)
        self._run(
            f"WITH v(ref) AS (VALUES {values}) UPDATE bench_raw SET state = 'delivered' "
            "FROM v WHERE bench_raw.ref = v.ref"
        )

    def _run(self, statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
