"""For machines that ask how the portal is: /live, /ready and, from metrics.py, /metrics."""

import concurrent.futures
from collections.abc import Callable

from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from smsportal.metrics import metrics

DATABASE_SECONDS = 1.0

# A database that never answers must not hold the page: it is asked in a thread of its own, and
# there is only one such thread however often somebody asks.
_asker = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="ready")


class Probes:
    """Answers before anything else does: a probe has no session, and asks by whatever name or
    address its machine knows. Stands first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = {"/live": live, "/ready": ready, "/metrics": metrics}.get(request.path)
        return probe(request) if probe else self.get_response(request)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers. Touches nothing else: a restart mends no database."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served: the database answers in time and every migration is applied.
    The broker is not asked, since every page works without it. 503 says what is missing.
    """
    missing = _what_is_missing()
    return JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)


def _what_is_missing() -> list[str]:
    asked = _asker.submit(_unapplied_migrations)
    try:
        unapplied = asked.result(timeout=DATABASE_SECONDS)
    except concurrent.futures.TimeoutError:
        asked.cancel()
        return [f"the database did not answer within {DATABASE_SECONDS:.0f} s"]
    except DatabaseError:
        return ["the database cannot be reached"]
    return [f"migration {name} is not applied" for name in unapplied]


def _unapplied_migrations() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    finally:
        connections.close_all()
