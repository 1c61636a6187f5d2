"""What shows a receiver who wrote to them: Standard Webhooks, version 1.

References
----------
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256


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
