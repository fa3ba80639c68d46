"""Secrets at rest. Whoever reads the database without SECRET_KEY reads nothing.

Sealed with the newest key; opened with it or with any of SECRET_KEY_FALLBACKS, so that a key can
be changed without losing what the old one sealed.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises cryptography.fernet.InvalidToken for what none of our keys has sealed."""
    return _keys().decrypt(sealed.encode()).decode()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    # Its own label, so that no other use of SECRET_KEY has the same key.
    digest = hashlib.blake2b(secret.encode(), digest_size=32, person=b"sms.sealing")
    return base64.urlsafe_b64encode(digest.digest())
