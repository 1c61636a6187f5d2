"""Who approves that a work item enters a stage, and whom what falls due of that tells. Pure.

Whoever the process names approves, and anybody above them. Nobody approves their own: neither whose the work item is,
or was as it was asked for, nor who asked. Where the process names one of the first two it is the next above them, and
where nobody is above them the managers of the pool, else who is above the owner. As long as nobody of all those is
there, such managers of the pool as are there stand in for them.
"""

from __future__ import annotations

from typing import NamedTuple

from router.assignment.roster import Roster
from router.deadlines.recipients import Recipients, is_there, named_reps, recipients_of, rep_above
from router.process.definition.deadlines import RecipientRole
from router.process.definition.tasks import Approval
from router.process.life.asks import Ask


class Approvers(NamedTuple):
    """Who approves: of each who is asked those who may, the one who is asked first; reps by id. Empty: nobody may."""

    lines: tuple[tuple[str, ...], ...]

    @property
    def asked(self) -> tuple[str, ...]:
        """Who is asked."""
        return tuple(dict.fromkeys(line[0] for line in self.lines))

    @property
    def may(self) -> frozenset[str]:
        """All who may approve."""
        return frozenset(rep for line in self.lines for rep in line)

    def told(self, roster: Roster, at_ms: int, *, is_late: bool) -> Recipients:
        """Return whom the deadline tells at an instant, in milliseconds since 1970: who is asked; late, who is above.

        Who is on leave is passed over to whoever is above them; where nobody above is there who is asked is told, and
        where nobody is there at all they are told themselves.
        """
        lines = ((*whole[1:], whole[0]) if is_late else whole for whole in self.lines)
        return recipients_of((_there(line, roster, at_ms) for line in lines), roster)


def approvers(approval: Approval, ask: Ask, owner: str, pool: str, roster: Roster, at_ms: int) -> Approvers:
    """Return who approves what is asked of a work item that somebody has of a pool; empty: nobody, none.

    Parameters
    ----------
    at_ms
        When it is to be decided, in milliseconds since 1970: whoever is there then may stand in.
    """
    own = {owner, ask.rep}
    managers = named_reps(RecipientRole.POOL_MANAGERS, owner, pool, roster)
    named = (named_reps(approval.by, owner, pool, roster), managers, rep_above(owner, roster))
    lines = next(filter(None, (_lines(reps, own, roster) for reps in named)), [])
    if any(is_there(rep, roster, at_ms) for line in lines for rep in line):
        return Approvers(tuple(lines))
    there = [rep for rep in managers if rep not in own and is_there(rep, roster, at_ms)]
    return Approvers(tuple((*line, *there) for line in lines))


def _there(line: tuple[str, ...], roster: Roster, at_ms: int) -> tuple[str, tuple[str, ...]]:
    """Return the first of a line who is there, else the first, and who is passed over."""
    place = next((place for place, rep in enumerate(line) if is_there(rep, roster, at_ms)), 0)
    return line[place], line[:place]


def _lines(reps: list[str], own: set[str], roster: Roster) -> list[tuple[str, ...]]:
    lines = [tuple(each for each in _upwards(rep, roster) if each not in own) for rep in reps]
    return [line for line in lines if line]


def _upwards(rep: str, roster: Roster) -> list[str]:
    """Return a rep and whoever is above them, each once; nobody who does not work here any more."""
    line, above = dict[str, None](), [rep]
    while above and above[0] not in line and above[0] in roster.reps:
        line[above[0]] = None
        above = rep_above(above[0], roster)
    return [each for each in line if roster.reps[each].active]
