"""What shows a receiver who wrote to them: Standard Webhooks, version 1.

References
----------
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256

PREFIX = "whsec_"
LEAST_BYTES = 24
MOST_BYTES = 64
_MADE_BYTES = 32


def new_secret() -> str:
    """Return a secret that nobody can guess."""
    return PREFIX + b64encode(os.urandom(_MADE_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return what a secret signs with.

    Raises
    ------
    ValueError
        Saying what is allowed, and nothing of the secret.

    Examples
    --------
    >>> len(key_of("whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"))
    24
    >>> key_of("secret")
    Traceback (most recent call last):
    ValueError: it is no secret of the form `whsec_` and 24 to 64 bytes in base64
    """
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except (NotBase64, ValueError):
        key = b""
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError(f"it is no secret of the form `{PREFIX}` and {LEAST_BYTES} to {MOST_BYTES} bytes in base64")
    return key


def signed_headers(message_id: str, at_s: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers that a message is signed with.

    Parameters
    ----------
    message_id
        The same however often the message is sent; printable ASCII without a full stop, which parts what is signed.
    at_s
        When it is sent, in whole seconds since 1970.
    keys
        Each signs for itself: a receiver needs to know one of them.
    """
    content = b".".join((message_id.encode("ascii"), str(at_s).encode(), body))
    signatures = (b64encode(hmac.digest(key, content, sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
