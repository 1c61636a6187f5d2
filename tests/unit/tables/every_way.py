"""The ways in which a table gets in, and one direct reading of it, in terms that can be compared.

A way reads a file through its own entry and asks for the columns under kinds of its own; what it gets stands beside what
one direct reading by ``tables`` gets under the same kinds. What a way adds of its own (ids that come again, names that
are no ids) is counted apart.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from click import ClickException
from click.testing import CliRunner
from google.protobuf.struct_pb2 import ListValue

from failures import Failure
from fairlead.v1 import tables_pb2 as pb
from operations.rpc.tables import read_options, read_report
from resource_names import check_id
from router.cli.columns import by_name
from router.cli.lead_files import read_leads
from router.cli.workforce_files import REP_COLUMNS, read_reps, read_territories
from rules.fields import FieldType
from scoring.batch.adapters import sources
from scoring.cli.remember import opened
from scoring.model.schema import Feature, FeatureSchema
from tables.cli import inspect
from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.names import key_of
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport
from tables.words import entries, truth
from training.data.columns import Columns
from training.data.reading import read_table
from training.snapshots.definition import Definition
from training.snapshots.event_file import AS_NUMBER, read_event_file

Row = dict[str, Any]
Kinds = Mapping[str, ColumnKind | None]
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """What came of a reading: a refusal, or rows without what is missing, and the account."""

    refusal: str = ""
    rows: list[Row] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldCase:
    """A file, how it is to be read, and what its columns would be taken for; no columns if it cannot be opened."""

    file: Path
    options: ReadOptions
    kinds: Mapping[str, ColumnKind]

    @property
    def names(self) -> list[str]:
        """What its columns are called, at least two."""
        return [*self.kinds, "first", "second"] if len(self.kinds) < 2 else list(self.kinds)

    def meaning(self, **columns: str) -> ReadOptions:
        """Say of columns, named as in ``kinds``, what they mean."""
        origin = {meaning: column for column, meaning in self.options.columns.items()}
        said = {origin.get(column, column): meaning for meaning, column in columns.items()}
        return replace(self.options, columns={**self.options.columns, **said})


def field_case(file: Path, options: ReadOptions) -> FieldCase:
    """Look at a file."""
    try:
        table = open_table(file, options)
    except UnreadableTable:
        return FieldCase(file, options, {})
    return FieldCase(file, options, {options.columns.get(name, name): _kind(table, name) for name in table.names})


def _kind(table: Table, name: str) -> ColumnKind:
    try:
        (plan,) = table.survey({name: None}, {name: name}, whole=True).plans
    except UnreadableTable as refusal:
        return ColumnKind.DATE if "--date-format" in str(refusal) else ColumnKind.NUMBER
    return plan.form.kind


def directly(
    file: Path,
    options: ReadOptions,
    asked: Kinds,
    called: Mapping[str, str] | None = None,
    *,
    rejects_rows: bool = False,
) -> Outcome:
    """Read a file by ``tables`` alone; ``called`` says what the columns are to be found by, if not by their names."""
    try:
        table = open_table(file, options)
        names = {name: (called or {}).get(name, name) for name in asked}
        found = table.found(dict.fromkeys(names.values()))
        columns = {name: found[by] for name, by in names.items() if by in found}
        reading = table.survey(asked, columns, whole=True)
        reading.rejects_rows = rejects_rows
        return Outcome("", _rows(reading.read().to_pylist()), account_of(reading.report))
    except UnreadableTable as refusal:
        return Outcome(str(refusal))


def _rows(rows: Iterable[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def account_of(report: ReadReport) -> dict[str, Any]:
    """Return the account, whatever the order in which columns were asked for and where rows in error were written."""
    document = report.document()
    document["columns"] = sorted(document["columns"], key=lambda column: column["name"])
    return {name: value for name, value in document.items() if name != "rejected_to"}


def outcome(read: Callable[[], tuple[Iterable[Row], ReadReport]]) -> Outcome:
    """Turn what an entry returns or raises into an outcome."""
    try:
        rows, report = read()
        return Outcome("", _rows(rows), account_of(report))
    except Failure as refusal:
        return Outcome(str(refusal))
    except ClickException as refusal:
        return Outcome(refusal.message)


def differences(got: Outcome, expected: Outcome, own: int = 0) -> list[str]:
    """Say what a way got otherwise.

    Parameters
    ----------
    own
        Rows that it leaves out by rules of its own; what is said of them is not compared.
    """
    if got.refusal and expected.account.get("missing"):
        return [] if any(f"found {what}" in got.refusal for what in ("are", "no column")) else [got.refusal]
    if own and got.refusal:
        if not expected.refusal:
            return [] if "allowed: " in got.refusal or "rows are in error" in got.refusal else [got.refusal]
        return [line for line in expected.refusal.splitlines() if line not in got.refusal]
    if got.refusal or expected.refusal:
        return [] if got.refusal == expected.refusal else [f"{got.refusal!r} and not {expected.refusal!r}"]
    account = dict(expected.account)
    if own:
        account |= {"n_rows": account["n_rows"] - own, "n_rejected": account["n_rejected"] + own}
        account["rejected"] = got.account["rejected"]
    told = [f"{key}: {got.account[key]} and not {value}" for key, value in account.items() if got.account[key] != value]
    pairs = zip(got.rows, expected.rows, strict=False)
    otherwise = [f"{ours} and not {theirs}" for ours, theirs in pairs if repr(ours) != repr(theirs)]
    counts = [f"{len(got.rows)} rows and not {len(expected.rows)}"] if len(got.rows) != len(expected.rows) else []
    return [*told, *counts, *otherwise][:3]


# ---- the ways


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


_FIELDS = {
    ColumnKind.NUMBER: FieldType.NUMBER,
    ColumnKind.BOOL: FieldType.BOOL,
    ColumnKind.DATE: FieldType.DATE,
    ColumnKind.LIST: FieldType.LIST,
}
_OF_FIELDS = {field: kind for kind, field in _FIELDS.items()} | {FieldType.STRING: ColumnKind.TEXT}


def by_route(case: FieldCase, folder: Path) -> list[str]:
    """Leads of `fairlead route`: a row with a value that cannot be read is one in error."""
    first, *others = case.names
    fields = {name: _FIELDS.get(case.kinds[name], FieldType.STRING) for name in others if name in case.kinds}
    options = case.meaning(external_id=first)
    file = _copied(case.file, folder)

    def read() -> tuple[Iterable[Row], ReadReport]:
        leads = read_leads(file, fields, "csv", options)
        return [{"external_id": each.external_id, **_attributes(each)} for each in leads.items], leads.report

    asked = {"external_id": ColumnKind.ID, **{name: _OF_FIELDS[kind] for name, kind in fields.items()}}
    expected = directly(file, options, asked, rejects_rows=True)
    kept = _first_of_each(expected.rows)
    rows = [{name: _as_sent(value) for name, value in row.items()} for row in kept]
    return differences(_sorted(outcome(read)), _sorted(replace(expected, rows=rows)), len(expected.rows) - len(kept))


def _copied(file: Path, folder: Path) -> Path:
    """Copy a file to where rows in error may be written beside it."""
    return Path(shutil.copyfile(file, folder / file.name))


def _attributes(item: Any) -> Row:
    return {name: list(value) if isinstance(value, ListValue) else value for name, value in item.attributes.items()}


def _first_of_each(rows: Iterable[Row]) -> list[Row]:
    """Leave out leads without an id, and those whose id comes again with other content."""
    first: dict[str, Row] = {}
    return [row for row in rows if "external_id" in row and first.setdefault(row["external_id"], row) == row]


def _as_sent(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.date().isoformat() if value.time() == time() else value.isoformat().replace("+00:00", "Z")


def _sorted(outcome: Outcome) -> Outcome:
    return replace(outcome, rows=[dict(sorted(row.items())) for row in outcome.rows])


_REP_KINDS = {
    "id": ColumnKind.ID,
    "active": ColumnKind.BOOL,
    **dict.fromkeys(("weight", *(name for name in REP_COLUMNS if name.startswith("capacity_"))), ColumnKind.NUMBER),
    **dict.fromkeys(("regions", "industries", "skills", "languages"), ColumnKind.LIST),
}


def by_reps(case: FieldCase, folder: Path) -> list[str]:
    """Reps: all of them or none, and what has no meaning of its own is a number or a text."""
    first, *others = case.names
    options = case.meaning(id=first)
    known = {key_of(name): meaning for name, meaning in by_name(REP_COLUMNS).items()}
    called = {known.get(key_of(name), name): name for name in others if name in case.kinds}
    free = {meaning: case.kinds[name] for meaning, name in called.items() if meaning not in REP_COLUMNS}
    plain = {name: kind if kind is ColumnKind.NUMBER else ColumnKind.TEXT for name, kind in free.items()}
    asked = {"id": ColumnKind.ID, **{name: _REP_KINDS.get(name) or plain.get(name, ColumnKind.TEXT) for name in called}}
    strict = replace(options, allow_unreadable=1.0)
    expected = directly(case.file, strict, dict.fromkeys(free))
    if not expected.refusal:
        expected = directly(case.file, strict, asked, called, rejects_rows=True)

    def read() -> tuple[Iterable[Row], ReadReport]:
        found = read_reps(case.file, ["p"], options)
        assert found.report is not None
        return [{"id": rep.name, **_attributes(rep)} for rep in found.reps], found.report

    kept = {"id", "regions", "industries", "skills", "languages", *plain}
    rows = [{name: _free(value) for name, value in row.items() if name in kept} for row in expected.rows]
    whole = replace(expected, rows=rows, refusal=expected.refusal or _all_or_none(expected))
    return differences(_sorted(outcome(read)), _sorted(whole), _own_of_reps(expected.rows, asked))


def _all_or_none(expected: Outcome) -> str:
    places = [f"{expected.account['file']}:{each['line']}: {each['value']}" for each in expected.account["rejected"]]
    more = expected.account["n_rejected"] - len(places)
    return "\n".join(places + ([f"… and {more} more"] if more else []))


def _own_of_reps(rows: Sequence[Row], asked: Kinds) -> int:
    """Count the reps that are none for other reasons: by their ids, or figures out of their range."""
    ids = Counter(row.get("id") for row in rows)
    numbers = [name for name in asked if name == "weight" or name.startswith("capacity_")]
    return sum(
        ids[row.get("id")] > 1 or bool(check_id(row.get("id", ""))) or any(row.get(name, 1) % 1 for name in numbers)
        for row in rows
    )


def _free(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return truth(value)
    return listed if len(listed := entries(value)) > 1 else value


def by_territories(case: FieldCase, folder: Path) -> list[str]:
    """Territories: all of them or none; their account is part of no answer."""
    first = case.names[0]
    second = "region" if "region" in case.kinds else case.names[1]
    options = case.meaning(id=first, parent=second)
    asked = {"id": ColumnKind.ID, "parent": ColumnKind.ID}
    expected = directly(case.file, replace(options, allow_unreadable=1.0), asked, rejects_rows=True)
    wanted = {row.get("id", ""): row.get("parent", "") for row in expected.rows}

    def read() -> tuple[Iterable[Row], ReadReport]:
        parents = read_territories(case.file, options)
        return [{"id": name, "parent": parent} for name, parent in parents.items() if name in wanted], ReadReport("", "")

    n_own = len(expected.rows) - len(wanted) + sum(bool(check_id(name)) for name in (*wanted, *filter(None, wanted.values())))
    rows = [{"id": name, "parent": parent} for name, parent in sorted(wanted.items())]
    refusal = expected.refusal or (_all_or_none(expected) if expected.account else "")
    got = outcome(read)
    return differences(
        replace(got, rows=sorted(got.rows, key=lambda row: row["id"])), Outcome(refusal, rows), 0 if not n_own else -1
    )


def by_remember(case: FieldCase, folder: Path) -> list[str]:
    """Scores made elsewhere, for `fairlead remember`: a row that lacks the customer or the risk is one in error."""
    first, *others = case.names
    risk = next((name for name in others if case.kinds.get(name) is ColumnKind.NUMBER), others[0])
    options, file = case.meaning(customer=first, probability=risk), _copied(case.file, folder)
    asked = {"customer": ColumnKind.ID, "probability": ColumnKind.NUMBER}
    expected = directly(file, options, asked, rejects_rows=True)
    whole = [row for row in expected.rows if len(row) == len(asked)]

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


def by_rescore(case: FieldCase, folder: Path) -> list[str]:
    """`fairlead rescore`: read once for the account, then in pieces by what the plan says of the file."""
    first, *others = case.names
    types = {name: "number" if case.kinds.get(name) is ColumnKind.NUMBER else "category" for name in others}
    features = [Feature.model_validate({"name": name, "type": kind, "categories": ["a"] if kind == "category" else []}, strict=False) for name, kind in types.items()]
    schema = FeatureSchema(features=tuple(features), id_column=first)
    kinds = {name: ColumnKind.NUMBER if kind == "number" else ColumnKind.CATEGORY for name, kind in types.items()}

    def read() -> tuple[Iterable[Row], ReadReport]:
        reading = sources.opened(case.file, schema, first, case.options)
        sources.check(reading)
        shards = sources.shards_of(reading, 100)
        batches = [batch for shard in shards for batch in sources.read_batches(shard, reading.document())]
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
    told = _of_message(read_report(report.document()))
    account = {name: value for name, value in expected.account.items()}
    return differences(Outcome("", _rows(table.to_pylist()), told), replace(expected, account=account))


def _of_message(report: pb.ReadReport) -> dict[str, Any]:
    """Return a message as the account that it was made of."""
    columns = [
        {
            **{name: getattr(column, name) for name in ("name", "column", "form", "unreadable_share")},
            "n_values": column.value_count,
            "n_missing": column.missing_count,
            "n_unreadable": column.unreadable_count,
            "first": _place(column.first_unreadable) if column.HasField("first_unreadable") else None,
        }
        for column in report.columns
    ]
    return {
        **{name: getattr(report, name) for name in ("file", "format", "encoding", "delimiter", "sheet")},
        **{name: list(getattr(report, name)) for name in ("titles", "footers")},
        "n_rows": report.row_count,
        "columns": sorted(columns, key=lambda column: column["name"]),
        "ignored": list(report.ignored_columns),
        "missing": list(report.missing_columns),
        "n_blank": report.blank_row_count,
        "n_rejected": report.rejected_row_count,
        "rejected": [_place(place) for place in report.rejected_rows],
    }


def _place(place: pb.RowPlace) -> dict[str, Any]:
    return {"line": place.line, "value": place.text}


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
