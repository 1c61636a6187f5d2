"""What a turn came to, on top of what somebody asked for meanwhile: what was delivered is not sent again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from notifications.webhooks.parking import MAX_PARKED, Chain, untried
from notifications.webhooks.ports import CursorPlace, Turned


def rebased(
    turned: Turned,
    before: CursorPlace,
    found: Mapping[str, Chain | None],
    place: CursorPlace,
    present: Mapping[str, Chain],
) -> Turned | None:
    """Return a turn as it is to be written where what was dead came back meanwhile, or is to be tried at once.

    Parameters
    ----------
    before, found
        How far the subscription was when the turn began, and what the turn found parked, by work item; None: nothing.
    place, present
        The same by now; of work items that are not in ``present`` nothing is parked.

    Returns
    -------
    Turned or None
        None: somebody else took a turn, or there is no room any more. What this one sent is sent again.
    """
    parked = place.parked + turned.parked - before.parked
    if place.event != before.event or parked > MAX_PARKED:
        return None
    chains = dict(turned.chains)
    for item_id, was in found.items():
        now = present.get(item_id)
        if now == was:
            continue
        if now is None or not set(was.changes if was else ()) <= set(now.changes):
            return None
        chains[item_id] = _joined(turned.chains.get(item_id), was, now)
    return replace(turned, parked=parked, chains=chains)


def _joined(left: Chain | None, was: Chain | None, now: Chain) -> Chain | None:
    """Return what a turn left of a chain, with what came to it meanwhile, to be tried when that says."""
    behind = left.changes if left else ()
    known = {*behind, *(was.changes if was else ())}
    changes = tuple(sorted([*behind, *(each for each in now.changes if each not in known)]))
    if not changes:
        return None
    if left and changes[0] == left.changes[0]:
        return replace(left, changes=changes, next_ms=now.next_ms)
    return untried(now.item_id, changes, now.next_ms)
