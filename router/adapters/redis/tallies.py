"""Reading what is counted: ledgers, open units, and what caps count, as ``scripts/`` write it."""

from __future__ import annotations

from collections.abc import Mapping

import msgpack

from router.model.records import Counted, CreditState, LedgerState
from router.model.workitem import Kind

_WORKED = b"|worked"
"""Behind a field of the loads: how much of it was worked on."""
_OFFERS = b"|offers"
"""Behind a rep in the loads: the offers that they have open."""


def ledger_state(fields: Mapping[bytes, bytes]) -> LedgerState:
    """Read a pool's ledger."""
    text = {name.decode(): value for name, value in fields.items()}
    return LedgerState(
        deficits={name[2:]: int(value) for name, value in text.items() if name.startswith("d:")},
        received={name[2:]: int(value) for name, value in text.items() if name.startswith("r:")},
        decisions=int(text.get("decisions", 0)),
        overrides=int(text.get("overrides", 0)),
        largest_charge=int(text.get("largest_charge", 0)),
        largest_band=int(text.get("largest_band", 0)),
        worst=int(text.get("worst", 0)),
        disturbance=float(text.get("disturbance", 0)),
        credits={name[2:]: int(value) for name, value in text.items() if name.startswith("c:")},
        credited={name[2:]: CreditState(*map(int, value.split())) for name, value in text.items() if name[:2] == "l:"},
        recent=tuple(msgpack.unpackb(text["recent"])) if "recent" in text else (),
        counted=int(text.get("counted", 0)),
        received_apart={name[2:]: int(value) for name, value in text.items() if name.startswith("a:")},
        received_by_override={name[2:]: int(value) for name, value in text.items() if name.startswith("o:")},
        offered={name[2:]: int(value) for name, value in text.items() if name.startswith("p:") and int(value)},
        entitled={name[2:]: int(value) for name, value in text.items() if name.startswith("e:") and int(value)},
        largest_offered=int(text.get("largest_offered", 0)),
        largest_entitled=int(text.get("largest_entitled", 0)),
    )


def open_units(fields: Mapping[bytes, bytes]) -> dict[tuple[str, Kind], int]:
    """Read the open units by place and kind; where there are none they are left out."""
    return _units({name: units for name, units in fields.items() if not name.endswith((_WORKED, _OFFERS))})


def worked_units(fields: Mapping[bytes, bytes]) -> dict[tuple[str, Kind], int]:
    """Read those of them that were worked on, likewise."""
    return _units({name.removesuffix(_WORKED): units for name, units in fields.items() if name.endswith(_WORKED)})


def offers_held(fields: Mapping[bytes, bytes]) -> dict[str, int]:
    """Read the open offers by rep, likewise."""
    held = {name.removesuffix(_OFFERS).decode(): int(n) for name, n in fields.items() if name.endswith(_OFFERS)}
    return {rep: count for rep, count in held.items() if count}


def _units(fields: Mapping[bytes, bytes]) -> dict[tuple[str, Kind], int]:
    loads = {tuple(name.decode().rsplit("|", 1)): int(units) for name, units in fields.items()}
    return {(rep, Kind(kind)): units for (rep, kind), units in loads.items() if units}


def counts_from(fields: Mapping[bytes, bytes]) -> dict[str, Counted]:
    """Read what was counted under caps, by field."""
    return {field.decode(): tuple(msgpack.unpackb(value)) for field, value in fields.items()}
