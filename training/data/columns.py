"""What the columns of a table of customers are for, as a request says."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.model.schema import FeatureSchema


@dataclass(frozen=True)
class Columns:
    """What the columns of the table are for.

    Parameters
    ----------
    target
        Holds the outcome.
    positive
        The word that means "left"; empty: yes, true or 1.
    negative
        The words that mean "stayed"; empty: no, false or 0, or the one other word beside ``positive``.
    id
        Tells customers apart; empty: every row is a customer.
    drop
        Not to be used.
    time
        When the row was taken; empty, or the same in all rows: all at one moment.
    schema
        The features to use and what they mean; None: guess.
    """

    target: str
    positive: str = ""
    id: str = ""
    drop: tuple[str, ...] = ()
    time: str = ""
    schema: FeatureSchema | None = None
    negative: tuple[str, ...] = ()
