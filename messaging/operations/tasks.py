from celery import shared_task

from messaging.operations import engine


@shared_task(name="messaging.heartbeat")
def heartbeat() -> None:
    """That a worker runs this is the proof that it works."""
    engine.beat("worker")
