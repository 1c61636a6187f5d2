"""``python -m training.rpc.child DATA MODELS``: the process that trains, see ``operations.child``.

DATA is the folder that training data is read from, MODELS the registry's. Ending it ends the training; a version
appears whole or not at all, and is named after all that went into it: made twice, it is one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from operations.child import Lines, run
from scoring.model.profit import ProfitAssumptions
from scoring.names import registry_of
from scoring.paths import inside
from tables.options import ReadOptions
from training import pipeline
from training.request import TrainRequest


def carry_out(arguments: dict[str, Any], progress: Lines, data: Path, models: Path) -> dict[str, Any]:
    """Train and publish; return which version was made, and the account of its table."""
    lists = {name: tuple(arguments.get(name, ())) for name in ("dropped", "negative")}
    reading, profit = ReadOptions(**arguments.get("reading", {})), ProfitAssumptions(**arguments.get("profit", {}))
    request = TrainRequest(**{**arguments, **lists, "reading": reading, "profit": profit})
    progress.stage("read", 1)
    file = inside(data, request.tenant, request.data, "data_path")  # a link may have changed since it was asked for
    registry = Path(registry_of(str(models), request.tenant))
    ready = pipeline.read(request, file)
    published = pipeline.train_and_publish(ready, registry, progress)
    version = published.artefact.manifest.version
    account = ready.report.document() | {"file": request.data}
    return {"tenant": request.tenant, "model": request.model, "version": version, "read": account}


if __name__ == "__main__":
    folders = Path(sys.argv[1]), Path(sys.argv[2])
    sys.exit(run(lambda arguments, lines: carry_out(arguments, lines, *folders)))
