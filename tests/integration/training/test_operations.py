"""TrainModel over a real socket: a process trains, is followed, is cancelled, and makes a version that can serve."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from google.longrunning import operations_pb2 as ops
from google.rpc.code_pb2 import CANCELLED, INVALID_ARGUMENT

from fairlead.v1 import models_pb2
from gate.door import Door
from scoring.champions import Champions
from scoring.customers import CustomerScorer
from scoring.parts import registries
from scoring.rpc import add_to
from scoring.rpc.models import describe
from tests.scoring_models import ScoreBook
from tests.training_data import FULL
from training import rpc as training_rpc
from training.rpc.operations import Trainings

N_ROWS = 900


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(4)
    logins, plan = rng.poisson(10, N_ROWS), rng.integers(0, 3, N_ROWS)
    left = rng.random(N_ROWS) < 1 / (1 + np.exp(0.4 * logins - 2.5 - 0.5 * plan))
    lines = [
        f"{i},{n},plan {p},{'yes' if gone else 'no'}"
        for i, (n, p, gone) in enumerate(zip(logins, plan, left, strict=True))
    ]
    (folder / "customers.csv").write_text("customer,logins,plan,left\n" + "\n".join(lines) + "\n")
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    return folder


@pytest.fixture
async def channel(tmp_path: Path, data: Path) -> AsyncIterator[grpc.aio.Channel]:
    stand = registries(str(tmp_path / "models"))
    trainings = Trainings(
        data,
        tmp_path / "models",
        lambda tenant, model, version: describe(stand(tenant), model, version),
        rungs=None if FULL else 1,
    )
    server = grpc.aio.server()
    door = Door(server)
    add_to(door, Champions(stand, "churn"), CustomerScorer(lambda: None), ScoreBook(), stand, trainings)
    training_rpc.add_to(door, trainings)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    await trainings.close()
    await server.stop(None)


async def call(channel: grpc.aio.Channel, service: str, method: str, request: Any, answer: Any = ops.Operation) -> Any:
    path = f"/{service}/{method}"
    return await channel.unary_unary(path, type(request).SerializeToString, answer.FromString)(request)


def wish(**changes: Any) -> models_pb2.TrainModelRequest:
    fields = {
        "parent": "models/churn",
        "data_path": "customers.csv",
        "target": "left",
        "id_column": "customer",
        **changes,
    }
    return models_pb2.TrainModelRequest(**fields)


train = functools.partial(call, service="fairlead.v1.ModelService", method="TrainModel")
operations = functools.partial(call, service="google.longrunning.Operations")


async def test_a_training_makes_a_version_that_nobody_has_promoted(channel: grpc.aio.Channel) -> None:
    begun = await train(channel, request=wish(request_id="one"))
    again = await train(channel, request=wish(request_id="one"))
    assert (begun.done, again.name) == (False, begun.name)
    with pytest.raises(grpc.aio.AioRpcError) as reused:
        await train(channel, request=wish(request_id="one", seed=7))
    with pytest.raises(grpc.aio.AioRpcError) as crowded:
        await train(channel, request=wish())

    ended = await operations(channel, method="WaitOperation", request=ops.WaitOperationRequest(name=begun.name))

    assert reused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert crowded.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ended.done, ended
    model, metadata = models_pb2.Model(), models_pb2.TrainModelMetadata()
    assert ended.response.Unpack(model), ended
    assert ended.metadata.Unpack(metadata)
    assert list(model.features) == ["logins", "plan"]
    assert list(model.aliases) == []
    assert metadata.HasField("end_time")


async def test_a_cancelled_training_ends_and_leaves_no_version(channel: grpc.aio.Channel, tmp_path: Path) -> None:
    begun = await train(channel, request=wish())

    await operations(channel, method="CancelOperation", request=ops.CancelOperationRequest(name=begun.name))

    ended = await operations(channel, method="WaitOperation", request=ops.WaitOperationRequest(name=begun.name))
    assert (ended.done, ended.error.code) == (True, CANCELLED)
    assert not list((tmp_path / "models").glob("churn/[!.]*"))


async def test_what_cannot_be_trained_ends_with_its_reason(channel: grpc.aio.Channel) -> None:
    begun = await train(channel, request=wish(target="nobody"))

    ended = await operations(channel, method="WaitOperation", request=ops.WaitOperationRequest(name=begun.name))

    assert ended.error.code == INVALID_ARGUMENT
    assert "nobody" in ended.error.message


@pytest.mark.parametrize(
    "changes",
    [
        {"data_path": "../secret.csv"},
        {"data_path": "link.csv"},
        {"data_path": "/etc/passwd"},
        {"data_path": "customers.csv\0"},
        {"data_path": ""},
        {"target": ""},
        {"parent": "models/.."},
        {"request_id": "x" * 129},
    ],
)
async def test_a_wish_that_reaches_outside_is_refused(channel: grpc.aio.Channel, changes: dict[str, Any]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await train(channel, request=wish(**changes))

    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_wish_can_be_checked_without_training(channel: grpc.aio.Channel, tmp_path: Path) -> None:
    checked = await train(channel, request=wish(validate_only=True))

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await train(channel, request=wish(validate_only=True, target="gone", dropped_columns=["plan", "size"]))

    assert (checked.done, checked.name, checked.WhichOneof("result")) == (True, "", None)
    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "target: there is no column 'gone'" in str(failure.value.details())
    assert "dropped_columns[1]: there is no column 'size'" in str(failure.value.details())
    listed = await operations(
        channel, method="ListOperations", request=ops.ListOperationsRequest(), answer=ops.ListOperationsResponse
    )
    assert not listed.operations
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("seconds", [2**63 - 1, -(2**63), 10**12])
async def test_however_long_one_wants_to_wait_nobody_waits_for_what_is_not(
    channel: grpc.aio.Channel, seconds: int
) -> None:
    request = ops.WaitOperationRequest(name="operations/x")
    request.timeout.seconds = seconds

    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await operations(channel, method="WaitOperation", request=request)

    assert failure.value.code() is grpc.StatusCode.NOT_FOUND


async def test_an_operation_nobody_began_is_not_found(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await operations(channel, method="GetOperation", request=ops.GetOperationRequest(name="operations/x"))

    assert failure.value.code() is grpc.StatusCode.NOT_FOUND
    assert "a server knows those it began since it started" in str(failure.value.details())
