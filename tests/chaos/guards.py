"""Would the harness notice? Each guard that keeps the promise is removed once, and must be missed."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.chaos.altered import Edits
from tests.chaos.plan import Fault, Topology

_OWNER_LEASE = "\n    and string.match(redis.call('HGET', KEYS[6], id), '^(%d+) ') == integer(token)"
_SAME_PAST = "\n  or (current[3] or '') ~= header[3] or (current[4] or '') ~= header[4]"


@dataclass(frozen=True, slots=True)
class Guard:
    """What is removed.

    Parameters
    ----------
    name
        What it is.
    edits
        What removes it from the scripts.
    watchers_drop
        Whether watchers still drop what they know already.
    durability
        What the service is told to ask for, instead of what keeps its word on this store.
    topology, faults
        Where it matters, and what falls to show it; many guards are missed by clients that call all at once.
    """

    name: str
    edits: Edits = field(default_factory=Edits)
    watchers_drop: bool = True
    durability: str = ""
    topology: Topology = Topology.ALONE
    faults: tuple[Fault, ...] = (Fault.REPLY_CUT,)


GUARDS = (
    Guard(
        "a move insists on the item's latest event",
        Edits({"bind": [("version ~= expected", "not version")]}),
    ),
    Guard(
        "an ending insists on the item's latest event",
        Edits({"complete": [("version ~= expected or not after", "not after")]}),
    ),
    Guard(
        "what has an owner is not routed again",
        Edits({"bind": [("if mode == 'ROUTE' and owner ~= '' then", "if false then")]}),
    ),
    Guard(
        "a request is carried out once",
        Edits({"bind": [("if known then", "if false then")], "complete": [("if known then", "if false then")]}),
    ),
    Guard("caps are looked at in the commit", Edits({"bind": [("limit >= 0 and units >= limit", "false")]})),
    Guard("the epoch grows with the owner", Edits({"bind": [("(choice.rep ~= '' and 1 or 0)", "0")]})),
    Guard("a late worker is refused", Edits({"settle": [(_OWNER_LEASE, "")]})),
    Guard("a consumer drops what it knows by its id", watchers_drop=False),
    Guard(
        "revisions of a lost past are no revisions",
        Edits({"bind": [(_SAME_PAST, "")]}),
        faults=(Fault.STORE_EMPTIED,),
    ),
    Guard(
        "an answer waits for the replica",
        durability="always",
        topology=Topology.SENTINEL,
        faults=(Fault.PRIMARY_KILLED_AHEAD,),
    ),
)
