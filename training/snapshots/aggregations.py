"""What is made of a customer's events in a window: one number each, for all customers at once.

Every function takes events that are already inside the observation and returns shape (n_customers,), NaN where there
is nothing to say. Events are sorted by customer and time, so equal events give equal bits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scoring.model.logistic import FloatArray
from training.data.preparing import DAY
from training.data.rows import IntArray
from training.snapshots.definition import Declared
from training.snapshots.events import Events


def aggregate(events: Events, declared: Declared, moment: int) -> FloatArray:
    """Compute a declared feature at a moment.

    Parameters
    ----------
    events
        Known at the moment and inside the observation.
    moment
        t₀ in microseconds.

    Returns
    -------
    ndarray of shape (n_customers,)
        The default where a customer has no such event.
    """
    chosen = events.take(events.passing(declared.where))
    values = _COMPUTE[declared.aggregation](chosen, declared, moment)
    default = np.nan if declared.default is None else declared.default
    return np.where(np.isnan(values), default, values)


def _within(events: Events, declared: Declared, moment: int) -> Events:
    return events.take(events.occurred >= moment - declared.days * DAY) if declared.days else events


def counts(events: Events) -> FloatArray:
    """Return how many events each customer has."""
    return np.bincount(events.customer, minlength=len(events.customers)).astype(np.float64)


def sums(events: Events, of: str) -> FloatArray:
    """Return the sum of a column, or the number of events if none is named; not-known numbers add nothing."""
    if not of:
        return counts(events)
    return np.bincount(events.customer, np.nan_to_num(events.numbers[of]), len(events.customers)).astype(np.float64)


def _count(events: Events, declared: Declared, moment: int) -> FloatArray:
    return _or_nothing(counts(_within(events, declared, moment)))


def _sum(events: Events, declared: Declared, moment: int) -> FloatArray:
    chosen = _within(events, declared, moment)
    return np.where(counts(chosen) > 0, sums(chosen, declared.of), np.nan)


def _mean(events: Events, declared: Declared, moment: int) -> FloatArray:
    chosen = _within(events, declared, moment)
    valued = chosen.take(~np.isnan(chosen.numbers[declared.of]))
    return _divided(sums(valued, declared.of), counts(valued))


def _max(events: Events, declared: Declared, moment: int) -> FloatArray:
    who, values, result = _known_numbers(events, declared, moment)
    np.maximum.at(result, who, values)
    return result


def _min(events: Events, declared: Declared, moment: int) -> FloatArray:
    who, values, result = _known_numbers(events, declared, moment)
    np.minimum.at(result, who, values)
    return result


def _known_numbers(events: Events, declared: Declared, moment: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return whose and which numbers there are, and each customer's first one to start from, NaN without any."""
    chosen = _within(events, declared, moment)
    values = chosen.numbers[declared.of]
    present = ~np.isnan(values)
    who, values = chosen.customer[present], values[present]
    result = np.full(len(events.customers), np.nan)
    result[who[::-1]] = values[::-1]
    return who, values, result


def _distinct(events: Events, declared: Declared, moment: int) -> FloatArray:
    chosen = _within(events, declared, moment)
    words = chosen.texts[declared.of]
    once = np.unique(chosen.customer * len(words.texts) + words.codes)
    return _or_nothing(np.bincount(once // len(words.texts), minlength=len(events.customers)).astype(float))


def _days_since(events: Events, declared: Declared, moment: int) -> FloatArray:
    return _age(_within(events, declared, moment), moment, last=True)


def _days_since_first(events: Events, declared: Declared, moment: int) -> FloatArray:
    return _age(_within(events, declared, moment), moment, last=False)


def _age(chosen: Events, moment: int, *, last: bool) -> FloatArray:
    """Events are sorted by time within a customer: the first and last place of each tell."""
    ages = np.full(len(chosen.customers), np.nan)
    order = slice(None) if last else slice(None, None, -1)
    ages[chosen.customer[order]] = ((moment - chosen.occurred) / DAY)[order]
    return ages


def _mean_gap(events: Events, declared: Declared, moment: int) -> FloatArray:
    """Days between the first and last day with an event, over the number of such days less one."""
    chosen = _within(events, declared, moment)
    day = chosen.occurred // DAY
    new_day = np.ones(len(chosen), bool)  # events are sorted: a day is new where customer or day changes
    new_day[1:] = (np.diff(chosen.customer) != 0) | (np.diff(day) != 0)
    who, day = chosen.customer[new_day], day[new_day]
    first, last = np.full(len(events.customers), np.nan), np.full(len(events.customers), np.nan)
    last[who] = day
    first[who[::-1]] = day[::-1]
    return _divided(last - first, np.bincount(who, minlength=len(events.customers)).astype(np.float64) - 1)


def _slope(events: Events, declared: Declared, moment: int) -> FloatArray:
    """Least-squares slope of the sums of equal parts of the window, oldest first, per part."""
    chosen = _within(events, declared, moment)
    width = declared.days * DAY / declared.parts
    part = np.minimum((chosen.occurred - (moment - declared.days * DAY)) // width, declared.parts - 1).astype(np.int64)
    centred = np.arange(declared.parts) - (declared.parts - 1) / 2
    weight = centred[part] / float(centred @ centred)
    amount = np.nan_to_num(chosen.numbers[declared.of]) if declared.of else np.ones(len(chosen))
    slope = np.bincount(chosen.customer, weight * amount, len(events.customers))
    return np.where(counts(chosen) > 0, slope, np.nan)


def _ratio(events: Events, declared: Declared, moment: int) -> FloatArray:
    """The window's sum over that of the window before; not known where nothing was before."""
    start = moment - declared.days * DAY
    now = events.take(events.occurred >= start)
    before = events.take((events.occurred >= start - declared.days * DAY) & (events.occurred < start))
    return _divided(sums(now, declared.of), sums(before, declared.of))


def _divided(above: FloatArray, below: FloatArray) -> FloatArray:
    quotient: FloatArray = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)
    return quotient


def _or_nothing(counted: FloatArray) -> FloatArray:
    return np.where(counted > 0, counted, np.nan)


_Compute = Callable[[Events, Declared, int], FloatArray]
_COMPUTE: dict[str, _Compute] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "max": _max,
    "min": _min,
    "distinct": _distinct,
    "days_since": _days_since,
    "days_since_first": _days_since_first,
    "mean_gap": _mean_gap,
    "slope": _slope,
    "ratio": _ratio,
}
