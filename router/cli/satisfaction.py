"""``fairlead satisfaction``: what a customer answered when they were asked.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from fairlead.v1 import routing_pb2 as routing
from router.cli.labels import label
from router.cli.words import last
from router.wording.deadlines import satisfaction as told
from router.wording.languages import Language


@click.command()
@click.argument("work_item")
@click.option("--csat", type=click.IntRange(1, 5), help="How satisfied they are with how it went: 1, not at all, to 5.")
@click.option("--nps", type=click.IntRange(0, 10), help="How likely they would recommend us: 0, not at all, to 10.")
@click.option("--comment", default="", help="What they said with it.")
@click.option("--dry-run", is_flag=True, help="Say what would be; write nothing.")
@language_option
@server_option
@tenant_option
def satisfaction(
    work_item: str,
    csat: int | None,
    nps: int | None,
    comment: str,
    dry_run: bool,
    language: str,
    server: str,
    tenant: str,
) -> None:
    """Record what the customer of WORK_ITEM answered: its name, or its id, as source~external_id.

    CSAT is asked once of a ticket, when it is closed; NPS of a customer, at most once in 90 days, and not while a
    complaint of theirs is open. What was answered nevertheless is refused, and why is said. What follows from a bad
    answer the process of the work item says.

    \b
      $ fairlead satisfaction crm~T-1 --csat 2 --comment "it still leaks"
      crm~T-1: Satisfaction: 2 of 5 (it still leaks).
    """
    if (csat is None) is (nps is None):
        raise click.UsageError("say one of --csat and --nps")
    with connected(server, tenant) as client:
        item = client.record_satisfaction(work_item, csat=csat, nps=nps, comment=comment, preview=dry_run)
    answer = routing.SatisfactionAnswer(csat=csat, nps=nps, comment=comment)
    spoken = Language(language)
    click.echo(label("of item", spoken, item=last(item.name), what=told(answer, spoken, last)))
