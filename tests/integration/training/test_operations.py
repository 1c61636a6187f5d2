"""TrainModel over a real socket: a process trains, is followed, is cancelled, and makes a version that can serve."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.longrunning import operations_pb2 as ops
from google.rpc.code_pb2 import CANCELLED, INVALID_ARGUMENT

from fairlead.v1 import models_pb2, operations_pb2
from router.adapters.queue import WorkSettings
from serving.settings import OperationSettings
from store.embedded.server import EmbeddedServer
from tests.conftest import serving
from tests.long_work import forget_all, write_customers

pytestmark = pytest.mark.long


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write_customers(folder / "customers.csv")
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    return folder


@pytest.fixture
async def channel(tmp_path: Path, data: Path, store: EmbeddedServer) -> AsyncIterator[grpc.aio.Channel]:
    await forget_all(store.url)
    chosen_operations = OperationSettings(training_data=str(data))
    chosen = {"models": str(tmp_path / "models"), "operations": chosen_operations, "work": WorkSettings(lease_s=1)}
    async with serving(store.url, **chosen) as address, grpc.aio.insecure_channel(address) as opened:
        yield opened


async def call(channel: grpc.aio.Channel, service: str, method: str, request: Any, answer: Any = ops.Operation) -> Any:
    path = f"/{service}/{method}"
    return await channel.unary_unary(path, type(request).SerializeToString, answer.FromString)(request)


def wish(**changes: Any) -> models_pb2.TrainModelRequest:
    fields = {
        "parent": "models/churn",
        "data_path": "customers.csv",
        "target": "left",
        "id_column": "customer",
        "rungs": 1,
        **changes,
    }
    return models_pb2.TrainModelRequest(**fields)


train = functools.partial(call, service="fairlead.v1.ModelService", method="TrainModel")
operations = functools.partial(call, service="google.longrunning.Operations")


async def ended(channel: grpc.aio.Channel, name: str) -> ops.Operation:
    while True:
        operation = await operations(channel, method="WaitOperation", request=ops.WaitOperationRequest(name=name))
        if operation.done:
            return operation


def metadata_of(operation: ops.Operation) -> operations_pb2.OperationMetadata:
    metadata = operations_pb2.OperationMetadata()
    assert operation.metadata.Unpack(metadata)
    return metadata


async def refused(call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call
    return failure.value.code()


async def test_a_training_makes_a_version_that_nobody_has_promoted(channel: grpc.aio.Channel) -> None:
    begun = await train(channel, request=wish(request_id="one"))
    again = await train(channel, request=wish(request_id="one"))
    reused = await refused(train(channel, request=wish(request_id="one", seed=7)))

    over = await ended(channel, begun.name)

    assert (begun.done, again.name, reused) == (False, begun.name, grpc.StatusCode.ALREADY_EXISTS)
    model, metadata = models_pb2.Model(), metadata_of(over)
    assert over.response.Unpack(model), over
    assert list(model.features) == ["logins", "plan"]
    assert list(model.aliases) == []
    assert (metadata.state, metadata.target) == (operations_pb2.OperationMetadata.STATE_ENDED, "models/churn")
    assert metadata.HasField("end_time")
    assert (await train(channel, request=wish(request_id="one"))).response == over.response


async def test_a_training_takes_what_rescuing_costs_and_brings_and_tells_it(channel: grpc.aio.Channel) -> None:
    profit = models_pb2.ProfitAssumptions(value=500, contact_cost=2)

    over = await ended(channel, (await train(channel, request=wish(profit_assumptions=profit))).name)

    model = models_pb2.Model()
    assert over.response.Unpack(model), over
    assert model.at_risk_threshold == pytest.approx((10 + 2) / (0.3 * (500 - 10) + 10))
    assert model.profit_assumptions == models_pb2.ProfitAssumptions(
        value=500, incentive=10, contact_cost=2, acceptance=0.3
    )


async def test_what_is_wrong_with_an_assumption_is_told_by_its_field(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await train(channel, request=wish(profit_assumptions={"acceptance": 30}))

    assert "profit_assumptions.acceptance: 30: must be a share between 0 and 1" in str(failure.value.details())


async def test_a_cancelled_training_ends_and_leaves_no_version(channel: grpc.aio.Channel, tmp_path: Path) -> None:
    begun = await train(channel, request=wish())
    waiting = await train(channel, request=wish())

    for name in (begun.name, waiting.name):
        await operations(channel, method="CancelOperation", request=ops.CancelOperationRequest(name=name))

    over = [await ended(channel, name) for name in (begun.name, waiting.name)]
    assert [operation.error.code for operation in over] == [CANCELLED, CANCELLED]
    assert not list((tmp_path / "models").glob("churn/[!.]*"))


async def test_what_cannot_be_trained_ends_with_its_reason_at_once(channel: grpc.aio.Channel) -> None:
    begun = await train(channel, request=wish(target="nobody"))

    over = await ended(channel, begun.name)

    assert over.error.code == INVALID_ARGUMENT
    assert "nobody" in over.error.message
    assert metadata_of(over).delivery_count == 1


async def test_what_is_over_is_listed_until_it_is_deleted(channel: grpc.aio.Channel) -> None:
    names = [(await train(channel, request=wish())).name for _ in range(3)]
    first_page, token = await listed(channel, page_size=2)
    second_page, end = await listed(channel, page_size=2, page_token=token)
    for name in names:
        await operations(channel, method="CancelOperation", request=ops.CancelOperationRequest(name=name))

    await operations(channel, method="DeleteOperation", request=ops.DeleteOperationRequest(name=names[1]))

    assert (first_page + second_page, end) == (names[::-1], "")
    assert (await listed(channel))[0] == [names[2], names[0]]
    assert await refused(listed(channel, filter="done")) is grpc.StatusCode.INVALID_ARGUMENT
    assert await refused(listed(channel, page_token="?")) is grpc.StatusCode.INVALID_ARGUMENT


async def listed(channel: grpc.aio.Channel, **fields: Any) -> tuple[list[str], str]:
    request = ops.ListOperationsRequest(**fields)
    page = await operations(channel, method="ListOperations", request=request, answer=ops.ListOperationsResponse)
    return [operation.name for operation in page.operations], page.next_page_token


async def test_what_is_not_over_cannot_be_deleted(channel: grpc.aio.Channel) -> None:
    begun = await train(channel, request=wish())

    deleting = operations(channel, method="DeleteOperation", request=ops.DeleteOperationRequest(name=begun.name))

    assert await refused(deleting) is grpc.StatusCode.FAILED_PRECONDITION


@pytest.mark.parametrize(
    "changes",
    [
        {"data_path": "../secret.csv"},
        {"data_path": "link.csv"},
        {"data_path": "/etc/passwd"},
        {"data_path": "customers.csv\0"},
        {"data_path": ""},
        {"data_path": "x" * 300},
        {"data_path": "."},
        {"target": ""},
        {"parent": "models/.."},
        {"rungs": 8},
        {"rungs": -1},
        {"profit_assumptions": {"value": 5}},
        {"profit_assumptions": {"acceptance": 1}},
        {"request_id": "x" * 129},
    ],
)
async def test_a_wish_that_reaches_outside_is_refused(channel: grpc.aio.Channel, changes: dict[str, Any]) -> None:
    assert await refused(train(channel, request=wish(**changes))) is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_wish_can_be_checked_without_training(channel: grpc.aio.Channel, tmp_path: Path) -> None:
    checked = await train(channel, request=wish(validate_only=True))

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await train(channel, request=wish(validate_only=True, target="gone", dropped_columns=["plan", "size"]))

    assert (checked.done, checked.name, checked.WhichOneof("result")) == (True, "", None)
    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "target: there is no column 'gone'" in str(failure.value.details())
    assert "dropped_columns[1]: there is no column 'size'" in str(failure.value.details())
    assert await listed(channel) == ([], "")
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("seconds", [2**63 - 1, -(2**63), 10**12])
async def test_however_long_one_wants_to_wait_nobody_waits_for_what_is_not(
    channel: grpc.aio.Channel, seconds: int
) -> None:
    request = ops.WaitOperationRequest(name="operations/train-x")
    request.timeout.seconds = seconds

    assert await refused(operations(channel, method="WaitOperation", request=request)) is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("name", ["operations/train-x", "operations/x-1", "operations/", "", "things/train-1"])
async def test_an_operation_nobody_began_is_not_found(channel: grpc.aio.Channel, name: str) -> None:
    getting = operations(channel, method="GetOperation", request=ops.GetOperationRequest(name=name))

    assert await refused(getting) is grpc.StatusCode.NOT_FOUND
