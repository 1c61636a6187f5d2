"""Would the harness notice? Each guard that keeps a promise is removed once, and must be missed.

What was found, how soon and by which commit is kept in ``found.json``, beside the guard's digest: a guard that was
changed since has not been found yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha1
from pathlib import Path

from tests.chaos.altered import Edits
from tests.chaos.plan import Fault, Topology

FOUND = Path(__file__).with_name("found.json")


@dataclass(frozen=True, slots=True)
class Guard:
    """What is removed.

    Parameters
    ----------
    name
        What it is.
    edits
        What removes it from the scripts, or the code.
    watchers_drop
        Whether watchers still drop what they know already.
    durability
        What the service is told to ask for, instead of what keeps its word on this store.
    topology, faults
        Where it matters, and what falls to show it; many guards are missed by clients that call all at once.
    found_at_rest
        Whether it is missed because something is never done: then it counts that there is no rest, and it is waited
        for longer.
    """

    name: str
    edits: Edits = field(default_factory=Edits)
    watchers_drop: bool = True
    durability: str = ""
    topology: Topology = Topology.ALONE
    faults: tuple[Fault, ...] = (Fault.REPLY_CUT,)
    found_at_rest: bool = False

    @property
    def patience_s(self) -> float:
        """How long to wait for rest without it, in seconds."""
        return 20.0 if self.found_at_rest else 8.0

    @property
    def digest(self) -> str:
        """What it is another guard without."""
        return sha1(repr(self).encode(), usedforsecurity=False).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Found:
    """That a guard was missed.

    Parameters
    ----------
    digest
        Of the guard.
    after_s, calls
        How soon.
    by
        The first violation.
    seed, commit, date
        Of the run.
    """

    digest: str
    after_s: float
    calls: int
    by: str
    seed: int
    commit: str
    date: str


def read_found(path: Path = FOUND) -> dict[str, Found]:
    """Read which guards were missed, by their names."""
    return {name: Found(**fields) for name, fields in json.loads(path.read_text("utf-8")).items()}


def write_found(missed: Mapping[str, Found], path: Path = FOUND) -> None:
    """Write it down."""
    text = json.dumps({name: asdict(each) for name, each in missed.items()}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")
