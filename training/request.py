"""What is to be trained, as a command or an operation says it; a server that only takes it in needs no scikit-learn."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass, field
from pathlib import PurePath

from pydantic import JsonValue

from scoring.model.profit import ProfitAssumptions
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
    profit
        What rescuing a customer costs and brings.
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
    profit: ProfitAssumptions = field(default_factory=ProfitAssumptions)

    @property
    def command(self) -> str:
        """The command that trains the same, but for a schema, which lies beside the model as ``schema.json``.

        Examples
        --------
        >>> TrainRequest("", "churn", "/tmp/my customers.csv", "left", dropped=("a", "b")).command
        "fairlead train --data 'my customers.csv' --target left --drop a,b"
        """
        given = {"data": PurePath(self.data).name, "target": self.target, "positive": self.positive}
        given |= {"negative": ",".join(self.negative), "id": self.id_column, "drop": ",".join(self.dropped)}
        given |= {"time": self.time_column, "tenant": self.tenant}
        given |= {"model": self.model if self.model != "churn" else ""}
        given |= {"rungs": str(self.rungs) if 0 < self.rungs < RUNGS else ""}
        given |= {"seed": str(self.seed) if self.seed != DEFAULT_SEED else ""}
        profit = asdict(ProfitAssumptions())
        given |= {name: f"{x!r}" for name, x in asdict(self.profit).items() if x != profit[name]}
        given |= {name: str(x) for name, x in self.reading.document().items() if isinstance(x, str | float)}
        options = [text for name, x in given.items() if x for text in (f"--{name.replace('_', '-')}", x)]
        return shlex.join(["fairlead", "train", *options])

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
        usual = asdict(ProfitAssumptions())
        given["profit"] = {name: value for name, value in asdict(self.profit).items() if value != usual[name]}
        return {name: value for name, value in given.items() if value}
