"""TrainModel as a long-running operation: start a process, follow its lines, end it when asked.

Operations live as long as the server; what they make stays. A server that drains ends its trainings, which leaves
nothing behind, and whoever waited asks again.

References
----------
AIP-151, https://google.aip.dev/151; ``google/longrunning/operations.proto``.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from google.longrunning import operations_pb2 as pb
from google.protobuf.empty_pb2 import Empty
from google.rpc.code_pb2 import ABORTED, CANCELLED, FAILED_PRECONDITION, INTERNAL, INVALID_ARGUMENT
from google.rpc.status_pb2 import Status

from fairlead.v1 import models_pb2
from gate.calls import Call
from scoring.errors import (
    InvalidInput,
    NotFound,
    NotPossible,
    RequestIdReused,
    ScoringError,
    TooMuchAtOnce,
    Violation,
)
from scoring.names import folder_of, model_of, registry_of, tenant_of
from scoring.registry import checked_name
from training.errors import UnreadableTable
from training.rpc.wish import Wish
from training.seed import DEFAULT_SEED

KEPT = 100
"""Operations remembered after their end."""
GRACE_S = 5.0
"""What a cancelled process gets to end by itself."""
MAX_REQUEST_ID = 128
_SUFFIXES = (".csv", ".parquet")
_CODES = {"NOT_ENOUGH_DATA": FAILED_PRECONDITION, "EXPORT_REFUSED": FAILED_PRECONDITION}

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Running:
    """An operation and the process behind it."""

    operation: pb.Operation
    metadata: models_pb2.TrainModelMetadata
    tenant: str
    content: str
    process: Process | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False

    def show(self) -> pb.Operation:
        """Return the operation as it is now."""
        self.operation.metadata.Pack(self.metadata)
        return self.operation


class Trainings:
    """Starts, follows and ends trainings.

    Parameters
    ----------
    data
        Folder that training data is read from; nothing outside it is. A tenant's own models learn from the folder
        within it that is the tenant's own, everybody's from any.
    registry
        Folder of everybody's registry; versions are written to it, or to the tenant's within.
    describe
        Returns the message of a tenant's model's version, for the response.
    at_once
        How many may run.
    rungs
        How many candidates of the ladder to try, the simplest first; None: all.
    """

    def __init__(
        self,
        data: Path,
        registry: Path,
        describe: Callable[[str, str, str], models_pb2.Model],
        at_once: int = 1,
        rungs: int | None = None,
    ) -> None:
        self._data = data.resolve()
        self._registry = registry.resolve()
        self._describe = describe
        self._at_once = at_once
        self._rungs = rungs
        self._operations: dict[str, _Running] = {}
        self._by_request: dict[tuple[str, str], _Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def train(self, request: models_pb2.TrainModelRequest) -> pb.Operation:
        """Begin a training and return its operation.

        Raises
        ------
        InvalidInput
            If the request cannot be read.
        RequestIdReused
            If its id was used for other content.
        TooMuchAtOnce
            If as many run as may.
        """
        tenant, _ = model_of(request.parent, "parent")
        wish = self._wish(request)
        if request.validate_only:
            await asyncio.to_thread(_check_columns, wish)
            return _checked(request)
        content = hashlib.sha256(wish.to_json().encode()).hexdigest()
        if request.request_id and (before := self._by_request.get((tenant, request.request_id))):
            if before.content != content:
                raise RequestIdReused(request.request_id)
            return before.show()
        if sum(not running.ended.is_set() for running in self._operations.values()) >= self._at_once:
            raise TooMuchAtOnce(f"{self._at_once} trainings run, more may not")
        running = self._remember(request, tenant, content)
        task = asyncio.create_task(self._follow(running, wish))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return running.show()

    def get(self, name: str) -> pb.Operation:
        """Return an operation as it is now."""
        return self._named(name).show()

    def all(self, tenant: str) -> list[pb.Operation]:
        """List a tenant's operations, newest first; with an empty tenant those about everybody's models."""
        return [running.show() for running in reversed(self._operations.values()) if running.tenant == tenant]

    async def wait(self, name: str, seconds: float) -> pb.Operation:
        """Return an operation when it has ended, or after so many seconds."""
        running = self._named(name)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(running.ended.wait(), seconds)
        return running.show()

    async def cancel(self, name: str) -> None:
        """End a training, if it still runs; a version that is written stays."""
        await self._end(self._named(name))

    def forget(self, name: str) -> None:
        """Forget an operation that has ended."""
        running = self._named(name)
        if not running.ended.is_set():
            raise NotPossible(name, "still runs: cancel it first")
        self._drop(running)

    async def close(self) -> None:
        """End all trainings."""
        await asyncio.gather(*(self._end(running) for running in list(self._operations.values())))
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _remember(self, request: models_pb2.TrainModelRequest, tenant: str, content: str) -> _Running:
        metadata = models_pb2.TrainModelMetadata(model=request.parent, stage="start")
        metadata.create_time.FromDatetime(datetime.now(UTC))
        name = f"tenants/{tenant}/operations/{uuid4().hex}" if tenant else f"operations/{uuid4().hex}"
        running = _Running(pb.Operation(name=name), metadata, tenant, content)
        self._operations[running.operation.name] = running
        if request.request_id:
            self._by_request[tenant, request.request_id] = running
        for old in [found for found in self._operations.values() if found.ended.is_set()][:-KEPT]:
            self._drop(old)
        return running

    def _drop(self, running: _Running) -> None:
        del self._operations[running.operation.name]
        self._by_request = {key: kept for key, kept in self._by_request.items() if kept is not running}

    def _named(self, name: str) -> _Running:
        if (running := self._operations.get(name)) is None:
            hint = "a server knows those it began since it started; what an earlier one made stands in ListModels"
            raise NotFound("operation", name, hint)
        return running

    async def _follow(self, running: _Running, wish: Wish) -> None:
        """Run the process to its end and write down how it ended."""
        try:
            outcome = await self._run(running, wish)
            if "version" in outcome:
                model = await asyncio.to_thread(self._describe, running.tenant, wish.model, str(outcome["version"]))
                running.operation.response.Pack(model)
            else:
                running.operation.error.CopyFrom(_failure(running, outcome))
        except ScoringError as error:
            running.operation.error.CopyFrom(Status(code=FAILED_PRECONDITION, message=str(error)))
        except Exception:
            _log.exception("training %s failed", running.operation.name)
            running.operation.error.CopyFrom(
                Status(code=INTERNAL, message="internal error: the server's log says more")
            )
        finally:
            running.metadata.end_time.FromDatetime(datetime.now(UTC))
            running.operation.done = True
            running.ended.set()

    async def _run(self, running: _Running, wish: Wish) -> dict[str, object]:
        environ = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "training.rpc.child"]
        running.process = process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environ)
        if running.cancelled:
            process.terminate()
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(wish.to_json().encode())
            await process.stdin.drain()
        process.stdin.close()
        outcome: dict[str, object] = {}
        async for line in process.stdout:
            said = json.loads(line)
            if "stage" in said:
                running.metadata.stage, running.metadata.done_steps = said["stage"], said["done"]
                running.metadata.total_steps = said["total"]
            else:
                outcome = said
        await process.wait()
        return outcome

    async def _end(self, running: _Running) -> None:
        if running.ended.is_set():
            return
        running.cancelled = True
        if running.process is not None and running.process.returncode is None:
            running.process.terminate()
            try:
                await asyncio.wait_for(running.ended.wait(), GRACE_S)
            except TimeoutError:
                running.process.kill()

    def _wish(self, request: models_pb2.TrainModelRequest) -> Wish:
        if not request.target:
            raise InvalidInput.of("target", "is required: the column that holds the outcome")
        if len(request.request_id) > MAX_REQUEST_ID:
            raise InvalidInput.of("request_id", f"{len(request.request_id)} characters: at most {MAX_REQUEST_ID}")
        tenant, model = model_of(request.parent, "parent")
        return Wish(
            registry=registry_of(str(self._registry), tenant),
            model=checked_name("parent", model),
            data=str(self._file(tenant, request.data_path)),
            target=request.target,
            positive=request.positive,
            id_column=request.id_column,
            time_column=request.time_column,
            dropped=tuple(request.dropped_columns),
            seed=request.seed if request.HasField("seed") else DEFAULT_SEED,
            rungs=self._rungs,
        )

    def _file(self, tenant: str, path: str) -> Path:
        """Return the file that a path below a tenant's data names, links followed, never one outside."""
        folder = (self._data / folder_of(tenant)).resolve() if tenant else self._data
        try:
            found = (folder / path).resolve()
            allowed = found.is_relative_to(folder) and found.suffix in _SUFFIXES and found.is_file()
        except (OSError, ValueError):
            allowed = False
        if not allowed:
            where = f"{folder_of(tenant)} in the server's folder" if tenant else "the server's folder"
            raise InvalidInput.of(
                "data_path", f"{path[:80]!r}: must be a .csv or .parquet file below {where} of training data"
            )
        return found


