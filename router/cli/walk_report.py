"""How a walk went, in words or as JSON: that all was as expected, or the first row that was not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from fairlead.wording import counted
from router.cli.walk_files import Walk
from router.cli.walk_runner import WalkedRow
from router.cli.walk_seeing import instant_text


def report(file: Path, walk: Walk, rows: Sequence[WalkedRow], tenant: str = "", *, as_json: bool = False) -> None:
    """Print how a walk went; ``tenant`` is where it is kept, empty: nowhere."""
    checked, last = sum(len(row.seen) for row in rows), rows[-1]
    if as_json:
        counts = {"walk": walk.name, "tenant": tenant, "rows": len(walk.steps), "rows_run": len(rows)}
        failed = _failed(walk, last) if last.faults else None
        click.echo(json.dumps({**counts, "expectations": checked, "failed": failed}, ensure_ascii=False, indent=2))
        return
    kept = f"; it is in tenant {tenant}" if tenant else ""
    if not last.faults:
        click.echo(f"walk {walk.name}: {counted(len(rows), 'row')} run, {counted(checked, 'expectation')} checked, "
                   f"all as expected{kept}")  # fmt: skip
        return
    for fault in last.faults:
        at = f"row {last.number}, {instant_text(last.step.at_ms, walk.setup.tenant.time_zone)}"
        shows = f", {last.step.shows}" if last.step.shows else ""
        place = f"{file}:{last.step.line}: {at}{shows}"
        click.echo(f"{place}: {fault.what}: expected {_written(fault.expected)}, found {_written(fault.found)}")
    click.echo(
        f"walk {walk.name}: {len(rows)} of {counted(len(walk.steps), 'row')} run, "
        f"{counted(checked, 'expectation')} checked, {len(last.faults)} not as expected{kept}"
    )


def _failed(walk: Walk, row: WalkedRow) -> dict[str, Any]:
    at = instant_text(row.step.at_ms, walk.setup.tenant.time_zone)
    faults = [each._asdict() for each in row.faults]
    return {"row": row.number, "line": row.step.line, "at": at, "shows": row.step.shows, "faults": faults}


def _written(value: object) -> str:
    """Write what is expected or found, as walks do."""
    if isinstance(value, list | dict | bool):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value) or "nothing"
