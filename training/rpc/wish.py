"""What the process that trains is told. Apart from it, so that a server that only asks imports no scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass

from training.seed import DEFAULT_SEED

SUFFIXES = (".csv", ".parquet")
"""Files that can be trained on."""
RUNGS = 6
"""Candidates of `training.candidates.LADDER`."""


@dataclass(frozen=True)
class Wish:
    """What is to be trained; see TrainModelRequest.

    Parameters
    ----------
    tenant
        Whose model it is; empty: everybody's.
    data
        Path below the folder of training data, or below the tenant's own within.
    rungs
        How many candidates of the ladder to try, the simplest first; 0: all.
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
