"""How a pool hands out its work in a cell of a file: ``push``, or ``offer 15m REP open=2 away=3``.

Behind the mode stand words in any order: how long an offer stands, by which clock, and names with numbers. What has no
effect beside the others is read, and named.
"""

from __future__ import annotations

import re

from fairlead.v1 import dispatch_pb2 as dispatch

ALLOWED = (
    "push, offer or broadcast, and if need be how long an offer stands, such as 90s, 15m or 4h, "
    "a clock (WALL, REP, POOL), open=N from 1, away=N, band=UNITS"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_LENGTH = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)([smh])", re.ASCII)
_FIELDS = {"open": "offers_open", "away": "lapses_until_away", "band": "broadcast_band"}


def dispatch_of(cell: str) -> dispatch.DispatchPolicy:
    """Read a cell; an empty one means ``push``.

    Raises
    ------
    ValueError
        If it is not as ``ALLOWED`` says.

    Examples
    --------
    >>> policy = dispatch_of("offer 15m REP open=2")
    >>> dispatch.Dispatch.Name(policy.mode), policy.timeout.seconds, policy.offers_open
    ('DISPATCH_OFFER', 900, 2)
    """
    mode, *words = cell.split() or ["push"]
    policy = dispatch.DispatchPolicy(mode=f"DISPATCH_{mode.upper()}")
    for word in words:
        name, is_named, number = word.partition("=")
        if length := _LENGTH.fullmatch(word.lower()):
            policy.timeout.FromMilliseconds(round(float(length[1]) * _SECONDS[length[2]] * 1000))
        elif not is_named:
            policy.MergeFrom(dispatch.DispatchPolicy(clock=f"CLOCK_{word.upper()}"))
        elif name == "band":
            policy.broadcast_band = float(number)
        elif name in _FIELDS:
            setattr(policy, _FIELDS[name], int(number))
        else:
            raise ValueError(word)
        if name == "open" and policy.offers_open < 1:
            raise ValueError(word)
    return policy


def without_effect(policy: dispatch.DispatchPolicy) -> list[str]:
    """Say which parts of a policy have no effect, and what they would need.

    Examples
    --------
    >>> without_effect(dispatch_of("push 15m")), without_effect(dispatch_of("offer 15m REP open=2 away=3"))
    (['a time: only offer and broadcast have one'], [])
    >>> without_effect(dispatch_of("broadcast 90s open=2")), without_effect(dispatch_of("offer away=3 band=1"))
    (['open: only offer has it'], ['band: only broadcast has it', 'away: only what lapses has it, such as offer 15m'])
    """
    offers, broadcasts = policy.mode == dispatch.DISPATCH_OFFER, policy.mode == dispatch.DISPATCH_BROADCAST
    is_timed = policy.HasField("timeout")
    checks = {
        "a time: only offer and broadcast have one": is_timed and not (offers or broadcasts),
        "open: only offer has it": policy.offers_open > 1 and not offers,
        "band: only broadcast has it": policy.HasField("broadcast_band") and not broadcasts,
        "away: only what lapses has it, such as offer 15m": policy.lapses_until_away
        and not (is_timed and (offers or broadcasts)),
        "a clock: only what lapses has one, such as offer 15m REP": policy.clock > dispatch.DispatchPolicy.CLOCK_WALL
        and not (is_timed and (offers or broadcasts)),
    }
    return [said for said, is_so in checks.items() if is_so]


def cell_of(policy: dispatch.DispatchPolicy) -> str:
    """Write a cell.

    Examples
    --------
    >>> cell_of(dispatch_of("broadcast 90m pool band=2")), cell_of(dispatch_of(""))
    ('broadcast 5400s POOL band=2', 'push')
    >>> cell_of(dispatch_of("offer away=3"))
    'offer away=3'
    """
    clock = dispatch.DispatchPolicy.Clock.Name(policy.clock).removeprefix("CLOCK_")
    words = [
        dispatch.Dispatch.Name(policy.mode or dispatch.DISPATCH_PUSH).removeprefix("DISPATCH_").lower(),
        f"{policy.timeout.ToMilliseconds() / 1000:.15g}s" if policy.HasField("timeout") else "",
        clock if policy.clock > dispatch.DispatchPolicy.CLOCK_WALL else "",
        f"open={policy.offers_open}" if policy.offers_open > 1 else "",
        f"away={policy.lapses_until_away}" if policy.lapses_until_away else "",
        f"band={policy.broadcast_band:.15g}" if policy.HasField("broadcast_band") else "",
    ]
    return " ".join(filter(None, words))
