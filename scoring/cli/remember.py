"""``fairlead remember``: hand the results of ``fairlead rescore`` to a service, for rules that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import pyarrow as pa

from fairlead.access import Access
from fairlead.client import FairleadClient, FairleadError
from fairlead.retries import Retries
from fairlead.v1 import scoring_pb2 as pb
from scoring.batch.adapters.shards import METADATA, PROBABILITY, ROW
from scoring.cli.failing import failures_in_words
from scoring.errors import InvalidInput
from tables.forms import ColumnKind
from tables.parquet import ParquetFile
from tables.reading import open_table

_PATIENCE_S = 5.0


@click.command()
@click.argument("scores", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--server", default="127.0.0.1:50051", show_default=True, metavar="HOST:PORT")
@click.option("--tenant", default="default", show_default=True, help="Whose customers.")
@click.option("--token", envvar="FAIRLEAD_TOKEN", default="", help="Bearer token.  [FAIRLEAD_TOKEN]")
@click.option(
    "--tls-ca", envvar="FAIRLEAD_TLS_CA", default="", metavar="FILE", help="Use TLS; who may sign, or system."
)
@click.option("--certificate", envvar="FAIRLEAD_CLIENT_CERT", default="", metavar="FILE", help="Yours, for mutual TLS.")
@click.option("--key", envvar="FAIRLEAD_CLIENT_KEY", default="", metavar="FILE", help="Yours, for mutual TLS.")
@failures_in_words
def remember(scores: Path, server: str, tenant: str, token: str, tls_ca: str, certificate: str, key: str) -> None:
    """Let rules know the risks in SCORES, the output folder of `fairlead rescore`.

    What is known of a later instant stays, so it may be repeated.
    """
    files = sorted(scores.glob("*.parquet"))
    if not files:
        raise InvalidInput.of("SCORES", f"{scores} holds no .parquet file: give the --out of `fairlead rescore`")
    access = Access(token, tls_ca, certificate, key)
    try:
        with FairleadClient(server, tenant, access=access, retries=Retries(patience_s=_PATIENCE_S)) as client:
            count = client.remember_scores(score for file in files for score in scores_in(file))
    except (FairleadError, ValueError, OSError) as error:
        raise click.ClickException(f"{server}: {error}") from error
    click.echo(f"{count:,} customers are known to {server}, tenant {tenant}")


def scores_in(file: Path) -> Iterator[pb.RememberedScore]:
    """Yield the scores of one file of results.

    Raises
    ------
    InvalidInput
        If it is none, or its rows have no customers.
    """
    table = open_table(file)
    customer, as_of = _read_head(file, table.source)
    for rows in table.survey({customer: ColumnKind.ID, PROBABILITY: ColumnKind.NUMBER}).batches():
        ids, risks = (column.to_pylist() for column in rows.columns)
        for who, risk in zip(ids, risks, strict=True):
            score = pb.RememberedScore(customer=who, churn_probability=risk)
            score.as_of_time.FromDatetime(as_of)
            yield score


def _read_head(file: Path, source: object) -> tuple[str, datetime]:
    """Return the column of the customers and the instant."""
    schema = source.schema if isinstance(source, ParquetFile) else pa.schema([])
    as_of = (schema.metadata or {}).get(METADATA["as_of"].encode())
    if as_of is None or PROBABILITY not in schema.names:
        raise InvalidInput.of(str(file), "is no result of `fairlead rescore`")
    if schema.names[0] == ROW:
        raise InvalidInput.of(str(file), "numbers its rows: rescore with --id, the customers' column")
    return schema.names[0], datetime.fromisoformat(as_of.decode())
