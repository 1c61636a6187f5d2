"""Scoring in a server, connected: the registries, the models that serve, the profiles, and who scores by them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scoring.customers import CustomerScorer
from scoring.health.profile import Profiles, read_profiles
from scoring.names import registry_of
from scoring.registry.adapters.storage import open_storage
from scoring.registry.champions import Champions
from scoring.registry.registry import Registries, Registry


class ScoringServices:
    """What a server needs to score; without any model it stands, and ScoreCustomer says how to get one.

    Parameters
    ----------
    models
        Everybody's registry, a folder or an fsspec URL; tenants' own are within it.
    model
        Name of the models whose champions serve.
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
        self.registries = registries(models)
        self.champions = Champions(self.registries, model)
        profiles = _profiles(health_profiles)
        self.scorer = CustomerScorer(lambda: profiles)


def registries(models: str) -> Registries:
    """Return what opens the registry of a tenant within everybody's, a folder or an fsspec URL."""
    return lambda tenant: Registry(open_storage(registry_of(models, tenant)), lambda: datetime.now(UTC), tenant)


def _profiles(file: str) -> Profiles | None:
    try:
        return read_profiles(Path(file).read_bytes()) if file else None
    except OSError as error:
        raise ValueError(f"FAIRLEAD_HEALTH_PROFILES is {file!r}: {error.strerror}; allowed is a YAML file") from error
