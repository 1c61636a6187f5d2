"""Models of tenants on a real server: each has its own, sees nobody else's, and changes nothing that all share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.longrunning import operations_pb2 as ops

from fairlead.v1 import models_pb2 as models
from fairlead.v1 import models_pb2_grpc, scoring_pb2, scoring_pb2_grpc
from scoring.names import registry_of
from scoring.services import registries
from serving.settings import OperationSettings
from tests.conftest import serving
from tests.identities import bearer, security
from tests.scoring_models import CUSTOMER, write_model

Metadata = Sequence[tuple[str, str]]
OWNERS = {"shared": "", "of-acme": "acme", "of-bolt": "bolt"}
SCIENTIST, SHARED, THEIRS = "tenants/acme/models/churn", "models/churn", "tenants/bolt/models/churn"


def scientist(tenant: str) -> Metadata:
    return bearer(f"scientist of {tenant}", ["data-scientist"], [tenant])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a registry with two versions of everybody's, of acme and of bolt, each with a champion."""
    models_folder = tmp_path / "models"
    for version, tenant in OWNERS.items():
        for name in (version, f"{version}-2"):
            write_model(Path(registry_of(str(models_folder), tenant)), name)
        registries(str(models_folder))(tenant).promote("churn", version, actor="test")
    return models_folder


@pytest.fixture
async def channel(folder: Path, store: Any, tmp_path: Path) -> AsyncIterator[grpc.aio.Channel]:
    data = tmp_path / "data"
    for owner in ("@acme", "@bolt"):
        (data / owner).mkdir(parents=True)
        (data / owner / "customers.csv").write_text("customer,left\n1,yes\n")
    chosen = {
        "security": security(tmp_path),
        "models": str(folder),
        "operations": OperationSettings(training_data=str(data)),
    }
    async with serving(store.url, **chosen) as address, grpc.aio.insecure_channel(address) as opened:
        yield opened


def stub(channel: grpc.aio.Channel) -> Any:
    return models_pb2_grpc.ModelServiceStub(channel)


async def scored_by(channel: grpc.aio.Channel, tenant: str) -> str:
    request = scoring_pb2.ScoreCustomerRequest(parent=f"tenants/{tenant}", customer={"id": "c"})
    request.customer.features.update(CUSTOMER)
    stub: Any = scoring_pb2_grpc.ScoringServiceStub(channel)
    return str((await stub.ScoreCustomer(request, metadata=scientist(tenant))).model_version)


async def refusal(call: Any) -> tuple[grpc.StatusCode, str | None]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), refused.value.details()


async def test_each_tenant_is_scored_by_its_own_champion_and_the_others_by_everybody_s(
    channel: grpc.aio.Channel,
) -> None:
    names = [await scored_by(channel, tenant) for tenant in ("acme", "bolt", "corp", "华东")]

    assert names == [
        "tenants/acme/models/churn/versions/of-acme",
        "tenants/bolt/models/churn/versions/of-bolt",
        "models/churn/versions/shared",
        "models/churn/versions/shared",
    ]


async def test_a_list_shows_a_tenant_s_own_or_everybody_s_and_never_another_s(channel: grpc.aio.Channel) -> None:
    lists = {}
    for parent in ("tenants/acme", SCIENTIST, "", SHARED):
        request = models.ListModelsRequest(parent=parent)
        listed = await stub(channel).ListModels(request, metadata=scientist("acme"))
        lists[parent] = [model.name for model in listed.models]

    own = [f"{SCIENTIST}/versions/of-acme", f"{SCIENTIST}/versions/of-acme-2"]
    everybody_s = [f"{SHARED}/versions/shared", f"{SHARED}/versions/shared-2"]
    assert lists == {"tenants/acme": own, SCIENTIST: own, "": everybody_s, SHARED: everybody_s}


