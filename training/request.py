"""What is to be trained, as a command or an operation says it; a server that only takes it in needs no scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

from pydantic import JsonValue

from tables.options import ReadOptions
from training.seed import DEFAULT_SEED

RUNGS = 7
"""Candidates of `training.learn.candidates.LADDER`."""


@dataclass(frozen=True)
class TrainRequest:
    """What is to be trained; see TrainModelRequest.

    Parameters
    ----------
    tenant
        Whose model it is; empty: everybody's.
    data
        Path of the table: for an operation below the folder of training data, or below the tenant's own within.
    rungs
        How many candidates of the ladder to try, the simplest first; 0: all.
    reading
        How the table is read where it does not tell.
    """

    tenant: str
    model: str
    data: str
    target: str
    positive: str = ""
    id_column: str = ""
    time_column: str = ""
    dropped: tuple[str, ...] = ()
    seed: int = DEFAULT_SEED
    rungs: int = 0
    negative: tuple[str, ...] = ()
    reading: ReadOptions = field(default_factory=ReadOptions)

    @property
    def configuration(self) -> dict[str, JsonValue]:
        """Every option that is not at its default, as the manifest keeps it and the version's name depends on it."""
        given: dict[str, JsonValue] = {"data": PurePath(self.data).name, "target": self.target}
        given |= {
            "positive": self.positive,
            "negative": list(self.negative),
            "id": self.id_column,
            "time": self.time_column,
        }
        given |= {"drop": list(self.dropped), "rungs": self.rungs if self.rungs < RUNGS else 0}
        given["reading"] = self.reading.document()
        return {name: value for name, value in given.items() if value}
