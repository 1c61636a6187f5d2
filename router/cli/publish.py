"""``fairlead rules publish`` and ``rollback``: change what a running service decides by.

Exit codes: 0 done; 1 the rule set has errors, one of its tests fails, or the service refuses; 2 the file cannot be
read.
"""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import rules_pb2
from fairlead.wording import counted
from router.cli.problems import refuse_errors
from router.cli.sources import FILE, source_of, trial_problems


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
        refuse_errors(file, trial_problems(client.test_rules(source)))
        published = client.publish_rules(source, note=note, etag=etag)
    click.echo(f"revision {published.revision} is active: {counted(published.rule_count, 'rule')}")


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
    click.echo(f"revision {published.revision} is active: {_origin(published)}{counted(published.rule_count, 'rule')}")


def _origin(published: rules_pb2.RuleSet) -> str:
    return f"revision {published.rollback_of} again, " if published.rollback_of else ""
