"""What can go wrong for whoever sets up deliveries; the kinds are those of `failures`."""

from __future__ import annotations

from failures import NotPossible

KEY_FILE = "FAIRLEAD_SECRETS_KEY_FILE"
"""The setting that names the file of keys which secrets are kept with."""


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
        super().__init__(name, f"its secret was kept with a key that is not in {KEY_FILE}: set the secret anew")
