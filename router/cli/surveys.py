"""``fairlead surveys``: which customers are to be asked, and have not answered yet.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.commands import connected
from fairlead.v1 import deadlines_pb2 as deadlines
from router.cli.clocks import Clock
from router.cli.filters import When, since_option
from router.cli.labels import label
from router.cli.lists import Cells, Listing, Names, listing_options, show, shown_time
from router.cli.periods import instant_asked
from router.cli.words import last


def _question(survey: deadlines.Survey) -> str:
    return deadlines.Survey.Question.Name(survey.question).removeprefix("QUESTION_")


COLUMNS: Cells = {
    "work_item": lambda each, _: last(each.work_item),
    "question": lambda each, _: _question(each),
    "customer": lambda each, _: each.customer,
    "customer_field": lambda each, _: each.customer_field,
    "ask_time": lambda each, _: shown_time(each.ask_time),
}
_TABLE: Cells = {
    "work item": COLUMNS["work_item"],
    "question": lambda each, names: label(f"question {_question(each)}", names.language),
    "customer": COLUMNS["customer"],
    "asked since": lambda each, names: names.clock.shown(each.ask_time),
}


@click.command()
@since_option
@listing_options()
def surveys(
    since: When | None,
    count: int | None,
    csv_to: Path | None,
    as_json: bool,
    language: str,
    utc: bool,
    server: str,
    tenant: str,
) -> None:
    """Show which customers are to be asked, and have not answered yet, the newest first.

    Processes say when: so long behind the end of a work item. Your CRM asks; what they answer goes to fairlead
    satisfaction.

    \b
      $ fairlead surveys
      $ fairlead surveys --since 7d --language zh
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        found = client.list_surveys(instant_asked(client, names.clock, since))
        show(found, Listing("surveys", _TABLE, COLUMNS), names, count, as_json, csv_to)
