"""What a client sees of each failure: code, reason, message and details, as they stood at commit fb041ba.

``statuses.json`` was written by that commit's own code; what differs since stands in ``CHANGED``, with CHANGELOG,
and classes that came later are recorded as they came. Three records were mended since: unreadable bytes name no field,
gates fail rather than are closed, and no more violations are told than headers hold.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc
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

import failures
from failures import Failure
from gateway import errors as gateway
from gateway.calls.status import CODES, status_of
from notifications import errors as notifications
from operations import errors as operations
from operations.service import no_operation
from router.model import errors as router
from router.model.workitem import Kind
from router.process.revisions.errors import InvalidProcess, KindTaken
from router.rules.errors import InvalidRuleSet, InvalidSource
from rules.problems import Problem
from scoring import errors as scoring
from tables.errors import UnreadableTable
from training import errors as training
from workqueue import errors as workqueue

ROOT = Path(__file__).parents[4]
RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "statuses.json").read_text("utf-8"))
NEVER_RAISED = {failures.Exhausted, failures.Unavailable, failures.DataLoss, InvalidSource}
DETAILS = (ErrorInfo, BadRequest, PreconditionFailure, QuotaFailure, ResourceInfo, RetryInfo)
LONG = "x" * 400

SAMPLES: dict[str, Failure] = {
    "gateway.UnreadableRequest": gateway.UnreadableRequest("fairlead.v1.GetRepRequest"),
    "gateway.UnnamedTenant": gateway.UnnamedTenant("rep.name", "reps/ann"),
    "gateway.UnknownService": failures.NotFound("service", "fairlead.v1.Nowhere"),
    "gateway.Overloaded": gateway.Overloaded(512),
    "gateway.Leaving": gateway.Leaving(),
    "gateway.UnreadableJson": gateway.UnreadableJson.of("work_item.knd", "WorkItem has no such field"),
    "gateway.RequestTooLarge": gateway.RequestTooLarge(20_000_000, 16_777_216),
    "gateway.Unauthenticated": failures.Unauthenticated("the token has expired"),
    "gateway.PermissionDenied": failures.PermissionDenied("crm may not touch tenants/acme"),
    "gateway.RateLimited": gateway.RateLimited("crm", 12.5, 0.25),
    "gateway.KeysUnavailable": gateway.KeysUnavailable("https://keys does not answer"),
    "notifications.NoSecretsKey": notifications.NoSecretsKey("tenants/acme/channels/east"),
    "notifications.SecretUnreadable": notifications.SecretUnreadable("tenants/acme/channels/east"),
    "notifications.TooManyRecords": notifications.TooManyRecords("tenants/acme", "channels", 1000),
    "notifications.RoleSeesMore": notifications.RoleSeesMore("tenants/acme/subscriptions/crm", "manager"),
    "operations.InvalidInput": failures.InvalidInput.of("page_token", "'x': must be another"),
    "operations.NotFound": no_operation("tenants/acme/operations/train-1"),
    "operations.RequestIdReused": failures.RequestIdReused("r-1"),
    "operations.StillRuns": operations.StillRuns("operations/train-1"),
    "operations.TooMuchWaits": operations.TooMuchWaits("train", 1000),
    "operations.MemoryShort": failures.MemoryShort(91),
    "operations.StoreUnavailable": failures.StoreUnavailable("Redis does not answer", 2.5),
    "router.InvalidInput": router.InvalidInput([router.Violation("name", "must be"), router.Violation("a.b", LONG)]),
    "router.InvalidInput, many": router.InvalidInput([router.Violation(f"f{n}", LONG) for n in range(30)]),
    "router.InvalidRuleSet": InvalidRuleSet([Problem(3, 9, "rules[0].when", "found x; allowed y")]),
    "router.InvalidProcess": InvalidProcess([Problem(3, 9, "stages[0].next[0]", "found x; allowed y")]),
    "router.KindTaken": KindTaken("acme", "sales", Kind.LEAD, "leads"),
    "router.NotFound": router.NotFound("rep", "tenants/acme/reps/ann"),
    "router.AlreadyExists": router.AlreadyExists("rep", "tenants/acme/reps/ann"),
    "router.RequestIdReused": router.RequestIdReused("r-1"),
    "router.Conflict": router.Conflict("tenants/acme/workItems/1", "changes faster than one can decide: try again"),
    "router.StaleEtag": router.StaleEtag("tenants/acme/workItems/1", "changed since it was read: read it again"),
    "router.StaleRevision": router.StaleRevision("tenants/acme", "changed"),
    "router.NotPossible": router.NotPossible("tenants/acme/reps/ann", "is at capacity"),
    "router.BeyondHorizon": router.BeyondHorizon("shanghai", "60000 ms of open time from 2026-10-10T10:00:00Z on"),
    "router.OfferNotOpen": router.OfferNotOpen(
        "tenants/acme/workItems/crm~1", "offer 7 is not open to bo: ann accepted it; it is ann's"
    ),
    "router.ActivityExists": router.ActivityExists("tenants/acme/workItems/crm~1/activities/7"),
    "router.FormatMismatch": router.FormatMismatch("tenants/acme", 2, 1),
    "router.QueueFull": router.QueueFull("tenants/acme/queue", 2000),
    "router.TrialUnfinished": router.TrialUnfinished(120.0),
    "router.MemoryShort": router.MemoryShort(91, 1.5),
    "router.StoreUnavailable": router.StoreUnavailable("Redis does not answer"),
    "router.StoreUnsuitable": failures.StoreUnsuitable("its user may not run EVALSHA"),
    "router.Stopping": router.Stopping(),
    "router.TooManySources": router.TooManySources("tenants/acme", 1000),
    "router.TooManyFailures": router.TooManyFailures("tenants/acme/sources/crm", 1000, 1000),
    "router.FellBehind": router.FellBehind(7),
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
    "scoring.GatesFailed": scoring.GatesFailed("models/churn/versions/bad", ["leaks: measured", "log_loss"]),
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
    "training.UnreadableTable": UnreadableTable.of("customers.csv", "is no table"),
    "training.InvalidDefinition": training.InvalidDefinition.of("", "is not YAML"),
    "training.NotEnoughData": training.NotEnoughData("churned customers", 3, 20),
    "training.ExportRefused": training.ExportRefused(0.25, 1e-9, 1000),
    "workqueue.QueueFull": workqueue.QueueFull("acme", 2000),
    "workqueue.MemoryShort": failures.MemoryShort(91),
    "workqueue.RequestIdReused": failures.RequestIdReused("r-1"),
    "workqueue.QueueUnavailable": failures.StoreUnavailable("Redis does not answer"),
}

CHANGED: dict[str, dict[str, Any]] = {
    "operations.MemoryShort": {"subject": "memory of the store"},
    "workqueue.QueueUnavailable": {"reason": "STORE_UNAVAILABLE"},
}
"""What became one with routing's: quota subjects differed, and the queue's own reason was never shown."""


def seen(error: Failure) -> dict[str, Any]:
    """Return what a client sees."""
    status = status_of(error)
    details = {}
    for packed in status.details:
        kind = next(kind for kind in DETAILS if packed.Is(kind.DESCRIPTOR))
        message = kind()
        packed.Unpack(message)
        details[kind.DESCRIPTOR.name] = json_format.MessageToDict(message)
    return {"code": status.code, "reason": error.reason, "message": status.message, "details": details}


def recorded(name: str) -> dict[str, Any]:
    record, changed = json.loads(json.dumps(RECORDED[name])), CHANGED.get(name, {})
    if "subject" in changed:
        record["details"]["QuotaFailure"]["violations"][0]["subject"] = changed["subject"]
    return {**record, **{key: value for key, value in changed.items() if key in record}}


def below(root: type[Failure]) -> Iterator[type[Failure]]:
    for child in root.__subclasses__():
        yield child
        yield from below(child)


def ours() -> list[type[Failure]]:
    """Return every class of failures there is in the packages, whichever module has it."""
    for path in ROOT.glob("*/**/errors.py"):
        package = path.relative_to(ROOT).parts[0]
        if package not in ("tests", "proto", "benchmarks", ".venv", ".tools", "build"):
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted((kind for kind in below(Failure) if not kind.__module__.startswith("tests")), key=repr)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_client_sees_of_a_failure_what_it_always_saw(name: str) -> None:
    shown, record = seen(SAMPLES[name]), recorded(name)

    assert {key: shown[key] for key in record} == record


def test_every_class_of_failures_is_recorded_and_nothing_else() -> None:
    assert {type(error) for error in SAMPLES.values()} == set(ours()) - NEVER_RAISED
    assert set(RECORDED) == set(SAMPLES)


@pytest.mark.parametrize("kind", ours())
def test_every_class_has_a_code_a_reason_and_a_place_in_its_tree(kind: type[Failure]) -> None:
    code = next((CODES[ancestor] for ancestor in kind.__mro__ if ancestor in CODES), None)

    assert code not in (None, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)
    assert (kind in NEVER_RAISED) or kind.reason == kind.reason.upper()
    assert kind.__name__ in (import_module(kind.__module__).__doc__ or "")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_failure_travels_between_processes_with_all_its_facts(name: str) -> None:
    error = SAMPLES[name]

    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)


def test_what_is_not_ours_is_logged_and_shown_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    status = status_of(ZeroDivisionError("the secret divisor"))

    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert "secret" not in status.message
    assert "the secret divisor" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        failures.InvalidInput([failures.Violation(f"field{n}", "x" * 10_000) for n in range(1000)]),
        failures.NotFound("operation", "x" * 100_000),
        failures.NotPossible("x" * 100_000, "y" * 10_000),
        failures.RequestIdReused("x" * 100_000),
    ],
)
def test_a_status_stays_small_enough_for_headers(error: Failure) -> None:
    assert status_of(error).ByteSize() < 12_000
