"""``python -m training.rpc.child DATA MODELS``: the process that trains, see ``operations.child``.

DATA is the folder that training data is read from, MODELS the registry's. Ending it ends the training; a version
appears whole or not at all, and is named after all that went into it: made twice, it is one.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from operations.child import Lines, run
from scoring.adapters.places import inside
from scoring.names import registry_of
from training.candidates import LADDER
from training.champion import current_champion
from training.plan import Plan
from training.preparing import Columns, prepare
from training.publishing import Origin, publish
from training.reading import file_sha256, horizon_of, read_table
from training.rpc.wish import Wish
from training.train import train


def carry_out(told: dict[str, Any], progress: Lines, data: Path, models: Path) -> dict[str, str]:
    """Train and publish; return what was made."""
    wish = Wish(**{**told, "dropped": tuple(told["dropped"])})
    columns = Columns(wish.target, wish.positive, wish.id_column, wish.dropped, wish.time_column)
    progress.stage("read", 1)
    registry = Path(registry_of(str(models), wish.tenant))
    file = inside(data, wish.tenant, wish.data, "data_path")  # a link may have changed since it was asked for
    table = read_table(file)
    prepared = prepare(table, columns)
    plan = Plan(seed=wish.seed, horizon_days=horizon_of(table), ladder=LADDER[: wish.rungs or len(LADDER)])
    trained = train(prepared, plan, champion=current_champion(str(registry), wish.model), progress=progress)
    progress.stage("publish", 1)
    origin = Origin(wish.model, wish.target, file_sha256(file), _options(wish), datetime.now(UTC))
    written, _folder, _report = publish(trained, origin, registry)
    return {"tenant": wish.tenant, "model": wish.model, "version": written.manifest.version}


def _options(wish: Wish) -> dict[str, JsonValue]:
    given: dict[str, JsonValue] = {"data": Path(wish.data).name, "target": wish.target, "positive": wish.positive}
    given |= {"id": wish.id_column, "time": wish.time_column, "drop": list(wish.dropped)}
    given |= {"rungs": wish.rungs if wish.rungs < len(LADDER) else 0}
    return {name: value for name, value in given.items() if value}


if __name__ == "__main__":
    folders = Path(sys.argv[1]), Path(sys.argv[2])
    sys.exit(run(lambda told, lines: carry_out(told, lines, *folders)))
