"""The workforce as files that ``fairlead workforce load`` takes back: nothing would change.

Who is in which pool stands with the reps; with the pools where somebody's weight has steps. Whatever a cell would not
give back as it is, is written so that it does: a text in quotes, an attribute in the column ``attributes``, as JSON.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import Value

from fairlead.v1 import workforce_pb2 as workforce
from gateway.calls.masking import HIDDEN
from router.cli import cap_cells, dispatch_cells, member_cells
from router.cli.absence_cells import cell_of
from router.cli.columns import by_name
from router.cli.failing import InputFailed
from router.cli.quoted import is_formula, quoted
from router.cli.workforce_files import REP_COLUMNS, read_reps
from router.model.workitem import Kind as WorkItemKind
from tables.names import key_of
from tables.options import ReadOptions

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class ExportedWorkforce:
    """Everybody and everything there is."""

    reps: Sequence[workforce.Rep]
    pools: Sequence[workforce.Pool]
    territories: Sequence[workforce.Territory]

    def tables(self) -> dict[str, Rows]:
        """Return the rows of each file by its name, a header first; files that would be empty are left out.

        Raises
        ------
        InputFailed
            If values are hidden from whoever exports: loading the files would write what stands for them.
        """
        if hidden := sorted(set(self._hidden())):
            who = f"{', '.join(hidden)}: hidden from your roles, and loading the files would write {HIDDEN} over it"
            raise InputFailed(f"{who}; allowed: an export by somebody who sees it")
        tables = {
            "territories.csv": _of_territories(self.territories),
            "reps.csv": _of_reps(self.reps, None if _have_steps(self.pools) else self.pools),
            "pools.csv": _of_pools(self.pools),
        }
        return {name: rows for name, rows in tables.items() if len(rows) > 1}

    def _hidden(self) -> Iterator[str]:
        """Yield the names of fields that hold what stands for a hidden value."""
        for records in (self.reps, self.pools, self.territories):
            yield from ("display_name" for record in records if record.display_name == HIDDEN)
        for rep in self.reps:
            yield from (name for name, value in rep.attributes.fields.items() if value.string_value == HIDDEN)


def write(file: Path, rows: Rows) -> None:
    """Write a table as CSV, with a byte order mark: Excel then reads Chinese."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)


def _of_territories(territories: Iterable[workforce.Territory]) -> Rows:
    rows = [[quoted(_id(each.name)), quoted(_id(each.parent)), quoted(each.display_name)] for each in territories]
    return [["id", "parent", "name"], *rows]


def _of_pools(pools: Iterable[workforce.Pool]) -> Rows:
    pools = list(pools)
    with_hours = any(pool.calendar or pool.managers or pool.HasField("leave_buffer_duration") for pool in pools)
    are_handed_out = any(pool.HasField("dispatch") for pool in pools)
    is_credited = any(pool.HasField("absence_policy") for pool in pools)
    with_members, are_capped = _have_steps(pools), any(pool.caps for pool in pools)
    rows = [
        [
            *(quoted(_id(pool.name)), quoted(pool.display_name), _number(pool.band), _truth(pool.value_weighted)),
            *(_hours_of(pool) if with_hours else ()),
            *([cell_of(pool.absence_policy)] if is_credited else ()),
            *([dispatch_cells.cell_of(pool.dispatch)] if are_handed_out else ()),
            *([quoted(member_cells.cell_of(pool.members, _number))] if with_members else ()),
            *([quoted(cap_cells.cell_of(pool.caps))] if are_capped else ()),
        ]
        for pool in pools
    ]
    more = [
        *(("calendar", "managers", "leave_buffer_hours") if with_hours else ()),
        *(("absence_policy",) if is_credited else ()),
        *(("dispatch",) if are_handed_out else ()),
        *(("members",) if with_members else ()),
        *(("caps",) if are_capped else ()),
    ]
    return [["id", "name", "band", "value_weighted", *more], *rows]


def _hours_of(pool: workforce.Pool) -> list[str]:
    managers = ";".join(_id(manager) for manager in pool.managers)
    buffer_hours = pool.leave_buffer_duration.ToMilliseconds() / 3_600_000
    return [quoted(_id(pool.calendar)), quoted(managers), _number(buffer_hours)]


def _have_steps(pools: Iterable[workforce.Pool]) -> bool:
    return any(member.weight_steps for pool in pools for member in pool.members)


def _of_reps(reps: Sequence[workforce.Rep], pools: Iterable[workforce.Pool] | None) -> Rows:
    """Return the rows of reps; with their pools, unless their members stand elsewhere."""
    memberships = _memberships(pools or ())
    kinds = [kind for kind in WorkItemKind if any(kind in rep.capacity for rep in reps)]
    names = dict.fromkeys(name for rep in reps for name in sorted(rep.attributes))
    plain = [name for name in names if _comes_back(name, [rep.attributes.fields.get(name) for rep in reps])]
    odd = [name for name in names if name not in plain]
    named = [field for field in ("calendar", "manager") if any(getattr(rep, field) for rep in reps)]
    are_capped, have_channels = any(rep.caps for rep in reps), any(rep.channels for rep in reps)
    rows = [
        [
            quoted(_id(rep.name)),
            quoted(rep.display_name),
            _truth(rep.active),
            *(quoted(_id(getattr(rep, field))) for field in named),
            *([quoted(";".join(map(_id, rep.channels)))] if have_channels else []),
            *(_cell(rep.attributes.fields.get(name)) for name in plain),
            *(str(rep.capacity[kind]) if kind in rep.capacity else "" for kind in kinds),
            *([quoted(cap_cells.cell_of(rep.caps))] if are_capped else []),
            *([_json(rep, odd)] if odd else []),
            *([";".join(memberships.get(rep.name, ()))] if pools is not None else []),
        ]
        for rep in reps
    ]
    capacities = [f"capacity_{kind}" for kind in kinds]
    more = [
        name for name, is_there in (("caps", are_capped), ("attributes", odd), ("pools", pools is not None)) if is_there
    ]
    named += ["channels"] if have_channels else []
    return [["id", "name", "active", *named, *plain, *capacities, *more], *rows]


