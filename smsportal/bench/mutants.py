"""`make mutants`: plant each known fault in a copy of the tree, and see that the tests notice it.

A test that cannot fail is a defect, so a fault that leaves the suite green fails this.
`MUTANT=name` tries one alone. The tree itself is not touched.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".git", ".venv", "var", "node_modules", "__pycache__", ".pytest_cache", "staticfiles")
TESTS_FAILED = 1  # pytest's own code: anything else is not the tests' verdict


@dataclass(frozen=True)
class Mutant:
    """`sound` stands exactly once in `file`; `faulty` takes its place."""

    name: str
    file: str
    sound: str
    faulty: str
    tests: tuple[str, ...]


CLAIMS = "messaging/sending/engine/claims.py"
WINDOW = "messaging/sending/engine/window.py"
ANSWERS = "messaging/sending/engine/answers.py"
MODELS = "messaging/sending/models/__init__.py"
SENDING = "messaging/tests/sending"
REPEATS = "messaging/tests/repeats"
RELAY = "messaging/relay"
RELAYED = "messaging/tests/relay"
SORTING = "inbound/tests/sorting"
ASKS = "inbound/sorting/queries/__init__.py"  # whom a text is for, and what it may set off
CHAOS = "smsportal/tests/test_chaos.py::test_one_round_of_each_fault"
PEERS = "smsportal/tests/peers/node_modules"

MUTANTS = [
    Mutant(
        "resend_on_timeout",
        ANSWERS,
        "changed = _move(_in_hand(), rows, [], **IN_DOUBT)",
        "changed = _move(_in_hand(), rows, [], state=State.QUEUED)",
        (f"{SENDING}/test_answers.py", f"{SENDING}/test_histories.py"),
    ),
    Mutant(
        "no_fence",
        ANSWERS,
        'update_many(guarded, rows, columns, match=["attempt_count"], ',
        "update_many(guarded, [(row[0], *row[2:]) for row in rows], columns, ",
        (f"{SENDING}/test_answers.py", f"{SENDING}/test_histories.py"),
    ),
    Mutant(
        "ack_before_commit",
        "messaging/sending/engine/sender.py",
        "        reports = [event for event in events if isinstance(event, DeliveryReceipt)]\n",
        "        await self.adapter.acknowledge(events)\n"
        "        reports = [event for event in events if isinstance(event, DeliveryReceipt)]\n",
        (f"{SENDING}/test_sender.py",),
    ),
    Mutant(
        "no_maybe_sent",
        ANSWERS,
        "changed = _move(_in_hand(), rows, [], **IN_DOUBT)",
        "changed = _move(_in_hand(), rows, [], state=State.UNKNOWN)",
        (f"{SENDING}/test_answers.py",),
    ),
    Mutant(
        "test_resent_after_a_crash",
        "messaging/sending/engine/carrier_tests.py",
        "        elif past.is_whole and key not in past.about:\n",
        "        elif past.is_whole:\n",
        (f"{SENDING}/test_carrier_tests_under_way.py",),
    ),
    Mutant(
        "no_switch",
        CLAIMS,
        "paths = plan.paths_taken_by(carrier.pk) if halt() is None else []",
        "paths = plan.paths_taken_by(carrier.pk)",
        (f"{SENDING}/test_stopping.py",),
    ),
    Mutant(
        "stopped_goes_on",
        CLAIMS,
        'Batch.objects.filter(pk=OuterRef("batch_id"), state=BatchState.RUNNING)',
        'Batch.objects.filter(pk=OuterRef("batch_id"))',
        (f"{SENDING}/test_stopping.py", f"{SENDING}/test_claims.py"),
    ),
    Mutant(
        "stop_keeps_the_caps_of_what_was_never_made",
        "messaging/sending/services/running.py",
        "            allowances.give_back_unmade(batch)\n",
        "",
        (f"{SENDING}/test_stopping.py", f"{SENDING}/test_stopping_at_once.py"),
    ),
    Mutant(
        "failover_takes_what_may_have_been_sent",
        "messaging/sending/engine/router.py",
        "pinned = Q(maybe_sent=False) | Q(carrier=carrier)",
        "pinned = Q()",
        (f"{SENDING}/test_failover.py", "messaging/tests/routes/test_router.py"),
    ),
    Mutant(
        "doubt_goes_on_to_the_next_carrier",
        "messaging/sending/engine/failover.py",
        "texts = Message.objects.filter(pk__in=[a.message_id for a in answers], maybe_sent=False)",
        "texts = Message.objects.filter(pk__in=[a.message_id for a in answers])",
        (f"{SENDING}/test_failover.py",),
    ),
    # The four verdicts of the fault programme, each turned red by a fault of ours.
    Mutant(
        "chaos_twice",
        ANSWERS,
        "changed = _move(_in_hand(), rows, [], **IN_DOUBT)",
        "changed = _move(_in_hand(), rows, [], state=State.QUEUED)",
        (f"{CHAOS}[answers]",),
    ),
    Mutant(
        "chaos_lie",
        ANSWERS,
        "changed = _move(_in_hand(), rows, [], **IN_DOUBT)",
        "changed = _move(_in_hand(), rows, [], state=State.FAILED, final_at=now)",
        (f"{CHAOS}[answers]",),
    ),
    Mutant(
        "chaos_lost",
        "messaging/sending/engine/expand.py",
        "chunk = rows.filter(row_no__gte=start,",
        "chunk = rows.filter(row_no__gt=start,",
        (f"{CHAOS}[broker]",),
    ),
    Mutant(
        "chaos_stuck",
        "messaging/sending/engine/receipts.py",
        "waiting = Receipt.objects.filter(applied_at__isnull=True, orphan_at__isnull=True)",
        "waiting = Receipt.objects.none()",
        (f"{CHAOS}[answers]",),
    ),
    Mutant(
        "repeat_goes_twice",
        "messaging/repeats/services/running.py",
        "        request_key=occurrence.uid,\n",
        "        request_key=Occurrence().uid,\n",
        (f"{REPEATS}/test_running.py",),
    ),
    Mutant(
        "repeat_goes_at_night",
        "messaging/repeats/engine.py",
        "GRACE = dt.timedelta(hours=2)",
        "GRACE = dt.timedelta(hours=20)",
        (f"{REPEATS}/test_not_sent.py",),
    ),
    Mutant(
        "repeat_comes_round_twice",
        "messaging/repeats/engine.py",
        "    set_next(repeat, after=now)\n    repeat.save(",
        "    repeat.save(",
        (f"{REPEATS}/test_running.py",),
    ),
    Mutant(
        "a_late_no_settles_every_attempt",
        "messaging/sending/engine/marks.py",
        "news = {row[0]: row[1] for row in standing if row[1:] in keys}",
        "news = {row[0]: row[1] for row in standing}",
        (f"{SENDING}/test_doubt.py", f"{SENDING}/test_doubt_after_crashes.py"),
    ),
    Mutant(
        "resent_after_the_carrier_forgot",
        CLAIMS,
        "return texts.filter(still_known).order_by",
        "return texts.order_by",
        (f"{SENDING}/test_resending.py",),
    ),
    Mutant(
        "stop_leaves_a_claim_in_hand",
        "messaging/sending/engine/sender.py",
        "        self._give_back(self.window.give_all_back())\n        await asyncio.gather",
        "        await asyncio.gather",
        (f"{SENDING}/test_sender.py",),
    ),
    Mutant(
        "more_ahead_than_goes_in_a_moment",
        WINDOW,
        "return int(min(MOST_AHEAD, a_second * AHEAD_SECONDS))",
        "return MOST_AHEAD",
        (f"{SENDING}/test_window.py",),
    ),
    Mutant(
        "bulk_takes_every_place",
        WINDOW,
        "while self.ahead and len(self.on_wire) < self.for_bulk:",
        "while self.ahead and len(self.on_wire) < self.size:",
        (f"{SENDING}/test_window.py",),
    ),
    Mutant(
        "a_closed_connection_is_written_to",
        "messaging/carriers/http/wire.py",
        " or at.is_closed() or at.has_expired()):",
        "):",
        ("messaging/tests/carriers/http/test_wire.py",),
    ),
    # What comes in: one place for each text, no loop between machines, and STOP heeded.
    Mutant(
        "sorted_twice",
        "inbound/sorting/services/sorting.py",
        "placed = update_many(Sorting.objects.filter(place=Place.WAITING), rows, COLUMNS)",
        "placed = update_many(Sorting.objects.all(), rows, COLUMNS)",
        (f"{SORTING}/test_deciding.py", f"{SORTING}/test_sorting.py"),
    ),
    Mutant(
        "two_machines_text_each_other",
        ASKS,
        "if to_phone.count(source) >= LIMITS.of_one_source:",
        "if False:",
        (f"{SORTING}/test_sorting.py",),
    ),
    Mutant(
        "a_copy_comes_back_to_us",
        "inbound/sorting/services/effects.py",
        "mobiles = [number for number in mobiles if number not in ours]",
        "mobiles = list(mobiles)",
        (f"{SORTING}/test_sorting.py",),
    ),
    Mutant(
        "stop_is_for_whoever_texted_last",
        "inbound/sorting/services/wanting.py",
        "    if each.keyword is not None:\n        return each.keyword.department\n",
        "",
        (f"{SORTING}/test_wanting.py",),
    ),
    Mutant(
        "cancel_answers_a_question",
        "inbound/handling/wishes.py",
        "(said in OUT_UNLESS_ASKED and not was_asked)",
        "said in OUT_UNLESS_ASKED",
        (f"{SORTING}/test_wanting.py",),
    ),
    Mutant(
        "a_reply_in_two_digests",
        "inbound/twoway/queries/digests.py",
        "        digest_line=None,\n",
        "",
        ("inbound/tests/twoway/test_digest.py",),
    ),
    Mutant(
        "no_tenant_filter",
        MODELS,
        "            return self.filter(department_id=person.department_id)\n",
        "            return self.all()\n",
        (f"{SENDING}/test_visibility.py",),
    ),
    Mutant(
        "relay_answers_before_the_commit",
        f"{RELAY}/services/answering.py",
        "        outcome = await self.store.ask(mail)\n",
        "        outcome = Outcome(dict.fromkeys(numbers, answers.ACCEPTED.about(reference='M')))\n"
        "        asyncio.ensure_future(self.store.ask(mail))\n",
        (f"{RELAYED}/test_cases.py",),
    ),
    Mutant(
        "relay_sends_twice",
        f"{RELAY}/services/storing.py",
        "            if mark in earlier:\n",
        "            if mark in ():\n",
        (f"{RELAYED}/test_cases.py",),
    ),
    Mutant(
        "relay_believes_the_from_line",
        f"{RELAY}/services/answering.py",
        "        if proof is not Proof.PASSED:\n",
        "        if proof is Proof.TRY_LATER:\n",
        (f"{RELAYED}/test_cases.py",),
    ),
    Mutant(
        "relay_sends_the_body",
        f"{RELAY}/letter.py",
        "        subject=subject,\n",
        '        subject=subject + b" " + body[:20],\n',
        (f"{RELAYED}/test_cases.py",),
    ),
]


def main() -> int:
    wanted = os.environ.get("MUTANT")
    chosen = [mutant for mutant in MUTANTS if wanted in (None, "", mutant.name)]
    if not chosen:
        print(f"There is no mutant called {wanted}: {', '.join(m.name for m in MUTANTS)}")
        return 2
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
        if (ROOT / PEERS).exists():
            (tree / PEERS).symlink_to((ROOT / PEERS).resolve())
        tests = sorted({test for mutant in chosen for test in mutant.tests})
        code, told = run(tree, tests)
        if code != 0:
            print(f"{told}\nThe tests are red without any fault ({code}): nothing can be told.")
            return 1
        survivors = [mutant.name for mutant in chosen if not is_noticed(tree, mutant)]
    if survivors:
        print(f"NOT NOTICED: {', '.join(survivors)}")
    return 1 if survivors else 0


def is_noticed(tree: Path, mutant: Mutant) -> bool:
    file = tree / mutant.file
    source = file.read_text()
    if source.count(mutant.sound) != 1:
        print(f"{mutant.name}: its place in {mutant.file} is gone or not alone. Mend the mutant.")
        return False
    file.write_text(source.replace(mutant.sound, mutant.faulty))
    try:
        code, _ = run(tree, list(mutant.tests))
    finally:
        file.write_text(source)
    print(f"{mutant.name}: {'noticed' if code == TESTS_FAILED else f'survived (pytest: {code})'}")
    return code == TESTS_FAILED


def run(tree: Path, tests: list[str]) -> tuple[int, str]:
    """pytest's exit code, and the end of what it said."""
    environment = {**os.environ, "VAR_DIR": str(tree / "var"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)  # Celery has set it; the tests have their own
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout[-4000:] + done.stderr[-1000:]


if __name__ == "__main__":
    sys.exit(main())