def _check_columns(wish: Wish) -> None:
    """Check that the file has the columns that are named.

    Raises
    ------
    InvalidInput
        With a violation per column that it has not, or if it cannot be read.
    """
    from training.reading import column_names  # with it comes pyarrow, which a server that only scores can do without

    named = {"target": wish.target, "id_column": wish.id_column, "time_column": wish.time_column}
    named |= {f"dropped_columns[{place}]": name for place, name in enumerate(wish.dropped)}
    try:
        found = column_names(Path(wish.data))
    except UnreadableTable as error:
        raise InvalidInput.of("data_path", str(error)) from error
    absent = {field: name for field, name in named.items() if name and name not in found}
    if absent:
        allowed = f"found are {', '.join(found)[:200]}"
        raise InvalidInput(
            [Violation(field, f"there is no column {name!r}; {allowed}") for field, name in absent.items()]
        )


def _checked(request: models_pb2.TrainModelRequest) -> pb.Operation:
    operation = pb.Operation(done=True)
    operation.metadata.Pack(models_pb2.TrainModelMetadata(model=request.parent, stage="checked"))
    return operation


def _failure(running: _Running, outcome: dict[str, object]) -> Status:
    if running.cancelled:
        return Status(code=CANCELLED, message="cancelled")
    if not outcome:
        return Status(code=ABORTED, message="the process that trained was ended from outside, or ran out of memory")
    code = _CODES.get(str(outcome.get("reason")), INVALID_ARGUMENT)
    return Status(code=code, message=str(outcome.get("error"))[:2_000])


