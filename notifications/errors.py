"""What can go wrong for whoever sets up deliveries; the kinds are those of `failures`.

::

    NotPossible
    ├── NoSecretsKey        there is no key to keep secrets with
    ├── SecretUnreadable    what was kept was encrypted with a key that is gone
    └── TooManyRecords      a tenant has as many subscriptions or channels as it may have
    PermissionDenied
    └── RoleSeesMore        a subscription would be sent what is hidden from who wants it
"""

from __future__ import annotations

from failures import NotPossible, PermissionDenied

KEY_FILE = "FAIRLEAD_SECRETS_KEY_FILE"
"""The setting that names the file of keys which secrets are kept with."""


_UNREADABLE = (
    f"nothing can be sent: its address or its secret was kept with a key that is not in {KEY_FILE}; put that key back, "
    "or set the address and the secret anew"
)


class NoSecretsKey(NotPossible):
    """There is no key to keep secrets with."""

    reason = "NO_SECRETS_KEY"

    def __init__(self, name: str) -> None:
        super().__init__(
            name, f"its secret cannot be kept: set {KEY_FILE} to a file that `fairlead channels new-key` made"
        )


class SecretUnreadable(NotPossible):
    """A secret was encrypted with a key that is not in the file any more."""

    reason = "SECRET_UNREADABLE"

    def __init__(self, name: str) -> None:
        super().__init__(name, _UNREADABLE)


class TooManyRecords(NotPossible):
    """A tenant has as many subscriptions or channels as it may have."""

    reason = "TOO_MANY_RECORDS"

    def __init__(self, name: str, collection: str, most: int) -> None:
        super().__init__(name, f"it has {most} {collection}, and may have no more: delete one that nobody needs")


class RoleSeesMore(PermissionDenied):
    """A subscription would send its maker, or whoever changes its address, what is hidden from them."""

    reason = "ROLE_SEES_MORE"

    def __init__(self, name: str, role: str) -> None:
        super().__init__(f"{name}: it sees as {role} what is hidden from your roles; leave the role empty")
