"""The call itself, as Standard Webhooks write it, so that libraries on the other side can check it.
Source: standardwebhooks.com (ids, time, HMAC-SHA256 over `id.time.body`, base64). Pure.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Final

PREFIX: Final = "whsec_"


def new_secret(random: bytes) -> str:
    return PREFIX + base64.b64encode(random).decode()


def body(
    *, keyword: str, words: str, from_number: str, to_number: str, received_at: dt.datetime
) -> bytes:
    said = {
        "type": "text.received",
        "timestamp": received_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "data": {"keyword": keyword, "words": words, "from": from_number, "to": to_number},
    }
    return json.dumps(said, ensure_ascii=False).encode()


def headers(*, call_id: str, at: dt.datetime, content: bytes, secret: str) -> dict[str, str]:
    moment = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "SMS-Portal",
        "webhook-id": call_id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{signature(call_id, moment, content, secret)}",
    }


def signature(call_id: str, moment: str, content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = b".".join([call_id.encode(), moment.encode(), content])
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
