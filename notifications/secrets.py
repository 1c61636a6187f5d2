"""Secrets while they are kept: encrypted with keys that the operator has, bound to what they belong to.

References
----------
Fernet, https://github.com/fernet/spec: AES-128-CBC with HMAC-SHA-256.
Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks: the form of what signs.
"""

from __future__ import annotations

import binascii
import hmac
import os
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from codecs import BOM_UTF8
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from notifications.errors import KEY_FILE, NoSecretsKey, SecretUnreadable

SIGNING_PREFIX = "whsec_"
"""What secrets begin with that sign webhooks."""
_MAX_KEYS = 16
_LEAST_BYTES = 32
_SIGNING_BYTES = range(24, 64 + 1)
_URL_SAFE = str.maketrans("-_", "+/")


class SecretBox:
    """Encrypts and decrypts.

    Parameters
    ----------
    keys
        The first encrypts, all decrypt: a new one is put before those that are in use. None: nothing can be kept.
    """

    def __init__(self, keys: Sequence[Fernet] = ()) -> None:
        self._keys = MultiFernet(keys) if keys else None

    @classmethod
    def read(cls, path: str) -> SecretBox:
        """Read the file of keys, one a line, each of at least 32 bytes that nobody can guess; no path: there are none.

        Raises
        ------
        ValueError
            If it cannot be read, or holds what is too short for a key; that repeats nothing of it.
        """
        return cls([_fernet(key) for key in _keys(Path(path))]) if path else cls()

    @property
    def can_keep(self) -> bool:
        """Whether there is a key."""
        return self._keys is not None

    def seal(self, owner: str, secret: str) -> str:
        """Encrypt a secret of a subscription or channel.

        Parameters
        ----------
        owner
            Its name in full: the secret can be opened as its alone.

        Raises
        ------
        NoSecretsKey
            If there is no key.
        """
        if self._keys is None:
            raise NoSecretsKey(owner)
        return self._keys.encrypt(f"{owner}\n{secret}".encode()).decode()

    def open(self, owner: str, sealed: str, within_s: int | None = None) -> str:
        """Decrypt a secret.

        Parameters
        ----------
        within_s
            For how long after it was encrypted that is possible, in seconds of real time; None: always.

        Raises
        ------
        NoSecretsKey
            If there is no key.
        SecretUnreadable
            If none of the keys opens it, it is another's, or too old.
        """
        if self._keys is None:
            raise NoSecretsKey(owner)
        try:
            of_whom, _, secret = self._keys.decrypt(sealed.encode(), within_s).decode().partition("\n")
        except InvalidToken:
            raise SecretUnreadable(owner) from None
        if not hmac.compare_digest(of_whom.encode(), owner.encode()):
            raise SecretUnreadable(owner)
        return secret


_ARGUMENT = "FILE"
"""What the command that writes keys calls the file."""


def write_new_key(path: Path) -> None:
    """Put a new key before those of a file, which is made where there is none, and readable by its owner alone.

    Raises
    ------
    ValueError
        As ``SecretBox.read``.
    OSError
        If it cannot be written.
    """
    kept = _keys(path, _ARGUMENT) if path.exists() else []
    if any(not key.isascii() for key in kept):
        raise ValueError(f"{_ARGUMENT}: {path} holds bytes that are no text: no second key can stand beside it")
    written = path.with_name(path.name + ".new")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"\n".join([Fernet.generate_key(), *kept]) + b"\n")
    written.replace(path)


def _keys(path: Path, named: str = KEY_FILE) -> list[bytes]:
    """Return the keys of a file: its lines, or, where it is no text, all of it as one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{named}: {path} cannot be read: {error.strerror}") from None
    content = content.removeprefix(BOM_UTF8)
    lines = [line.strip() for line in content.splitlines() if line.strip()] if content.isascii() else [content]
    if not 1 <= len(lines) <= _MAX_KEYS:
        raise ValueError(f"{named}: {path} holds {len(lines)} keys; allowed are 1 to {_MAX_KEYS}, one a line")
    short = next((number for number, line in enumerate(lines, 1) if len(line) < _LEAST_BYTES), None)
    if short is not None:
        raise ValueError(
            f"{named}: line {short} of {path} has fewer than {_LEAST_BYTES} bytes: it is no key. "
            "`fairlead channels new-key` makes one"
        )
    return lines


def _fernet(key: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(key).digest()))


def new_signing_secret() -> str:
    """Make what signs webhooks: 32 bytes that nobody can guess."""
    return SIGNING_PREFIX + b64encode(secrets.token_bytes(32)).decode()


def signing_key(secret: str) -> bytes:
    """Read what signs webhooks; base64 may be the one that is safe in URLs, and without ``=`` at its end.

    Raises
    ------
    ValueError
        Saying what is allowed, and nothing of what it is.

    Examples
    --------
    >>> len(signing_key(new_signing_secret()))
    32
    """
    try:
        text = secret.removeprefix(SIGNING_PREFIX).translate(_URL_SAFE).rstrip("=")
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(SIGNING_PREFIX) or len(key) not in _SIGNING_BYTES:
        least, most = _SIGNING_BYTES[0], _SIGNING_BYTES[-1]
        raise ValueError(f"it is not as it must be: {SIGNING_PREFIX}, and {least} to {most} bytes in base64")
    return key
