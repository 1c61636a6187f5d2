"""``fairlead reopen``: a closed work item, back where it was, or where the rules lead it.

Exit codes: 0 done, whoever got it; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from router.cli.labels import label
from router.cli.words import last
from router.wording.languages import Language


@click.command()
@click.argument("work_item")
@click.option("--reason", default="", help="Why, for the record; up to 512 characters.")
@click.option("--dry-run", is_flag=True, help="Decide and say who would get it; write nothing.")
@language_option
@server_option
@tenant_option
def reopen(work_item: str, reason: str, dry_run: bool, language: str, server: str, tenant: str) -> None:
    """Reopen WORK_ITEM, which is closed: its name, or its id, as source~external_id.

    Its former owner has it again where they are active and there within two hours; else the rules and the ledger
    choose. Nobody's deficit moves. `fairlead tenant set --reopen-days` says for how long after it was closed it may be.

    \b
      $ fairlead reopen crm~L-017 --reason "called again"
      crm~L-017: Reopened (called again): Li Na.
    """
    with connected(server, tenant) as client:
        decision = client.reopen(work_item, reason, preview=dry_run, language=language)
    written = label("only tried", Language(language)) if dry_run else ""
    what = f"{decision.explanation}{written}"
    click.echo(label("of item", Language(language), item=last(decision.work_item), what=what))
