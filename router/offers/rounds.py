"""Who may be offered a work item again that was declined, or whose offer lapsed. Pure.

In the first round those who have not refused it are asked, in the second all who refused it once at most; then nobody,
and the route's next step is tried. A step goes on to its second round once everybody who is there has refused.
``scripts/offers.lua`` does the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

ROUNDS = 2


def refusing(reps: Iterable[str], present: Iterable[str], refused: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    """Return who of some reps is not asked: how often they refused, and how often one may have to be asked.

    Parameters
    ----------
    reps
        The candidates of a step.
    present
        Those of them who are there: the others hold up no round.
    refused
        Who refused the work item, once for each time.

    Examples
    --------
    >>> refusing(["ann", "bo"], ["ann", "bo"], ["ann"])
    {'ann': (1, 0)}
    >>> refusing(["ann", "bo"], ["ann"], ["ann"])
    {}
    >>> refusing(["ann", "bo"], ["ann", "bo"], ["ann", "bo", "bo"])
    {'bo': (2, 1)}
    >>> refusing(["ann"], ["ann"], ["ann", "ann"])
    {'ann': (2, 1)}
    """
    if not refused:
        return {}
    times = {rep: refused.count(rep) for rep in reps}
    fewest = min((times[rep] for rep in present), default=0)
    most = min(fewest, ROUNDS - 1)
    return {rep: (count, most) for rep, count in times.items() if count > most}
