"""``python -m scoring.batch.adapters.rescore_child DATA OUT REGISTRY``: rescores, see ``operations.child``.

DATA is the folder that tables are read from, OUT the one that results go below, REGISTRY where everybody's models
stand. Ending it leaves a run that another goes on with. It works inside DATA, so that nothing it says or writes down
names more than is below it, and a worker elsewhere, where the folder has another name, finds the same.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from operations.child import Lines, run
from scoring.batch.adapters import executors as crews
from scoring.batch.adapters import runs, sources
from scoring.names import registry_of, version_of
from scoring.paths import home_of, inside
from scoring.services import registries
from tables.options import ReadOptions

MOST_ACCOUNTS = 100
"""Of tables that were read, in an answer."""


def carry_out(arguments: dict[str, Any], progress: Lines, data: Path, out: Path, models: str) -> dict[str, Any]:
    """Score what is not scored yet; return the counts and the accounts of what was read."""
    progress.stage("read", 1)
    tenant: str = arguments["tenant"]
    owner, model, version = version_of(arguments["version"], "model_version")
    inside(data, tenant, arguments["data"], "data_path")
    results = inside(out, tenant, arguments["out"], "out_path")
    os.chdir(home_of(data, tenant))
    for source in sources.find_sources(Path(arguments["data"])):
        inside(data, tenant, str(source), "data_path")  # a link in a folder may lead outside
    as_of = datetime.fromisoformat(arguments["as_of"])
    wanted = runs.RescoreRequest(
        Path(arguments["data"]),
        results,
        arguments["id_column"],
        as_of,
        arguments["shard_rows"],
        ReadOptions(**arguments.get("reading", {})),
        arguments.get("reasons", 0),
        arguments.get("locale", "en"),
        arguments.get("allow_missing_columns", False),
    )
    artefact = registries(models)(owner).load(model, version)
    taken_up = runs.take_up(wanted, registry_of(models, owner), model, artefact)
    n_rows = taken_up.plan.n_rows
    progress.stage("rescore", n_rows, n_rows - taken_up.left_rows)
    for rows in crews.run_here(taken_up.job, taken_up.left, processes=1):
        progress.advance(rows)
    repeated = taken_up.repeated_ids
    for column in (column for account in taken_up.accounts for column in account.columns if repeated):
        column.notes += [repeated] if column.name == taken_up.job.id_column else []
    accounts = [account.document() for account in taken_up.accounts[:MOST_ACCOUNTS]]
    found = {"customers": taken_up.n_customers, "at_risk": taken_up.n_at_risk, "files": len(taken_up.plan.shards)}
    return {**arguments, **found, "threshold": artefact.thresholds.at_risk, "read": accounts}


if __name__ == "__main__":
    data_folder, out_folder, where = sys.argv[1:]
    folders = Path(data_folder), Path(out_folder)
    sys.exit(run(lambda told, lines: carry_out(told, lines, *folders, where)))
