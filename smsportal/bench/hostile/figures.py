"""Both programmes, one after the other: what `make bench ARGS=hostile` prints."""

import os
from collections.abc import Iterator

from smsportal.bench.hostile import client, server
from smsportal.bench.hostile.parts import HostileFigure
from smsportal.bench.sending import bench_person


def figures(count: int) -> Iterator[HostileFigure]:
    yield client.figure(bench_person(), count, dict(os.environ))
    yield server.figure(count, dict(os.environ))