def _memberships(pools: Iterable[workforce.Pool]) -> dict[str, list[str]]:
    """Return ``pool:weight`` of each rep."""
    memberships: dict[str, list[str]] = {}
    for pool in pools:
        for member in pool.members:
            memberships.setdefault(member.rep, []).append(f"{_id(pool.name)}:{_number(member.weight)}")
    return memberships


def _comes_back(name: str, values: Sequence[Value | None]) -> bool:
    """Tell whether a column of these values would be read as what they are, and calculated by no spreadsheet."""
    known = {key_of(other) for other in by_name(REP_COLUMNS) if other not in _LISTED}
    cells = [_cell(value) for value in values]
    if not name.isprintable() or key_of(name) in known or any(map(is_formula, [name, *_texts(values)])):
        return False
    with tempfile.TemporaryDirectory(prefix="fairlead-") as folder:
        file = Path(folder) / "column.csv"
        write(file, [["id", name], *([f"r{place}", cell] for place, cell in enumerate(cells))])
        try:
            read = read_reps(file, None, ReadOptions())
        except InputFailed:
            return False
    return [rep.attributes.fields.get(name) for rep in read.reps] == list(values)


_LISTED = ("regions", "industries", "skills", "languages")
"""Attributes that have a column of their own name, as all others have."""


def _texts(values: Iterable[Value | None]) -> Iterator[str]:
    return (cell for value in values if value and value.WhichOneof("kind") != "number_value" and (cell := _cell(value)))


def _json(rep: workforce.Rep, names: Iterable[str]) -> str:
    written = {name: _plain(rep.attributes.fields[name]) for name in names if name in rep.attributes}
    return json.dumps(written, ensure_ascii=False) if written else ""


def _plain(value: Value) -> Any:
    if value.WhichOneof("kind") == "list_value":
        return [entry.string_value for entry in value.list_value.values]
    return getattr(value, value.WhichOneof("kind") or "null_value")


def _cell(value: Value | None) -> str:
    if value is None:
        return ""
    plain = _plain(value)
    if isinstance(plain, bool):
        return _truth(plain)
    if isinstance(plain, list):
        return ";".join(plain)
    return _number(plain) if isinstance(plain, float) else str(plain)


def _truth(value: bool) -> str:
    return str(value).lower()


def _number(number: float) -> str:
    """Write a number so that nobody takes its point for one between thousands.

    Examples
    --------
    >>> _number(2.0), _number(2.125), _number(1e15), _number(-0.5)
    ('2', '2.1250', '1000000000000000', '-0.5')
    """
    text = str(int(number)) if number == int(number) else format(Decimal(repr(number)), "f")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _id(name: str) -> str:
    return name.rpartition("/")[2]


def listed(records: ExportedWorkforce) -> Mapping[str, Rows]:
    """Return what a person wants to see of each kind, a header first."""
    memberships = _memberships(records.pools)
    return {
        "reps": [
            ["rep", "name", "active", "pools", "capacity", "calendar", "manager", "channels", "caps", "attributes"],
            *(
                [
                    _id(rep.name),
                    rep.display_name,
                    "yes" if rep.active else "no",
                    " ".join(memberships.get(rep.name, ())),
                    " ".join(f"{kind}:{units}" for kind, units in sorted(rep.capacity.items())),
                    *(
                        _id(rep.calendar),
                        _id(rep.manager),
                        " ".join(map(_id, rep.channels)),
                        cap_cells.cell_of(rep.caps),
                    ),
                    " ".join(f"{name}={_cell(rep.attributes.fields[name])}" for name in sorted(rep.attributes)),
                ]
                for rep in records.reps
            ),
        ],
        "pools": [
            ["pool", "name", "members", "weights", "band", "charges", "calendar", "managers", "leave", "caps"],
            *(
                [
                    _id(pool.name),
                    pool.display_name,
                    str(len(pool.members)),
                    f"{sum(member.weight for member in pool.members):,.15g}",
                    f"{pool.band:,.15g}",
                    "value" if pool.value_weighted else "1 each",
                    *(_id(pool.calendar), " ".join(map(_id, pool.managers))),
                    *(cell_of(pool.absence_policy), cap_cells.cell_of(pool.caps)),
                ]
                for pool in records.pools
            ),
        ],
        "territories": [
            ["territory", "in", "name"],
            *([_id(each.name), _id(each.parent), each.display_name] for each in records.territories),
        ],
    }
