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
ANSWERS = "messaging/sending/engine/answers.py"
MODELS = "messaging/sending/models.py"
SENDING = "messaging/tests/sending"

MUTANTS = [
    Mutant(
        "resend_on_timeout",
        ANSWERS,
        "changed = _move(_in_hand(), rows, [], state=State.UNKNOWN, maybe_sent=True)",
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
        "changed = _move(_in_hand(), rows, [], state=State.UNKNOWN, maybe_sent=True)",
        "changed = _move(_in_hand(), rows, [], state=State.UNKNOWN)",
        (f"{SENDING}/test_answers.py",),
    ),
    Mutant(
        "no_switch",
        CLAIMS,
        "waiting = _waiting(ready, most) if halt() is None else []",
        "waiting = _waiting(ready, most)",
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
        "no_tenant_filter",
        MODELS,
        "            return self.filter(department_id=person.department_id)\n",
        "            return self.all()\n",
        (f"{SENDING}/test_visibility.py",),
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