async def test_what_is_another_s_is_refused_alike_whether_it_is_there_or_not(channel: grpc.aio.Channel) -> None:
    calls, mine = stub(channel), f"{SCIENTIST}/versions/of-acme"
    answers = set()
    for name in (f"{THEIRS}/versions/of-bolt", f"{THEIRS}/versions/nothing"):
        for request, method in (
            (models.GetModelRequest(name=name), calls.GetModel),
            (models.PromoteModelRequest(name=name), calls.PromoteModel),
            (models.ChallengeModelRequest(name=name), calls.ChallengeModel),
            (models.CompareModelsRequest(first=name, second=mine), calls.CompareModels),
            (models.ListModelsRequest(parent=THEIRS), calls.ListModels),
            (models.RollbackModelRequest(name=THEIRS), calls.RollbackModel),
            (models.TrainModelRequest(parent=THEIRS), calls.TrainModel),
        ):
            answers.add(await refusal(method(request, metadata=scientist("acme"))))
    mixed = models.CompareModelsRequest(first=mine, second=f"{THEIRS}/versions/of-bolt")

    assert answers == {(grpc.StatusCode.PERMISSION_DENIED, "scientist of acme may not touch tenants/bolt")}
    assert (await refusal(calls.CompareModels(mixed, metadata=scientist("acme"))))[0] is (
        grpc.StatusCode.INVALID_ARGUMENT
    )


async def test_a_tenant_changes_its_own_and_nothing_that_all_share(channel: grpc.aio.Channel, folder: Path) -> None:
    calls, acme = stub(channel), scientist("acme")
    own = models.PromoteModelRequest(name=f"{SCIENTIST}/versions/of-acme-2", request_id="once")
    shared = models.PromoteModelRequest(name=f"{SHARED}/versions/shared-2", request_id="once")

    promoted = await calls.PromoteModel(own, metadata=acme)
    refused = await refusal(calls.PromoteModel(shared, metadata=acme))

    champions = {tenant: registries(str(folder))(tenant).state("churn") for tenant in OWNERS.values()}
    assert promoted.name == own.name
    assert refused[0] is grpc.StatusCode.PERMISSION_DENIED
    assert [state.version("champion") for state in champions.values()] == ["shared", "of-acme-2", "of-bolt"]
    assert champions["acme"].entry is not None
    assert champions["acme"].entry.actor == "scientist of acme"


@pytest.mark.parametrize("path", ["../@bolt/customers.csv", "@bolt/customers.csv", "customers.parquet"])
async def test_a_tenant_s_models_learn_from_its_own_data_alone(channel: grpc.aio.Channel, path: str) -> None:
    def training_of(data_path: str) -> Any:
        request = models.TrainModelRequest(parent=SCIENTIST, data_path=data_path, target="left", validate_only=True)
        return stub(channel).TrainModel(request, metadata=scientist("acme"))

    assert (await training_of("customers.csv")).done
    code, text = await refusal(training_of(path))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "below @acme in the server's folder" in (text or "")


@pytest.mark.long
async def test_a_training_is_followed_by_those_alone_whose_model_it_makes(channel: grpc.aio.Channel) -> None:
    request = models.TrainModelRequest(parent=SCIENTIST, data_path="customers.csv", target="left")
    begun = await stub(channel).TrainModel(request, metadata=scientist("acme"))

    async def follow(method: str, name: str, whose: str) -> Any:
        kind = getattr(ops, f"{method}Request")
        way: Any = channel.unary_unary
        call = way(f"/google.longrunning.Operations/{method}", kind.SerializeToString)
        return await call(kind(name=name), metadata=scientist(whose))

    ended = ops.Operation.FromString(await follow("WaitOperation", begun.name, "acme"))
    listed = ops.ListOperationsResponse.FromString(await follow("ListOperations", "tenants/bolt", "bolt"))

    assert begun.name.startswith("tenants/acme/operations/")
    assert ended.done
    assert list(listed.operations) == []
    assert (await refusal(follow("GetOperation", begun.name, "bolt")))[0] is grpc.StatusCode.PERMISSION_DENIED
