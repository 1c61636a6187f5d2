"""A model's journal: one numbered entry per change of its aliases, each holding them whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

ALIASES = ("champion", "challenger", "previous")
Action = Literal["promote", "rollback", "challenge"]


class Entry(BaseModel):
    """One change of a model's aliases.

    Parameters
    ----------
    number
        Counts the changes of the model, from 1.
    actor
        Who changed it; never empty.
    reason
        Why; needed for an override.
    overridden
        Gates that failed and were overridden; empty: none.
    champion, challenger, previous
        Versions from now on; empty: none.
    digests
        Content of the versions named, as hashed when they were named: a folder that changes later is refused.
    request_id
        What makes the change repeatable; empty: nothing.
    before
        SHA-256 of the entry before it, so that none can be altered unnoticed; empty in the first.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    number: int
    time: AwareDatetime
    action: Action
    actor: str
    reason: str = ""
    overridden: tuple[str, ...] = ()
    champion: str = ""
    challenger: str = ""
    previous: str = ""
    digests: dict[str, str] = {}
    request_id: str = ""
    before: str = ""

    @property
    def named(self) -> str:
        """The version that the change was about."""
        return self.challenger if self.action == "challenge" else self.champion


@dataclass(frozen=True)
class AliasState:
    """A model's aliases and their etag; ``entry`` is None if nothing was ever promoted."""

    model: str
    entry: Entry | None
    etag: str

    @property
    def number(self) -> int:
        """Number of the newest entry, 0 if there is none."""
        return self.entry.number if self.entry else 0

    def version(self, alias: str) -> str:
        """Return the version an alias stands for, empty if for none."""
        name: str = getattr(self.entry, alias) if self.entry else ""
        return name

    @property
    def aliases(self) -> dict[str, str]:
        """Every alias with its version."""
        return {alias: self.version(alias) for alias in ALIASES}

    @property
    def digests(self) -> dict[str, str]:
        """Content of the versions that have an alias."""
        digests = self.entry.digests if self.entry else {}
        return {version: digests[version] for version in sorted(self.aliases.values()) if version in digests}

    def after(self, action: Action, version: str) -> dict[str, str]:
        """Return the aliases as a change makes them; rolled back, the version is the previous one."""
        champion, challenger = self.version("champion"), self.version("challenger")
        if action == "challenge":
            return {**self.aliases, "challenger": version}
        if champion == version:
            return self.aliases
        return {"champion": version, "challenger": "" if challenger == version else challenger, "previous": champion}

    def aliases_of(self, version: str) -> tuple[str, ...]:
        """List the aliases of a version."""
        return tuple(alias for alias in ALIASES if version and self.version(alias) == version)
