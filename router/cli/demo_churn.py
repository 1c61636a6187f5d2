"""The demo's second act: learn who leaves, say it of three customers, and have the riskiest rescued."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
import grpc
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from fairlead.client import FairleadClient, FairleadError, work_item
from fairlead.v1 import scoring_pb2 as scoring
from router.cli.consoles import headline
from router.cli.words import owner_of
from router.wording.languages import Language
from tables.forms import ColumnKind
from tables.reading import open_table

CUSTOMERS = "telco_churn.csv"
_TARGET, _ID = "Churn", "customerID"
_RUNGS = 3
_LANGUAGES: tuple[Language, ...] = (Language.EN, Language.ZH, Language.EN)
_SCORED = 300
_RESCUED = 5
_PROMOTED_WITHIN_S = 300.0

Features = Mapping[str, str | float | None]
Scored = tuple[str, Features, float]


def show_churn(client: FairleadClient, customers: Path, models: Path, console: Console) -> None:
    """Train, promote, score and rescue.

    Parameters
    ----------
    models
        Folder that the service takes its models from.
    """
    headline(console, "Which customer is about to leave?")
    console.print(
        Text(f"Learning from 7,043 customers of a telephone company ({CUSTOMERS}) with the first {_RUNGS} of")
    )
    console.print(Text("7 candidates; `fairlead train` tries them all, which takes a minute.\n"))
    _train(customers, models, console)
    model = next(client.list_models("churn"))
    client.promote_model(model.name, "fairlead demo", reason="the first model")
    console.print(Text(f"\n{model.name} serves from now on."))
    ranked = sorted(_scored(client, customers), key=lambda scored: -scored[2])
    headline(console, f"Three of the first {len(ranked)} it learnt from, in words")
    for (customer, features, _), language in zip(_three(ranked), _LANGUAGES, strict=True):
        _tell(customer, client.score(customer, features, locale=language), console, language)
    headline(console, f"The {_RESCUED} riskiest are routed, to be rescued")
    _rescue(client, ranked[:_RESCUED], console)


def _train(customers: Path, models: Path, console: Console) -> None:
    """Run the real command, in a process of its own: the router knows nothing of training."""
    options = ["--data", customers, "--target", _TARGET, "--id", _ID, "--rungs", _RUNGS, "--out", models]
    command = [sys.executable, "-P", "-m", "service", "train", *map(str, options)]
    console.file.flush()
    environ = {**os.environ, "COLUMNS": str(console.width), "OMP_NUM_THREADS": "1"}
    if subprocess.run(command, env=environ, check=False).returncode:  # noqa: S603
        raise click.ClickException("the training failed")


def _scored(client: FairleadClient, customers: Path) -> list[Scored]:
    table = open_table(customers)
    columns = {name: None if name not in (_ID, _TARGET) else ColumnKind.ID for name in table.names}
    rows = [row for _, row in islice(table.survey(columns).rows(), _SCORED)]
    features = {row[_ID]: _features(row) for row in rows}
    _wait_for_model(client, *next(iter(features.items())))
    risks = {who: client.score(who, values, top=0).churn.probability for who, values in features.items()}
    return [(who, features[who], risk) for who, risk in risks.items()]


def _features(row: Mapping[str, Any]) -> Features:
    return {name: value for name, value in row.items() if name not in (_ID, _TARGET)}


def _wait_for_model(client: FairleadClient, customer: str, features: Features) -> None:
    """Wait until the service has taken the promotion up: a quarter of a second."""
    deadline = time.monotonic() + _PROMOTED_WITHIN_S
    while True:
        try:
            client.score(customer, features, top=0)
        except FairleadError as error:
            if error.code is not grpc.StatusCode.FAILED_PRECONDITION or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _three(ranked: Sequence[Scored]) -> tuple[Scored, Scored, Scored]:
    """Take the riskiest, one in ten from the top, and the safest."""
    return ranked[0], ranked[len(ranked) // 10], ranked[-1]


def _tell(customer: str, score: scoring.Score, console: Console, language: Language) -> None:
    risk, above = score.churn.probability, score.churn.percentile
    text = (
        f"risk of leaving {risk:.0%}, higher than {above:.0f} % of customers"
        if language == "en"
        else f"流失概率 {risk:.0%}，高于 {above:.0f}% 的客户"
    )
    console.print(Text.assemble((customer, "bold"), f"  {text}"))
    for reason in score.reasons:
        console.print(Padding(Text(reason.text, style="dim"), (0, 0, 0, 12)))


def _rescue(client: FairleadClient, riskiest: Sequence[Scored], console: Console) -> None:
    items = [
        work_item({"customer": who, "language": "en"}, kind="RESCUE", source="churn", external_id=who, value=1.0)
        for who, _, _ in riskiest
    ]
    for (who, _, risk), decision in zip(riskiest, client.route_many(items, full=True), strict=True):
        if isinstance(decision, FairleadError):
            raise decision
        console.print(Text.assemble((who, "bold"), f"  risk {risk:.0%}  → ", (owner_of(decision), "bold green")))
        console.print(Padding(Text(" ".join(decision.sentences), style="dim"), (0, 0, 0, 12)))
