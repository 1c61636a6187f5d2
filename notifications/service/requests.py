"""By which call a subscription or channel was made: the same call, sent again because its answer was lost, is answered.

What tells a call from others is kept encrypted with the record, for its content may hold secrets.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from failures import RequestIdReused
from notifications.errors import NoSecretsKey, SecretUnreadable
from notifications.secrets import SecretBox

REQUEST_TTL_S = 24 * 3600
"""How long a call may be sent again, where the operator does not say."""


class IdempotentRequest(NamedTuple):
    """What a client calls a call, empty: nothing, it is not to be repeated; what it asks for, and who asks."""

    id: str = ""
    content: bytes = b""
    actor: str = ""


NOT_REPEATED = IdempotentRequest()


class Requests:
    """Tells a call that is sent again from others.

    Parameters
    ----------
    box
        What encrypts.
    ttl_s
        How long a call may be sent again, in seconds of real time.
    """

    def __init__(self, box: SecretBox, ttl_s: int = REQUEST_TTL_S) -> None:
        self._box = box
        self._ttl_s = ttl_s

    def kept(self, name: str, request: IdempotentRequest) -> str:
        """Return what is kept of a call with the record that it made; empty: nothing.

        Raises
        ------
        NoSecretsKey
            If nothing can be kept.
        """
        return self._box.seal(name, f"{request.id}\n{_fingerprint(request)}") if request.id else ""

    def is_repeated(self, name: str, kept: str, request: IdempotentRequest) -> bool:
        """Say whether a call is the one that made a record.

        Raises
        ------
        RequestIdReused
            If that one had the same id, and asked for something else, or somebody else did.
        """
        if not (kept and request.id):
            return False
        try:
            request_id, _, fingerprint = self._box.open(name, kept, self._ttl_s).partition("\n")
        except (NoSecretsKey, SecretUnreadable):
            return False
        if request_id == request.id and fingerprint != _fingerprint(request):
            raise RequestIdReused(request.id)
        return request_id == request.id


def _fingerprint(request: IdempotentRequest) -> str:
    return blake2b(request.actor.encode() + b"\0" + request.content, digest_size=16).hexdigest()
