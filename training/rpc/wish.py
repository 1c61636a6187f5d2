"""What the process that trains is told. Apart from it, so that a server that only asks imports no scikit-learn."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from training.seed import DEFAULT_SEED


@dataclass(frozen=True)
class Wish:
    """What is to be trained; see TrainModelRequest."""

    registry: str
    model: str
    data: str
    target: str
    positive: str = ""
    id_column: str = ""
    time_column: str = ""
    dropped: tuple[str, ...] = ()
    seed: int = DEFAULT_SEED
    rungs: int | None = None

    def to_json(self) -> str:
        """Write it for the child."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Wish:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        return cls(**{**document, "dropped": tuple(document["dropped"])})