class OperationsServicer:
    """Answers google.longrunning.Operations; errors are raised and become statuses where it is registered."""

    MAX_WAIT_S = 600.0

    def __init__(self, trainings: Trainings) -> None:
        self._trainings = trainings

    async def GetOperation(self, request: pb.GetOperationRequest, _: Call) -> pb.Operation:
        """Get an operation."""
        return self._trainings.get(request.name)

    async def ListOperations(self, request: pb.ListOperationsRequest, _: Call) -> pb.ListOperationsResponse:
        """List operations, newest first; there are few, so on one page."""
        tenant = tenant_of(request.name, "name") if request.name.startswith("tenants/") else ""
        return pb.ListOperationsResponse(operations=self._trainings.all(tenant))

    async def CancelOperation(self, request: pb.CancelOperationRequest, _: Call) -> Empty:
        """End a training."""
        await self._trainings.cancel(request.name)
        return Empty()

    async def DeleteOperation(self, request: pb.DeleteOperationRequest, _: Call) -> Empty:
        """Forget an operation that has ended."""
        self._trainings.forget(request.name)
        return Empty()

    async def WaitOperation(self, request: pb.WaitOperationRequest, _: Call) -> pb.Operation:
        """Wait for an operation to end, up to ten minutes."""
        timeout = request.timeout
        asked = timeout.seconds + timeout.nanos / 1e9 if request.HasField("timeout") else self.MAX_WAIT_S
        return await self._trainings.wait(request.name, min(max(asked, 0.0), self.MAX_WAIT_S))
