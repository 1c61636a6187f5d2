"""``python -m tests.fuzzing.described``: calls what the OpenAPI document describes, as schemathesis makes it up.

A server with an open HTTP port is called by each path that is described, but for those that start a process, wait, or
answer each of several by itself. Everything that it answers must be as the document says, and nothing that is not of
its schema may be taken. That what is of its schema may be refused all the same is no fault: that a rep exists no schema
says.

References
----------
https://schemathesis.readthedocs.io.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from tests.served import Served

LEFT_OUT = r"processes|[rR]uleSet|Process|:watch|:wait|WatchWorkItems|WaitOperation|:batch|/Batch|ScoreCustomers"
"""Paths of what starts a process for each readable call, or answers for ever; or answers each of several by itself, so
that what one of them is not is told within an answer.
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--examples", type=click.IntRange(1), default=40, show_default=True, help="Of each method, at most.")
@click.option("--seed", type=int, help="Repeats a run.")
def main(examples: int, seed: int | None) -> None:
    """Call what is described, and end as the calls end: with 1 where something was answered otherwise."""
    program = Path(sys.executable).parent / "schemathesis"
    if not program.exists():
        raise click.ClickException("schemathesis is not here: make fuzz installs it")
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "data", {"FAIRLEAD_HTTP": "127.0.0.1:0"})
        try:
            served.ready()
            (line,) = [line for line in served.log if "HTTP on " in line]
            address = line.partition("HTTP on ")[2].partition(";")[0]
            options = ["--phases", "fuzzing", "--max-examples", str(examples), "--workers", "2"]
            options += ["--exclude-checks", "positive_data_acceptance", "--exclude-path-regex", LEFT_OUT]
            options += ["--request-timeout", "60", *(["--seed", str(seed)] if seed is not None else [])]
            command = [str(program), "run", f"http://{address}/openapi.json", *options]
            ended = subprocess.run(command, cwd=folder).returncode
            faults = [line for line in served.log if " ERROR " in line]
        finally:
            served.close()
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(ended or bool(faults))


if __name__ == "__main__":
    main()
