"""Addresses and secrets as they are kept, encrypted, and as they are shown: what may hold a secret is hidden."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from urllib.parse import urlsplit

from failures import InvalidInput
from notifications.errors import NoSecretsKey, SecretUnreadable
from notifications.mail_addresses import check_mail_address
from notifications.secrets import SecretBox

Check = Callable[[str], Awaitable[None]]
"""Looks whether anything may be sent to an address; raises ValueError that says why not."""


HIDDEN = "…"
"""Stands for what of an address is not shown."""
_PORTS = {"https": 443, "http": 80}
_KEPT = "is kept where the same host is sent back alone, and can be opened"


class Sealed:
    """Encrypts what belongs to one kind of record.

    Parameters
    ----------
    box
        What encrypts.
    check
        Looks at addresses.
    """

    def __init__(self, box: SecretBox, check: Check) -> None:
        self.box = box
        self._check = check

    async def address(self, name: str, address: str, field: str, before: str = "") -> str:
        """Encrypt an address, once it was looked at.

        Parameters
        ----------
        before
            What is kept of it; where that is the same address, or the address is as that one is shown, it stays.

        Raises
        ------
        InvalidInput
            If nothing may be sent there.
        NoSecretsKey
            If nothing can be kept.
        """
        if before and address and address == shown_address(self.opened(name, before)):
            return before  # who sends back what they were shown changes nothing
        if HIDDEN in address:
            raise InvalidInput.of(field, f"{HIDDEN} stands for what is hidden, which {_KEPT}: give the address whole")
        try:
            await self._check(address)
        except ValueError as error:
            raise InvalidInput.of(field, str(error)) from None
        return self.secret(name, address, before)

    def secret(self, name: str, secret: str, before: str = "") -> str:
        """Encrypt a secret; where what is kept is the same, it stays.

        Raises
        ------
        NoSecretsKey
            If nothing can be kept.
        """
        return before if before and self.opened(name, before) == secret else self.box.seal(name, secret)

    def opens(self, name: str, sealed: Iterable[str]) -> bool:
        """Say whether all of these can be decrypted."""
        return all(self.opened(name, each) for each in sealed)

    def opened(self, name: str, sealed: str) -> str:
        """Decrypt; empty: it cannot be."""
        try:
            return self.box.open(name, sealed)
        except (NoSecretsKey, SecretUnreadable):
            return ""


async def check_mail(address: str) -> None:
    """Look whether mail may be sent to an address.

    Raises
    ------
    ValueError
        Saying what is allowed, and nothing of what it is.
    """
    check_mail_address(address)


def is_same_place(one: str, other: str) -> bool:
    """Say whether two addresses are those of one receiver, however their hosts are written.

    Examples
    --------
    >>> is_same_place("https://Hooks.example.com.:443/a?key=1", "https://hooks.example.com/a?key=1")
    True
    >>> is_same_place("https://hooks.example.com/a?key=1", "https://hooks.example.com/a?key=2"), is_same_place("", "")
    (False, False)
    """
    return bool(one and other) and _place(one) == _place(other)


def _place(address: str) -> tuple[str, int, str, str]:
    parts = urlsplit(address)
    return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme, 0), parts.path or "/", parts.query


def shown_address(address: str) -> str:
    """Show where something is sent, and nothing that may be a secret.

    Examples
    --------
    >>> shown_address("https://hooks.example.com/services/T0/B0/secret?key=1")
    'https://hooks.example.com/…'
    >>> shown_address("li.na@example.com"), shown_address("")
    ('…@example.com', '')
    """
    if "://" not in address:
        return f"{HIDDEN}@{address.rpartition('@')[2]}" if address else ""
    parts = urlsplit(address)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}/{HIDDEN}"
