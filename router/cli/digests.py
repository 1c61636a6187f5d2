"""``fairlead digests``: which lists of what falls due reps were told of.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.commands import connected
from fairlead.v1 import deadlines_pb2 as deadlines
from router.cli.clocks import Clock
from router.cli.labels import label
from router.cli.lists import Cells, Listing, Names, known_rep, listing_options, show, shown_time
from router.cli.words import called, last

_SHOWN = 5


def _kind(digest: deadlines.Digest) -> str:
    return deadlines.Digest.Kind.Name(digest.kind).removeprefix("KIND_")


def _entry(entry: deadlines.DigestEntry, names: Names) -> str:
    what = entry.deadline or label("next date", names.language)
    return f"{last(entry.work_item)} {what} {names.clock.shown(entry.due_time)}"


def _entries(digest: deadlines.Digest, names: Names) -> str:
    """Say what stands in a list: the first of it, and how much more there is."""
    said = [_entry(entry, names) for entry in digest.entries[:_SHOWN]]
    if more := digest.total_entries - len(said):
        said.append(label("and more", names.language, count=more))
    return "; ".join(said)


def _told(digest: deadlines.Digest, names: Names) -> str:
    return ", ".join(called(rep, names.reps) for rep in digest.told) or label("told nobody", names.language)


COLUMNS: Cells = {
    "rep": lambda each, _: last(each.rep),
    "kind": lambda each, _: _kind(each),
    "due_time": lambda each, _: shown_time(each.due_time),
    "make_time": lambda each, _: shown_time(each.make_time),
    "total_entries": lambda each, _: each.total_entries,
    "entries": lambda each, _: " ".join(
        f"{last(entry.work_item)}/{entry.stage}/{entry.deadline}@{shown_time(entry.due_time)}" for entry in each.entries
    ),
    "told": lambda each, _: " ".join(map(last, each.told)),
    "on_leave": lambda each, _: " ".join(map(last, each.on_leave)),
    "inactive": lambda each, _: " ".join(map(last, each.inactive)),
}
_TABLE: Cells = {
    "list": lambda each, names: label(f"list {_kind(each)}", names.language),
    "rep": lambda each, names: called(each.rep, names.reps),
    "due": lambda each, names: names.clock.shown(each.due_time),
    "what": _entries,
    "told": _told,
}


@click.command()
@click.option("--rep", default="", help="Only those made for this rep, by id or display name.")
@click.option(
    "--all", "with_empty", is_flag=True, help="Those too in which nothing stood, and of which nobody was told."
)
@listing_options()
def digests(
    rep: str,
    with_empty: bool,
    count: int | None,
    csv_to: Path | None,
    as_json: bool,
    language: str,
    utc: bool,
    server: str,
    tenant: str,
) -> None:
    """Show which lists of what falls due reps were told of, the newest first.

    One as each working day begins, one before long holidays, and in the afternoon, for managers, what will be late.

    \b
      $ fairlead digests
      $ fairlead digests --rep li-na --language zh
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        found = client.list_digests(known_rep(rep, names, "--rep") if rep else "")
        told = (each for each in found if with_empty or each.total_entries)
        show(told, Listing("digests", _TABLE, COLUMNS), names, count, as_json, csv_to)
