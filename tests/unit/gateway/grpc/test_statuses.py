"""What a client sees of each failure: code, reason, message and details, as they stood at commit fb041ba.

``statuses.json`` was written by that commit's own code. What the process keeps to itself (the queue's and the
training's failures, which others turn into theirs) has no code there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    PreconditionFailure,
    QuotaFailure,
    ResourceInfo,
    RetryInfo,
)

from gateway.errors import (
    GateError,
    KeysUnavailable,
    Leaving,
    Overloaded,
    PermissionDenied,
    RateLimited,
    Unauthenticated,
    UnknownService,
    UnnamedTenant,
    UnreadableRequest,
)
from gateway.grpc.status import OF_THE_DOOR
from operations import errors as operations
from operations.rpc.status import STATUSES as OPERATIONS
from router import errors as router
from router.rpc.status import STATUSES as ROUTER
from router.rules.problems import Problem
from scoring import errors as scoring
from scoring.rpc.status import STATUSES as SCORING
from training import errors as training
from workqueue import errors as queue

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "statuses.json").read_text("utf-8"))
DETAILS = (ErrorInfo, BadRequest, PreconditionFailure, QuotaFailure, ResourceInfo, RetryInfo)
LONG = "x" * 400

SAMPLES: dict[str, Exception] = {
    "gateway.UnreadableRequest": UnreadableRequest("fairlead.v1.GetRepRequest"),
    "gateway.UnnamedTenant": UnnamedTenant("rep.name", "reps/ann"),
    "gateway.UnknownService": UnknownService("fairlead.v1.Nowhere"),
    "gateway.Overloaded": Overloaded(512),
    "gateway.Leaving": Leaving(),
    "gateway.Unauthenticated": Unauthenticated("the token has expired"),
    "gateway.PermissionDenied": PermissionDenied("crm may not touch tenants/acme"),
    "gateway.RateLimited": RateLimited("crm", 12.5, 0.25),
    "gateway.KeysUnavailable": KeysUnavailable("https://keys does not answer"),
    "operations.InvalidInput": operations.InvalidInput("page_token", "'x': must be another"),
    "operations.NotFound": operations.NotFound("tenants/acme/operations/train-1"),
    "operations.RequestIdReused": operations.RequestIdReused("r-1"),
    "operations.StillRuns": operations.StillRuns("operations/train-1"),
    "operations.TooMuchWaits": operations.TooMuchWaits("train", 1000),
    "operations.MemoryShort": operations.MemoryShort(91),
    "operations.StoreUnavailable": operations.StoreUnavailable("Redis does not answer", 2.5),
    "router.InvalidInput": router.InvalidInput([router.Violation("name", "must be"), router.Violation("a.b", LONG)]),
    "router.InvalidInput, many": router.InvalidInput([router.Violation(f"f{n}", LONG) for n in range(30)]),
    "router.InvalidRuleSet": router.InvalidRuleSet([Problem(3, 9, "rules[0].when", "found x; allowed y")]),
    "router.NotFound": router.NotFound("rep", "tenants/acme/reps/ann"),
    "router.AlreadyExists": router.AlreadyExists("rep", "tenants/acme/reps/ann"),
    "router.RequestIdReused": router.RequestIdReused("r-1"),
    "router.Conflict": router.Conflict("tenants/acme/workItems/1", "changes faster than one can decide: try again"),
    "router.StaleEtag": router.StaleEtag("tenants/acme/workItems/1", "changed since it was read: read it again"),
    "router.StaleRevision": router.StaleRevision("tenants/acme", "changed"),
    "router.NotPossible": router.NotPossible("tenants/acme/reps/ann", "is at capacity"),
    "router.QueueFull": router.QueueFull("tenants/acme/queue", 2000),
    "router.MemoryShort": router.MemoryShort(91, 1.5),
    "router.StoreUnavailable": router.StoreUnavailable("Redis does not answer"),
    "router.Stopping": router.Stopping(),
    "router.CorruptHistory": router.CorruptHistory("tenants/acme/decisions/1", "does not follow from its own facts"),
    "scoring.InvalidInput": scoring.InvalidInput.of("customer.id", "0 characters: must be 1 to 256"),
    "scoring.InvalidInput, of the whole": scoring.InvalidInput.of("", "is no mapping"),
    "scoring.InvalidSchema": scoring.InvalidSchema.of("features[3]", "is no feature"),
    "scoring.InvalidProfile": scoring.InvalidProfile.of("", "is not YAML"),
    "scoring.NotFound": scoring.NotFound("model", "models/churn"),
    "scoring.NotFound, with a hint": scoring.NotFound("alias", "models/churn/versions/champion", "promote one"),
    "scoring.RequestIdReused": scoring.RequestIdReused("r-1"),
    "scoring.Conflict": scoring.Conflict("models/churn", "is being changed: try again"),
    "scoring.StaleEtag": scoring.StaleEtag("models/churn", "changed since it was read"),
    "scoring.NotPossible": scoring.NotPossible("models/churn", "has no champion"),
    "scoring.GatesClosed": scoring.GatesClosed("models/churn/versions/bad", ["leaks: measured", "log_loss"]),
    "scoring.ArtefactRefused": scoring.ArtefactRefused("manifest.json", "is absurd"),
    "scoring.ArtefactIncomplete": scoring.ArtefactIncomplete("tables.npz", "is missing"),
    "scoring.HashMismatch": scoring.HashMismatch("tables.npz", "is another"),
    "scoring.ArtefactUnsafe": scoring.ArtefactUnsafe("../x", "leads out"),
    "scoring.ArtefactMalformed": scoring.ArtefactMalformed("tables.npz", "has no shape"),
    "scoring.GoldenMismatch": scoring.GoldenMismatch("golden.json", "row 3 differs"),
    "scoring.RegistryUnavailable": scoring.RegistryUnavailable("s3 does not answer"),
    "scoring.MemoryUnavailable": scoring.MemoryUnavailable("Redis does not answer"),
    "training.InvalidInput": training.InvalidInput.of("target", "is required"),
    "training.InvalidInput, of the whole": training.InvalidInput.of("", "is empty"),
    "training.UnreadableTable": training.UnreadableTable.of("customers.csv", "is no table"),
    "training.InvalidDefinition": training.InvalidDefinition.of("", "is not YAML"),
    "training.NotEnoughData": training.NotEnoughData("churned customers", 3, 20),
    "training.ExportRefused": training.ExportRefused(0.25, 1e-9, 1000),
    "workqueue.QueueFull": queue.QueueFull("acme", 2000),
    "workqueue.MemoryShort": queue.MemoryShort(91),
    "workqueue.RequestIdReused": queue.RequestIdReused("r-1"),
    "workqueue.QueueUnavailable": queue.QueueUnavailable("Redis does not answer"),
}
ROOTS = {
    "gateway": GateError,
    "operations": operations.OperationError,
    "router": router.RouterError,
    "scoring": scoring.ScoringError,
    "training": training.TrainingError,
    "workqueue": queue.QueueError,
}
TABLES = {"gateway": OF_THE_DOOR, "operations": OPERATIONS, "router": ROUTER, "scoring": SCORING}


def seen(package: str, error: Any) -> dict[str, Any]:
    """Return what a client sees of an error that a package raises."""
    if package not in TABLES:
        return {"reason": error.reason, "message": str(error)}
    status = TABLES[package].of(error)
    details = {}
    for packed in status.details:
        kind = next(kind for kind in DETAILS if packed.Is(kind.DESCRIPTOR))
        message = kind()
        packed.Unpack(message)
        details[kind.DESCRIPTOR.name] = json_format.MessageToDict(message)
    return {"code": status.code, "reason": error.reason, "message": status.message, "details": details}


def below(root: type[Exception]) -> Iterator[type[Exception]]:
    for child in root.__subclasses__():
        yield child
        yield from below(child)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_client_sees_of_a_failure_what_it_always_saw(name: str) -> None:
    assert seen(name.partition(".")[0], SAMPLES[name]) == RECORDED[name]


@pytest.mark.parametrize("package", ROOTS)
def test_every_class_of_failures_is_recorded(package: str) -> None:
    recorded = {type(error) for name, error in SAMPLES.items() if name.startswith(package)}

    assert set(below(ROOTS[package])) == recorded


def test_nothing_is_recorded_that_no_sample_shows() -> None:
    assert set(RECORDED) == set(SAMPLES)
