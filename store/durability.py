"""What an acknowledged change survives: asked for by the operator, kept by the store, told in every decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Durability(StrEnum):
    """What an acknowledged change survives."""

    UNSPECIFIED = "UNSPECIFIED"
    """Unknown: the store is somebody else's and does not say how it is configured."""
    MEMORY = "MEMORY"
    """A crash of the service."""
    EVERYSEC = "EVERYSEC"
    """A crash of the machine, but for the last second."""
    ALWAYS = "ALWAYS"
    """Every crash: it is on disk."""
    REPLICAS = "REPLICAS"
    """The loss of the primary: replicas have it."""


@dataclass(frozen=True, slots=True)
class DurabilityRequirement:
    """What the operator asks for; ``replicas`` counts those that must have a change before it is acknowledged.

    Nothing asked: the most that a private store can give, or whatever somebody else's store is configured to.
    """

    least: Durability = Durability.UNSPECIFIED
    replicas: int = 0

    @classmethod
    def read(cls, text: str) -> DurabilityRequirement:
        """Read ``memory``, ``everysec``, ``always`` or ``replicas:N``.

        Raises
        ------
        ValueError
            Saying what is allowed.

        Examples
        --------
        >>> DurabilityRequirement.read("replicas:2").replicas
        2
        """
        level, _, count = text.partition(":")
        if level == "replicas" and count.isdecimal() and 1 <= int(count) <= 9:
            return cls(Durability.REPLICAS, int(count))
        if text and text not in ("memory", "everysec", "always"):
            raise ValueError(f"{text!r}; allowed are memory, everysec, always, replicas:N with N from 1 to 9")
        return cls(Durability(text.upper())) if text else cls()

    def refusal(self, actual: Durability) -> str:
        """Say why a store of some durability does not do; nothing where it does."""
        weaker = _ORDER.index(actual) < _ORDER.index(self.least) if self.least in _ORDER else False
        if not weaker:
            return ""
        return f"{self.least.lower()} was asked for, and the store is {actual.lower()}: {_REMEDIES[self.least]}"


ANYTHING = DurabilityRequirement()


class NotDurable(Exception):
    """The store is less durable than was asked for; the text says what to do."""


@dataclass(slots=True)
class DurabilityStatus:
    """What an acknowledged change survives here; known once the store was asked."""

    level: Durability = Durability.UNSPECIFIED


MEANINGS = {
    Durability.UNSPECIFIED: "as durable as it is configured, which it does not say",
    Durability.MEMORY: "a crash of Fairlead loses nothing; what is not on disk yet may be lost with the machine",
    Durability.EVERYSEC: "a crash of the machine may lose the last second; a crash of Fairlead loses nothing",
    Durability.ALWAYS: "every answer is on disk before it is given",
    Durability.REPLICAS: "replicas have every change before it is answered",
}
_ORDER = (Durability.UNSPECIFIED, Durability.MEMORY, Durability.EVERYSEC, Durability.ALWAYS)
_REMEDIES = {
    Durability.MEMORY: "let Fairlead read its configuration (CONFIG GET), or ask for nothing",
    Durability.EVERYSEC: "set appendonly yes and appendfsync everysec there, or ask for less",
    Durability.ALWAYS: "set appendonly yes and appendfsync always there, or ask for less",
}
