"""``fairlead remember``: hand the results of ``fairlead rescore`` to a service, for rules that ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from fairlead.access import Access
from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import address_option
from fairlead.retries import Retries
from fairlead.v1 import scoring_pb2 as pb
from fairlead.wording import counted
from scoring.batch.adapters.shards import METADATA, PROBABILITY, ROW
from scoring.cli.failing import failures_in_words
from scoring.errors import InvalidInput
from tables.cli import say, table_options
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.parquet import ParquetFile
from tables.reading import Reading, open_table
from tables.repeats import repeated

CUSTOMER = "customer"
"""The column of the customers where a table is no result of ours; there, it is the first."""
_PATIENCE_S = 5.0


@click.command()
@click.argument("scores", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--as-of",
    type=click.DateTime(),
    help="UTC instant of the scores [default: what results of `fairlead rescore` say].",
)
@address_option
@click.option("--tenant", default="default", show_default=True, help="Whose customers.")
@click.option("--token", envvar="FAIRLEAD_TOKEN", default="", help="Bearer token.  [FAIRLEAD_TOKEN]")
@click.option(
    "--tls-ca", envvar="FAIRLEAD_TLS_CA", default="", metavar="FILE", help="Use TLS; who may sign, or system."
)
@click.option("--certificate", envvar="FAIRLEAD_CLIENT_CERT", default="", metavar="FILE", help="Yours, for mutual TLS.")
@click.option("--key", envvar="FAIRLEAD_CLIENT_KEY", default="", metavar="FILE", help="Yours, for mutual TLS.")
@table_options
@failures_in_words
def remember(
    scores: Path,
    as_of: datetime | None,
    server: str,
    tenant: str,
    token: str,
    tls_ca: str,
    certificate: str,
    key: str,
    reading: ReadOptions,
) -> None:
    """Let rules know the risks in SCORES: the output folder of `fairlead rescore`, or a table of scores made elsewhere.

    Such a table has the columns customer and probability, or a mapping that says which these are. What is known
    of a later instant stays, so it may be repeated.
    """
    files = [scores] if scores.is_file() else sorted(scores.glob("*.parquet"))
    if not files:
        raise InvalidInput.of("SCORES", f"{scores} holds no .parquet file: give the --out of `fairlead rescore`")
    instant = as_of.replace(tzinfo=UTC) if as_of else None
    tables = [opened(file, reading, instant) for file in files]
    access = Access(token, tls_ca, certificate, key)
    try:
        with FairleadClient(server, tenant, access=access, retries=Retries(patience_s=_PATIENCE_S)) as client:
            count = client.remember_scores(score for table in tables for score in table.scores())
    except (FairleadError, ValueError, OSError) as error:
        raise click.ClickException(f"{server}: {error}") from error
    reports = [table.reading.report for table in tables]
    for report in reports if scores.is_file() else []:
        say(report)
    click.echo(f"{counted(count, 'customer')} {'is' if count == 1 else 'are'} known to {server}, tenant {tenant}")
    if any(report.n_rejected for report in reports):
        raise SystemExit(1)


@dataclass(frozen=True)
class ScoresFile:
    """A table of scores, the instant that they were made at, and the customers who stand in more than one row."""

    reading: Reading
    as_of: datetime
    repeated: Collection[str] = ()

    def scores(self) -> Iterator[pb.RememberedScore]:
        """Yield the scores; a row is one in error that lacks the customer or the risk, or holds another than before.

        Raises
        ------
        InvalidInput
            At the end, if more than is allowed could not be read.
        """
        known: dict[str, float] = {}
        for rows in self.reading.batches():
            ids, risks = (column.to_pylist() for column in rows.columns)
            for record, who, risk in zip(self.reading.records, ids, risks, strict=True):
                if who is None or risk is None:
                    lacking = CUSTOMER if who is None else PROBABILITY
                    self.reading.reject(int(record), f"found no {lacking}; allowed: both in every row")
                    continue
                if who in self.repeated and known.setdefault(who, risk) != risk:
                    self.reading.reject(int(record), f"found {who!r} again, with another {PROBABILITY}")
                    continue
                score = pb.RememberedScore(customer=who, churn_probability=risk)
                score.as_of_time.FromDatetime(self.as_of)
                yield score


def opened(file: Path, options: ReadOptions, as_of: datetime | None = None) -> ScoresFile:
    """Open a file of results, or another table with the columns ``customer`` and ``probability``.

    Parameters
    ----------
    as_of
        When the scores were made, for a file that does not say it.

    Raises
    ------
    InvalidInput
        If it is none, its rows have no customers, or nobody says when the scores were made.
    """
    table = open_table(file, options)
    metadata = (table.source.schema.metadata or {}) if isinstance(table.source, ParquetFile) else {}
    said = metadata.get(METADATA["as_of"].encode())
    if said is not None and table.names[0] == ROW:
        raise InvalidInput.of(str(file), "numbers its rows: rescore with --id, the customers' column")
    columns = table.found([CUSTOMER, PROBABILITY])
    if said is not None:
        columns.setdefault(CUSTOMER, table.names[0])
    if absent := [name for name in (CUSTOMER, PROBABILITY) if name not in columns]:
        raise InvalidInput.of(
            str(file), f"is no result of `fairlead rescore`: found no column {absent[0]}; a mapping may name it"
        )
    instant = datetime.fromisoformat(said.decode()) if said is not None else as_of
    if instant is None:
        raise InvalidInput.of(str(file), "does not say when its scores were made: give --as-of")
    reading = table.survey({CUSTOMER: ColumnKind.ID, PROBABILITY: ColumnKind.NUMBER}, columns)
    reading.rejects_rows, reading.rejects_to = True, file
    ids = table.survey({CUSTOMER: ColumnKind.ID}, columns)
    return ScoresFile(reading, instant, repeated(lambda: (rows.column(0) for rows in ids.batches(check=False))))
