"""People who send texts all the while, and remember what the page told them."""

import http.client
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Iterator

PEOPLE_IN_A_MESSAGE = 5
BETWEEN_SECONDS = 0.25
AGAIN_AFTER_SECONDS = 0.3
PATIENCE_SECONDS = 30.0
TOKEN = "c" * 32


class Traffic:
    """One person with a browser: presses Send, and presses it again while there is no answer.

    accepted: the numbers of messages that the page said were accepted. answers: how often each
    status came (0: none came). slowest: seconds that an answer took.
    """

    def __init__(self, port: int, cookie: str, numbers: Iterator[str]) -> None:
        self.port = port
        self.cookie = f"{cookie}; csrftoken={TOKEN}"
        self.numbers = numbers
        self.accepted: list[str] = []
        self.given_up: list[str] = []
        self.answers: Counter[int] = Counter()
        self.slowest = 0.0
        self._sent_count = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic")

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        """Waits for the answer to the last message."""
        self._is_over.set()
        self._thread.join()

    def until(self, *, more: int) -> None:
        """Until so many messages more were sent, accepted or not."""
        wanted = self._sent_count + more
        while self._sent_count < wanted:
            time.sleep(BETWEEN_SECONDS)

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._send_one()
            self._sent_count += 1
            self._is_over.wait(BETWEEN_SECONDS)

    def _send_one(self) -> None:
        numbers = [next(self.numbers) for _ in range(PEOPLE_IN_A_MESSAGE)]
        uid, give_up_at = uuid.uuid4(), time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            if self._press_send(uid, numbers):
                self.accepted += numbers
                return
            time.sleep(AGAIN_AFTER_SECONDS)
        self.given_up += numbers

    def _press_send(self, uid: uuid.UUID, numbers: list[str]) -> bool:
        form = {
            "csrfmiddlewaretoken": TOKEN,
            "numbers": "\n".join(numbers),
            "message": f"The lecture is in room {uid.int % 1000}",
            "sender": "alpha",
            "action": "send",
        }
        began = time.monotonic()
        status, location = self._post(f"/messages/new/{uid}/", urllib.parse.urlencode(form))
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.answers[status] += 1
        return status == 302 and "/new/" not in location

    def _post(self, path: str, body: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Cookie": self.cookie,
            "Host": "localhost",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()
        return answer.status, answer.getheader("Location", "")
