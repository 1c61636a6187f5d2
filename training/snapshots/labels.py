"""Who is active at a moment, and who of them is lost by the end of the prediction window."""

from __future__ import annotations

import numpy as np

from scoring.model.logistic import FloatArray
from training.data.preparing import DAY
from training.snapshots.aggregations import counts, sums
from training.snapshots.definition import Definition, LabelKind, LabelRule, Windows
from training.snapshots.events import Events, Mask


def active(past: Events, label: LabelRule, moment: int) -> Mask:
    """Tell who is active, shape (n_customers,).

    Parameters
    ----------
    past
        Events known at the moment, of any age.
    """
    chosen = past.take(past.passing(label.where))
    if label.kind is LabelKind.SUBSCRIPTION:
        return _covered(chosen, label, moment)
    if label.active_days:
        chosen = chosen.take(chosen.occurred >= moment - label.active_days * DAY)
    return counts(chosen) > 0


def lost(events: Events, definition: Definition, moment: int) -> FloatArray:
    """Return 1.0 for whom is lost, 0.0 for whom is kept, shape (n_customers,).

    Late events count if they came in within the maturity: the outcome is what was known at t₀ + G + W + M.
    """
    label, windows = definition.label, definition.windows
    start = moment + windows.gap_days * DAY
    end = start + windows.prediction_days * DAY
    chosen = events.take(events.passing(label.where) & (events.recorded <= end + windows.maturity_days * DAY))
    if label.kind is LabelKind.SUBSCRIPTION:
        return np.where(_covered(chosen, label, end), 0.0, 1.0)
    after = chosen.take((chosen.occurred > start) & (chosen.occurred <= end))
    if label.kind is LabelKind.USAGE:
        return _fallen(chosen, after, label, windows, moment)
    return np.where(counts(after) == 0, 1.0, 0.0)


def _covered(payments: Events, label: LabelRule, moment: int) -> Mask:
    """Tell for whom a payment's term, grace included, covers the moment."""
    reach = (label.term_days + label.grace_days) * DAY
    return counts(payments.take((payments.occurred <= moment) & (payments.occurred + reach > moment))) > 0


def _fallen(chosen: Events, after: Events, label: LabelRule, windows: Windows, moment: int) -> FloatArray:
    """Compare daily amounts; what was before is what was known at the moment."""
    recent = (chosen.occurred < moment) & (chosen.occurred >= moment - label.active_days * DAY)
    before = sums(chosen.take(recent & (chosen.recorded <= moment)), label.of) / label.active_days
    now = sums(after, label.of) / windows.prediction_days
    return np.where(now < label.below_share * before, 1.0, 0.0)
