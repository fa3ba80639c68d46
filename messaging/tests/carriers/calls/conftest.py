from messaging.tests.carriers.http.conftest import peer

__all__ = ["peer"]
