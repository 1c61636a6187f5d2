"""The public keys that tokens are signed with: a JWKS, from a file or an address, read again as it changes.

Keys rotate while the server runs. A file is read again when it has changed; an address when a token names a key that is
not known, at most every ten seconds, and every ten minutes anyway, so that a key taken away stops counting.

References
----------
RFC 7517, "JSON Web Key (JWK)".
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

import jwt

from failures import Unauthenticated
from gateway.errors import KeysUnavailable

ALGORITHMS = frozenset({"ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
"""Only those whose verifying key cannot sign: whoever reads the server's files can forge nothing."""
_AGAIN_S = 10.0
_ANYWAY_S = 600.0
_TIMEOUT_S = 5.0
_LARGEST = 1_000_000
_PRIVATE = frozenset({"d", "p", "q", "k"})

Keys = Mapping[str, jwt.PyJWK]

_log = logging.getLogger(__name__)


class KeyRing:
    """The keys by their ids.

    Parameters
    ----------
    source
        A file, or an ``https://`` address.
    now
        A clock in seconds.
    fetch
        Returns what the source holds, or raises ValueError.
    """

    def __init__(
        self, source: str, now: Callable[[], float] = time.monotonic, fetch: Callable[[str], bytes] | None = None
    ) -> None:
        self._source = source
        self._now = now
        self._fetch = fetch or _fetched
        self._keys: Keys = {}
        self._version: object = None
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    def load(self) -> None:
        """Read the keys for the first time.

        Raises
        ------
        ValueError
            If that is not possible, or there is none.
        """
        self._read()

    async def find(self, kid: str) -> jwt.PyJWK:
        """Return the key of an id; the only one, where the token names none.

        Raises
        ------
        Unauthenticated
            If there is no such key.
        KeysUnavailable
            If the keys have to be read again and cannot be.
        """
        if self._is_due(kid):
            await self._renew(kid)
        if not kid and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        if kid not in self._keys:
            raise Unauthenticated("the token is signed with a key that is not known here")
        return self._keys[kid]

    async def _renew(self, kid: str) -> None:
        async with self._reading:
            if not self._is_due(kid):
                return  # another call has done it meanwhile
            self._read_at = self._now()
            try:
                await asyncio.to_thread(self._read)
            except ValueError as error:
                _log.warning("keys of tokens cannot be read again; those before stay: %s", error)
                if kid not in self._keys:
                    raise KeysUnavailable("the keys that tokens are signed with cannot be read") from error

    def _is_due(self, kid: str) -> bool:
        age = self._now() - self._read_at
        if "://" in self._source:
            return age > _ANYWAY_S or (kid not in self._keys and age > _AGAIN_S)
        return _stamp(self._source) != self._version

    def _read(self) -> None:
        self._version = _stamp(self._source)
        self._keys = parsed(self._fetch(self._source))
        self._read_at = self._now()


def _stamp(source: str) -> object:
    if "://" in source:
        return None
    try:
        stat = Path(source).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _fetched(source: str) -> bytes:
    try:
        if "://" not in source:
            return Path(source).read_bytes()
        with urllib.request.urlopen(source, timeout=_TIMEOUT_S) as answer:  # noqa: S310 (settings allow https only)
            read: bytes = answer.read(_LARGEST)
            return read
    except OSError as error:
        raise ValueError(f"{source} cannot be read: {error}") from error


def parsed(document: bytes) -> Keys:
    """Read a JWKS; keys for other purposes than verifying signatures are left out.

    Raises
    ------
    ValueError
        If it is none, holds a secret, or holds no key of use.
    """
    try:
        entries = json.loads(document)["keys"]
        usable = [entry for entry in entries if entry.get("use", "sig") == "sig"]
        if any(_PRIVATE & entry.keys() for entry in usable):
            raise ValueError("the key set holds a secret: give the server public keys only")
        keys = {entry.get("kid", ""): jwt.PyJWK(entry) for entry in usable}
    except (
        TypeError,
        KeyError,
        AttributeError,
        jwt.PyJWTError,
        json.JSONDecodeError,
        UnicodeDecodeError,
        RecursionError,
    ) as error:
        raise ValueError(f"this is no JSON Web Key Set: {error}") from error
    signing = {kid: key for kid, key in keys.items() if key.algorithm_name in ALGORITHMS}
    if not signing:
        raise ValueError(f"the key set holds no key of use; allowed are {', '.join(sorted(ALGORITHMS))}")
    return signing
