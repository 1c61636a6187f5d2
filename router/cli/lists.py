"""What the commands that list have in common: options for what and how much, and the forms to show it in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fairlead.client import FairleadClient
from fairlead.commands import server_option, tenant_option
from fairlead.options import Decorator, language_option, together, utc_option
from fairlead.v1 import decisions_pb2 as decisions
from router.cli.clocks import Clock
from router.cli.consoles import console_for, names_of, pool_names_of, progress_bar
from router.cli.csv_files import CSV_FILE, csv_file, is_stdout, told_of
from router.cli.filters import period_options
from router.cli.labels import headings, label
from router.cli.whom import allowed, id_called
from router.cli.words import last
from router.wording.languages import Language

SHOWN = 50
HELP = {"help_option_names": ["-h", "--help"]}
KINDS = click.Choice(["lead", "customer", "ticket", "rescue"], case_sensitive=False)
_ENUMS = {"outcome", "cause", "kind", "state"}


@dataclass(frozen=True, slots=True)
class Names:
    """How to call reps and pools, by resource name, and instants; whoever may not list reps and pools is shown ids."""

    reps: Mapping[str, str]
    pools: Mapping[str, str]
    clock: Clock = Clock()  # noqa: RUF009 (it does not change)
    language: Language = Language.EN

    @classmethod
    def of(cls, client: FairleadClient, clock: Clock | None = None, language: str | None = None) -> Names:
        """Ask for all; without a clock, instants are in UTC, and without a language, headings in English."""
        reps, pools = allowed(lambda: names_of(client)), allowed(lambda: pool_names_of(client))
        return cls(reps, pools, clock or Clock(), Language(language or "en"))


WAITING = ("waits for", "offered to", "until")
"""Columns of a table that say what a work item waits for, or to whom it is offered, and until when."""
Cells = Mapping[str, Callable[[Any, Names], object]]
"""By heading, what stands below it for one message."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How messages of one kind are shown: what they are, in the plural; the columns of a table and of a CSV file.

    A table has those of ``WAITING`` only where something stands in them.
    """

    what: str
    table: Cells
    columns: Cells


def several(name: str, help_text: str, **options: Any) -> Decorator:
    """Add an option that says what one field may be."""
    return click.option(f"--{name}", name, multiple=True, help=f"{help_text}; repeatable.", **options)


_count_option = click.option("--count", type=click.IntRange(1), help=f"At most so many; a table: {SHOWN} by default.")
_csv_option = click.option(
    "--csv", "csv_to", type=CSV_FILE, help="Write all into this file, for Excel too; -: print them."
)
_lines_option = click.option("--json", "as_json", is_flag=True, help="Print all as JSON, one object a line.")


def listing_options(lines_option: Decorator = _lines_option) -> Decorator:
    """Add what commands share that list: how much, in which form and language, on whose clocks, and which service.

    Parameters
    ----------
    lines_option
        ``--json``, where a line is not one of what is listed.
    """
    forms = (_count_option, _csv_option, lines_option)
    return together(*forms, language_option, utc_option, server_option, tenant_option)


filtered_options = together(
    click.option("--filter", "given", default="", help="In the language of AIP-160, see above."),
    period_options,
    _count_option,
    _lines_option,
    _csv_option,
    click.option(
        "--language",
        type=click.Choice([each.value for each in Language]),
        help="Of headings, and of what is told [default: en].",
    ),
    utc_option,
    server_option,
    tenant_option,
)
"""What commands share that list what a filter lets through."""


def resolved(wanted: Mapping[str, tuple[str, ...]], names: Names, rep_field: str) -> dict[str, list[str]]:
    """Return what fields may be, as filters write it: ids for names, enums in capitals; say who is not there."""
    plain = {field: [value.upper() if field in _ENUMS else value for value in wanted[field]] for field in wanted}
    plain[rep_field] = [known_rep(each, names, f"--{rep_field}") for each in plain[rep_field]]
    plain["pool"] = [known_pool(each, names) for each in plain["pool"]]
    return plain


def known_rep(text: str, names: Names, option: str) -> str:
    """Return the id of the rep whom a text means; say so where nobody is called so now, which is no error here.

    Raises
    ------
    click.BadParameter
        If several are called so.
    """
    return _known(text, names.reps, "no rep now", option, names.language)


def known_pool(text: str, names: Names) -> str:
    """Return the id of the pool that a text means, as ``known_rep`` does."""
    return _known(text, names.pools, "no pool now", "--pool", names.language)


def _known(text: str, names: Mapping[str, str], missing: str, option: str, language: Language) -> str:
    found, present = id_called(text, names, option, language), {last(name) for name in names}
    if names and last(found) not in present:
        nearest = get_close_matches(found, [*present, *names.values()], n=1)
        behind = label("nearest", language, name=nearest[0]) if nearest else ""
        click.echo(label(missing, language, name=found) + behind, err=True)
    return found


def show(
    messages: Iterable[Any], listing: Listing, names: Names, count: int | None, as_json: bool,
    csv_to: Path | None,
) -> None:  # fmt: skip
    """Write messages into a file, or print them as JSON or as a table."""
    if csv_to and as_json:
        raise click.UsageError("--csv and --json: allowed is one of them")
    if csv_to:
        _write(islice(messages, count), listing, names, csv_to)
    elif as_json:
        for message in islice(messages, count):
            click.echo(json.dumps(MessageToDict(message, preserving_proto_field_name=True), ensure_ascii=False))
    else:
        _print(iter(messages), listing, names, count or SHOWN)


def _write(messages: Iterator[Any], listing: Listing, names: Names, file: Path) -> None:
    written, first = 0, list(islice(messages, 1))  # asked for before the file is opened: what is refused leaves none
    with csv_file(file, [*listing.columns]) as rows, progress_bar(Console(stderr=True)) as progress:
        following = progress.track(chain(first, messages), description=label(listing.what, names.language))
        for written, message in enumerate(following, start=1):  # noqa: B007
            rows.write([cell(message, names) for cell in listing.columns.values()])
    how_many = label(f"number of {listing.what}", names.language, count=written)
    click.echo(told_of(file, how_many, names.language), err=is_stdout(file))


def _print(messages: Iterator[Any], listing: Listing, names: Names, count: int) -> None:
    console = console_for(sys.stdout)
    rows = [
        {name: str(cell(message, names)) for name, cell in listing.table.items()} for message in islice(messages, count)
    ]
    shown = [name for name in listing.table if name not in WAITING or any(row[name] for row in rows)]
    title = names.clock.told(names.language)
    table = Table(
        *headings(shown, names.language), title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for row in rows:
        table.add_row(*(Text(row[name]) for name in shown))
    console.print(table if table.row_count else label(f"no {listing.what}", names.language))
    if table.row_count == count and next(messages, None) is not None:
        console.print(label("more", names.language, count="--count", file="--csv FILE"), style="dim")


def shown_time(instant: Timestamp, digits: str = "seconds") -> str:
    """Write an instant in UTC, as spreadsheets read it."""
    return instant.ToDatetime().isoformat(" ", digits)


def waits_for(decision: decisions.Decision) -> str:
    """Say what a decision's work item waits for: what kept everybody from having it; empty where it does not wait."""
    return decision.refusal_summary if decision.outcome == decisions.Decision.OUTCOME_WAITING else ""


def waits_until(decision: decisions.Decision, names: Names) -> str:
    """Say when somebody who can have it comes on duty; empty where it does not wait, or time alone brings nobody."""
    if not waits_for(decision) or not decision.HasField("expected_contact_time"):
        return ""
    return names.clock.shown(decision.expected_contact_time)


def enum_value(message: Any, field: str) -> str:
    """Return the value of an enum, without the prefix of all of them."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    return str(enum.values_by_number[getattr(message, field)].name.removeprefix(f"{enum.name.upper()}_"))
