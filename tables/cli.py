"""How commands take the options of a file, and say what was read; and ``fairlead inspect``, which says that alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from failures import Failure
from tables.options import ORDERS, ReadOptions, read_mapping
from tables.report import ReadReport

_OPTIONS = (
    click.option(
        "--encoding", default="", help="Of the text, e.g. cp1252 [default: UTF-8, or GB 18030 where it is sure]."
    ),
    click.option("--delimiter", default="", help="Between cells, e.g. ; or tab [default: what the lines tell]."),
    click.option("--decimal", type=click.Choice([".", ","]), help="Decimal sign [default: what each column tells]."),
    click.option(
        "--date-format", default="", help=f"{', '.join(ORDERS)} or e.g. %d.%m.%y [default: what each column tells]."
    ),
    click.option(
        "--timezone", default="", help="Of times that name none, e.g. Asia/Shanghai [default: UTC unless said above]."
    ),
    click.option("--sheet", default="", help="Of a workbook [default: the first visible one that holds anything]."),
    click.option(
        "--mapping",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File with these options and the names of columns: see inspect --save-mapping.",
    ),
    click.option(
        "--allow-unreadable",
        default="",
        metavar="SHARE",
        help="Share of a column, or of the rows, that may be left out as unreadable [default: 1%].",
    ),
)


def table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a file; the command is given them as ``reading``."""

    @wraps(command)
    def with_reading(**given: Any) -> Any:
        said = {
            name: given.pop(name) for name in ("encoding", "delimiter", "decimal", "date_format", "timezone", "sheet")
        }
        mapping, allow = given.pop("mapping"), given.pop("allow_unreadable")
        try:
            options = ReadOptions(**{name: value for name, value in said.items() if value}, **_allowed(allow))
            reading = options.over(read_mapping(mapping)) if mapping else options
        except Failure as error:
            raise click.UsageError(str(error)) from error
        return command(**given, reading=reading)

    for option in reversed(_OPTIONS):
        with_reading = option(with_reading)
    return with_reading


def _allowed(text: str) -> dict[str, Any]:
    """Read a share: ``5%`` or ``0.05``."""
    if not text:
        return {}
    number = text.strip().removesuffix("%").strip()
    try:
        share = float(number)
    except ValueError:
        raise click.BadParameter(
            f"{text!r}: must be a share such as 5% or 0.05", param_hint="--allow-unreadable"
        ) from None
    return {"allow_unreadable": share / 100 if text.strip().endswith("%") else share}


def say(report: ReadReport) -> None:
    """Print an account where it does not get in the way of what is printed: on standard error."""
    for line in report.lines():
        click.echo(line, err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@table_options
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option(
    "--save-mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write down how FILE is read, for next month's.",
)
def inspect(file: Path, reading: ReadOptions, as_json: bool, save_mapping: Path | None) -> None:
    """Say what FILE is taken for: encoding, columns, what could not be read; nothing is sent or written.

    \b
      $ fairlead inspect leads.csv
      $ fairlead inspect umsatz.csv --encoding cp1252 --decimal , --save-mapping umsatz.yaml
      $ fairlead rescore --data umsatz-mai.csv --mapping umsatz.yaml …

    Exit codes: 0 all of it can be read; 1 rows are in error, and left out; 2 it cannot be read as it is.
    """
    from tables.reading import open_table  # with it comes pyarrow, which commands that only take options do without

    try:
        table = open_table(file, reading)
        meanings = {column: meaning for meaning, column in table.found([]).items()}  # as the mapping says
        read = table.survey(dict.fromkeys(meanings.get(name, name) for name in table.names), whole=True)
        for _ in read.batches():
            pass
    except Failure as error:
        raise FileRefused(str(error)) from error
    if save_mapping is not None:
        save_mapping.write_text(reading.over(table.told()).to_yaml(), encoding="utf-8")
    click.echo(
        json.dumps(read.report.document(), ensure_ascii=False, indent=2) if as_json else "\n".join(_full(read.report))
    )
    raise SystemExit(1 if read.report.n_rejected else 0)


def _full(report: ReadReport) -> list[str]:
    columns = [f"  {column.column}: {column.form}, {column.n_missing:,} missing" for column in report.columns]
    first, *rest = report.lines()
    return [first, *columns, *rest]


class FileRefused(click.ClickException):
    """A file cannot be read as it is; exit code 2."""

    exit_code = 2
