"""Whose customers are scored by which model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from scoring.errors import NotPossible, RegistryUnavailable
from scoring.names import folder_of, registry_of
from scoring.registry.champions import Champions
from scoring.registry.registry import Registry
from scoring.services import registries
from tests.scoring_models import write_model

Promote = Callable[[str, str], None]


@pytest.fixture
def promote(tmp_path: Path) -> Promote:
    """Return what writes a version for a tenant and makes it the champion."""

    def made(tenant: str, version: str) -> None:
        write_model(Path(registry_of(str(tmp_path), tenant)), version)
        registries(str(tmp_path))(tenant).promote("churn", version, actor="ann")

    return made


@pytest.fixture
def champions(tmp_path: Path) -> Champions:
    return Champions(registries(str(tmp_path)), "churn")


async def test_a_tenant_s_own_champion_goes_before_everybody_s(promote: Promote, champions: Champions) -> None:
    promote("", "shared")
    promote("acme", "own")
    champions.look()

    names = [(await champions.of(tenant)).name for tenant in ("acme", "acme2", "ACME", "华东")]

    assert names == ["tenants/acme/models/churn/versions/own", *["models/churn/versions/shared"] * 3]


async def test_tenants_that_a_disk_may_confuse_have_models_of_their_own(promote: Promote, champions: Champions) -> None:
    tenants = ["acme", "ACME", "Acme", "..", ".", "a_b", "a.b", "华东"]
    for number, tenant in enumerate(tenants):
        promote(tenant, f"v{number}")

    names = [(await champions.of(tenant)).name for tenant in tenants]

    assert names == [f"tenants/{tenant}/models/churn/versions/v{number}" for number, tenant in enumerate(tenants)]
    assert len({folder_of(tenant).lower() for tenant in tenants}) == len(tenants)


async def test_a_first_champion_of_its_own_takes_a_tenant_over(promote: Promote, champions: Champions) -> None:
    promote("", "shared")
    champions.look()
    before = await champions.of("acme")

    promote("acme", "own")
    champions.look()

    assert (before.name, (await champions.of("acme")).name) == (
        "models/churn/versions/shared",
        "tenants/acme/models/churn/versions/own",
    )


async def test_a_tenant_whose_own_is_refused_is_not_scored_by_another(
    promote: Promote, champions: Champions, tmp_path: Path
) -> None:
    promote("", "shared")
    promote("acme", "own")
    (tmp_path / "@acme" / "churn" / "own" / "tables.npz").write_bytes(b"altered")
    champions.look()

    with pytest.raises(NotPossible, match=r"tenants/acme/models/churn.*refused"):
        await champions.of("acme")


async def test_without_any_model_a_tenant_is_told_how_to_get_one(champions: Champions) -> None:
    with pytest.raises(NotPossible, match="fairlead train"):
        await champions.of("acme")


async def test_who_waits_for_the_same_tenant_waits_for_one_look(tmp_path: Path, promote: Promote) -> None:
    promote("acme", "own")
    opened: list[str] = []

    def counted(tenant: str) -> Registry:
        opened.append(tenant)
        return registries(str(tmp_path))(tenant)

    champions = Champions(counted, "churn")

    models = await asyncio.gather(*(champions.of("acme") for _ in range(20)))

    assert opened == ["", "acme"]
    assert len(set(map(id, models))) == 1


async def test_no_more_tenants_are_known_than_may_and_who_is_forgotten_is_met_again(
    tmp_path: Path, promote: Promote
) -> None:
    opened: list[str] = []

    def counted(tenant: str) -> Registry:
        opened.append(tenant)
        return registries(str(tmp_path))(tenant)

    promote("", "shared")
    champions = Champions(counted, "churn", most=2)
    champions.look()

    for tenant in ("a", "b", "c", "b", "a"):
        await champions.of(tenant)

    assert opened == ["", "a", "b", "c", "a"]


async def test_a_registry_that_does_not_answer_is_asked_again(tmp_path: Path, promote: Promote) -> None:
    promote("acme", "own")
    champions = Champions(registries(str(tmp_path)), "churn")
    entry = tmp_path / "@acme" / "churn" / ".journal" / "00000001.json"
    whole = entry.read_bytes()
    entry.write_bytes(b"{")
    with pytest.raises(RegistryUnavailable):
        await champions.of("acme")

    entry.write_bytes(whole)

    assert (await champions.of("acme")).name == "tenants/acme/models/churn/versions/own"
