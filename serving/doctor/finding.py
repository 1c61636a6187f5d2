"""What a check finds: how it stands, what was seen, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How something stands."""

    GOOD = "good"
    """Nothing to do."""
    MIND = "mind"
    """It serves; read the advice."""
    BAD = "bad"
    """It does not serve, or loses data, until something is done."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Parameters
    ----------
    subject
        What was looked at, in a word or two.
    severity
        How it stands.
    seen
        What was found.
    advice
        What to do; empty where there is nothing.
    """

    subject: str
    severity: Severity
    seen: str
    advice: str = ""


def good(subject: str, seen: str) -> Finding:
    """Find something as it should be."""
    return Finding(subject, Severity.GOOD, seen)


def mind(subject: str, seen: str, advice: str) -> Finding:
    """Find something that serves, with a caveat."""
    return Finding(subject, Severity.MIND, seen, advice)


def bad(subject: str, seen: str, advice: str) -> Finding:
    """Find something that must be put right."""
    return Finding(subject, Severity.BAD, seen, advice)
