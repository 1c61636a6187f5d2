"""``fairlead rules publish`` and ``rollback``: change what a running service decides by.

Exit codes: 0 done; 1 the rule set has errors, one of its tests fails, or the service refuses; 2 the file cannot be
read.
"""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import rules_pb2
from router.cli.problems import print_problems
from router.rules.check import check
from rules.limits import MAX_SOURCE_BYTES

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command("publish")
@click.argument("file", type=FILE)
@click.option("--note", default="", help="What changed, for the list of revisions.")
@server_option
@tenant_option
def publish_command(file: Path, note: str, server: str, tenant: str) -> None:
    """Publish FILE: from now on every decision is made by it, on every server.

    The service checks it and runs its tests first, and refuses it whole if anything is wrong. What is only worth a
    look is printed, as ``fairlead rules check`` does. - reads standard input.

    \b
      $ fairlead rules publish east.yaml --note "cars go to the car people"
      revision 4 is active: 12 rules
    """
    with connected(server, tenant) as client:
        source = _text(file)
        published = client.publish_rules(source, note=note)
    print_problems(file, check(source).problems)  # warnings: what has errors is not published
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


def _text(file: Path) -> str:
    with click.open_file(str(file), "rb") as stream:
        content: bytes = stream.read(MAX_SOURCE_BYTES + 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: byte {error.start} is not UTF-8") from error
