"""``fairlead rules publish`` and ``rollback``: change what a running service decides by.

Exit codes: 0 done; 1 the rule set has errors, one of its tests fails, or the service refuses; 2 the file cannot be
read.
"""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import rules_pb2
from router.cli.failing import InputFailed
from router.cli.problems import print_problems
from rules.limits import MAX_SOURCE_BYTES
from rules.problems import Problem, Severity

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("publish")
@click.argument("file", type=FILE)
@click.option("--note", default="", help="What changed, for the list of revisions.")
@click.option(
    "--etag", default="", metavar="ETAG", help="Refuse unless this revision is the active one: see rules show."
)
@server_option
@tenant_option
def publish_command(file: Path, note: str, etag: str, server: str, tenant: str) -> None:
    """Publish FILE: from now on every decision is made by it, on every server.

    The service checks it and runs its tests first, and refuses it whole if anything is wrong. What is only worth a
    look is printed, as ``fairlead rules check --server`` does. - reads standard input.

    With --etag it is refused if somebody published in between; look at what they changed with fairlead rules diff.

    \b
      $ fairlead rules publish east.yaml --note "cars go to the car people"
      revision 4 is active: 12 rules
    """
    with connected(server, tenant) as client:
        source = source_of(file)
        published = client.publish_rules(source, note=note, etag=etag)
        warnings = problems_of(client, source)  # what has errors is not published
    print_problems(file, warnings)
    click.echo(f"revision {published.revision} is active: {published.rule_count} rules")


@click.command("rollback")
@click.option(
    "--to", "revision", type=click.IntRange(min=1), help="The revision to go back to; absent: the one before."
)
@server_option
@tenant_option
def rollback_command(revision: int | None, server: str, tenant: str) -> None:
    """Make an earlier revision hold again.

    History is kept: its source is published as a new revision.

    \b
      $ fairlead rules rollback
      revision 5 is active: revision 3 again, 11 rules
    """
    with connected(server, tenant) as client:
        published = client.rollback_rules(revision or 0)
    click.echo(f"revision {published.revision} is active: {_origin(published)}{published.rule_count} rules")


def _origin(published: rules_pb2.RuleSet) -> str:
    return f"revision {published.rollback_of} again, " if published.rollback_of else ""


def problems_of(client: FairleadClient, source: str) -> list[Problem]:
    """Return what the service says of a rule set: it knows the pools, territories, reps and their attributes."""
    severities = {rules_pb2.RuleSetProblem.SEVERITY_ERROR: Severity.ERROR}
    return [
        Problem(found.line, found.column, found.path, found.message, severities.get(found.severity, Severity.WARNING))
        for found in client.validate_rules(source)
    ]


def source_of(file: Path) -> str:
    """Read a rule set's text.

    Raises
    ------
    InputFailed
        If it cannot be read, or is no UTF-8.
    """
    try:
        with click.open_file(str(file), "rb") as stream:
            content: bytes = stream.read(MAX_SOURCE_BYTES + 1)
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFailed(f"{file}: byte {error.start} is not UTF-8") from error
