"""Who is told of changes by webhook. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address that is told of the changes of a tenant's work items.

    Parameters
    ----------
    url
        Encrypted, as `notifications.secrets.SecretBox` seals: what stands in it may be a secret.
    event_types
        Names of the fields of ``WorkItemChange.event``; none: all.
    role
        As whom it sees changes; empty: as whom most is hidden from.
    secrets
        What signs, encrypted, the newest first.
    paused
        Whether somebody paused it.
    request
        Encrypted, what tells the call that made it from others; empty: it was changed since, or that had no id.
    """

    id: str
    url: str
    event_types: frozenset[str] = frozenset()
    role: str = ""
    secrets: tuple[str, ...] = ()
    paused: bool = False
    request: str = ""
