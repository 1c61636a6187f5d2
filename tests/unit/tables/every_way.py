"""The ways in which a table gets in, beside what one direct reading by ``tables`` gets under the same kinds.

A way reads a file through its own entry and asks for the columns under kinds of its own. What it adds of its own (ids
that come again, names that are no ids) is counted apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from failures import Failure
from fairlead.v1 import tables_pb2 as pb
from operations.tables import read_options, report_message, report_of
from scoring.batch.adapters import sources
from scoring.cli.remember import opened
from scoring.model.schema import Feature, FeatureSchema, FeatureType
from tables.cli import inspect
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.report import ReadReport
from tests.unit.tables.outcomes import (
    FieldCase,
    Kinds,
    Outcome,
    Row,
    account_of,
    differences,
    directly,
    outcome,
    present,
)
from tests.unit.tables.routing_ways import by_reps, by_route, by_territories, copied
from training.data.columns import Columns
from training.data.reading import read_table
from training.snapshots.definition import Definition
from training.snapshots.event_file import AS_NUMBER, read_event_file

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def by_inspect(case: FieldCase, folder: Path) -> list[str]:
    """`fairlead inspect`, the command; it shows no values."""
    result = CliRunner().invoke(inspect, [str(case.file), "--json", *flags(case.options, folder)])
    expected = directly(case.file, case.options, dict.fromkeys(case.kinds))
    if result.exit_code == 2:
        return differences(Outcome(result.stderr.removeprefix("Error: ").rstrip("\n")), expected)
    told = json.loads(result.stdout)
    told["columns"] = sorted(told["columns"], key=lambda column: column["name"])
    got = Outcome("", expected.rows, {name: told[name] for name in expected.account or told})
    return differences(got, replace(expected, account=json.loads(json.dumps(expected.account))))


def flags(options: ReadOptions, folder: Path) -> list[str]:
    """Write options as a command takes them."""
    given = {f"--{name.replace('_', '-')}": str(value) for name, value in options.document().items()}
    if given.pop("--columns", None):
        (folder / "mapping.yaml").write_text(ReadOptions(columns=options.columns).to_yaml(), encoding="utf-8")
        given["--mapping"] = str(folder / "mapping.yaml")
    return [part for flag in given.items() for part in flag]


def by_remember(case: FieldCase, folder: Path) -> list[str]:
    """Scores made elsewhere, for `fairlead remember`: in error are rows without customer or risk, or with another."""
    first, *others = case.names
    risk = next((name for name in others if case.kinds.get(name) is ColumnKind.NUMBER), others[0])
    options, file = case.meaning(customer=first, probability=risk), copied(case.file, folder)
    asked = {"customer": ColumnKind.ID, "probability": ColumnKind.NUMBER}
    expected = directly(file, options, asked, rejects_rows=True)
    first_risks: dict[str, float] = {}
    whole = [
        row
        for row in expected.rows
        if len(row) == len(asked) and first_risks.setdefault(row["customer"], row["probability"]) == row["probability"]
    ]

    def read() -> tuple[Iterable[Row], ReadReport]:
        table = opened(file, options, LATER)
        rows = [{"customer": each.customer, "probability": each.churn_probability} for each in table.scores()]
        return rows, table.reading.report

    return differences(outcome(read), replace(expected, rows=whole), len(expected.rows) - len(whole))


def by_train(case: FieldCase, folder: Path) -> list[str]:
    """`fairlead train`: the target as texts, the id as one, and every other column as what it holds."""
    columns = Columns(target=case.names[-1], id=case.names[0])

    def read() -> tuple[Iterable[Row], ReadReport]:
        table, report = read_table(case.file, columns, case.options)
        return table.to_pylist(), report

    return differences(outcome(read), directly(case.file, case.options, _asked_by_train(case)))


def _asked_by_train(case: FieldCase) -> Kinds:
    ends = {case.names[0]: ColumnKind.ID, case.names[-1]: ColumnKind.TEXT}
    return {name: ends.get(name) for name in case.names}


_CATEGORIES: Mapping[str, tuple[str, ...]] = {"number": (), "category": ("a",)}


def by_rescore(case: FieldCase, folder: Path) -> list[str]:
    """`fairlead rescore`: read once for the account, then in pieces by what the plan says of the file."""
    first, *others = case.names
    types: dict[str, FeatureType] = {
        name: "number" if case.kinds.get(name) is ColumnKind.NUMBER else "category" for name in others
    }
    features = [Feature(name=name, type=kind, categories=_CATEGORIES[kind]) for name, kind in types.items()]
    schema = FeatureSchema(features=tuple(features), id_column=first)
    kinds = {name: ColumnKind.NUMBER if kind == "number" else ColumnKind.CATEGORY for name, kind in types.items()}

    def read() -> tuple[Iterable[Row], ReadReport]:
        reading = sources.opened(case.file, schema, first, case.options)
        sources.check(reading)
        shards = sources.shards_of(reading, 100)
        batches = [batch for shard in shards for batch, _ in sources.read_batches(shard, reading.document())]
        return [row for batch in batches for row in batch.to_pylist()], reading.report

    return differences(outcome(read), directly(case.file, case.options, {first: ColumnKind.ID, **kinds}))


def by_dataset(case: FieldCase, folder: Path) -> list[str]:
    """`fairlead dataset`: a log of events, if one column holds dates."""
    first, second, *_ = case.names
    occurred = next((name for name, kind in case.kinds.items() if kind is ColumnKind.DATE and name != first), second)
    others = [name for name in case.names if name not in (first, occurred)]
    definition = Definition.model_validate(
        {
            "name": "every way",
            "events": {"customer": first, "occurred": occurred},
            "moments": {"at": ["2024-06-01"]},
            "windows": {"prediction_days": 30},
            "label": {"name": "gone", "kind": "transactional"},
            "features": [
                {"name": "how often", "aggregation": "count"},
                *(
                    {"name": f"of column {place}", "aggregation": _AGGREGATION[case.kinds[name]], "of": name}
                    for place, name in enumerate(others)
                    if case.kinds.get(name) in _AGGREGATION
                ),
            ],
        }
    )  # fmt: skip
    numbers = [name for name in others if case.kinds.get(name) is ColumnKind.NUMBER]
    texts = [name for name in others if case.kinds.get(name) is ColumnKind.TEXT]
    asked = {
        first: ColumnKind.ID,
        occurred: ColumnKind.DATE,
        **dict.fromkeys(sorted(texts), ColumnKind.TEXT),
        **{AS_NUMBER + name: ColumnKind.NUMBER for name in sorted(numbers)},
    }

    def read() -> tuple[Iterable[Row], ReadReport]:
        table, report = read_event_file(case.file, definition, case.options)
        return table.to_pylist(), report

    expected = directly(case.file, case.options, asked, {AS_NUMBER + name: name for name in numbers})
    return differences(outcome(read), expected)


_AGGREGATION = {ColumnKind.NUMBER: "sum", ColumnKind.TEXT: "distinct"}


def by_operations(case: FieldCase, folder: Path) -> list[str]:
    """TrainModel and RescoreCustomers: the options come as a message, and so goes the account."""
    sent = pb.ReadOptions.FromString(pb.ReadOptions(**case.options.document()).SerializeToString())
    taken = read_options(sent)
    columns = Columns(target=case.names[-1], id=case.names[0])
    expected = directly(case.file, case.options, _asked_by_train(case))
    try:
        table, report = read_table(case.file, columns, taken)
    except Failure as refusal:
        return differences(Outcome(str(refusal)), expected)
    told = pb.ReadReport.FromString(report_message(report.document()).SerializeToString())
    return differences(Outcome("", present(table.to_pylist()), account_of(report_of(told))), expected)


WAYS: Mapping[str, Callable[[FieldCase, Path], list[str]]] = {
    "inspect": by_inspect,
    "route": by_route,
    "reps": by_reps,
    "territories": by_territories,
    "remember": by_remember,
    "train": by_train,
    "rescore": by_rescore,
    "dataset": by_dataset,
    "operations": by_operations,
}
"""Each returns what it got otherwise than a direct reading, at most a few of it."""
