"""Scoring in a server, connected: the registry, the model that serves, the profiles, and who scores by them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scoring.adapters.shelves import open_shelf
from scoring.customers import CustomerScorer
from scoring.health.profile import Profiles, read_profiles
from scoring.holder import ModelHolder
from scoring.registry import Registry


class ScoringParts:
    """What a server needs to score; without any model it stands, and ScoreCustomer says how to get one.

    Parameters
    ----------
    models
        Registry, a folder or an fsspec URL.
    model
        Whose champion serves.
    health_profiles
        File; empty: there is no health.

    Raises
    ------
    ValueError
        If the file cannot be read.
    InvalidProfile
        If it is not as it must be.
    RegistryUnavailable
        If the registry's file system is not installed or cannot be reached.
    """

    def __init__(self, models: str, model: str, health_profiles: str = "") -> None:
        self.registry = Registry(open_shelf(models), lambda: datetime.now(UTC))
        self.holder = ModelHolder(self.registry, model)
        profiles = _profiles(health_profiles)
        self.scorer = CustomerScorer(lambda: self.holder.current, lambda: profiles)


def _profiles(file: str) -> Profiles | None:
    try:
        return read_profiles(Path(file).read_bytes()) if file else None
    except OSError as error:
        raise ValueError(f"FAIRLEAD_HEALTH_PROFILES is {file!r}: {error.strerror}; allowed is a YAML file") from error
