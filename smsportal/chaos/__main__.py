"""`make chaos`: break everything that can break while texts are on their way, and join what people
were told, what the database says and what the carrier wrote down.

make chaos                                 every fault, 20 rounds each: most of an hour
make chaos ARGS="--rounds 1 sender web"    some of them

It exits with 1 when a text was lost, went twice, is stuck, or the screen says what is not so.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from smsportal.chaos.faults import FAULTS
from smsportal.chaos.rig import Rig, free_ports, is_possible


def main() -> int:
    known = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("faults", nargs="*", default=known, help=", ".join(known))
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    if strange := set(asked.faults) - set(known):
        parser.error(f"there is no fault called {', '.join(strange)}: {', '.join(known)}")
    if why_not := is_possible():
        print(f"left out: {why_not}")
        return 2
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        ports = free_ports()
        environment = {**os.environ, **Rig(Path(folder), ports).environment}
        command = [sys.executable, "-m", "smsportal.chaos.programme", folder, *map(str, ports)]
        words = [*command, str(asked.rounds), *asked.faults]
        return subprocess.run(words, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
