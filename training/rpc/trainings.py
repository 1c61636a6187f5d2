"""TrainModel: read what is wanted, check it, and hand it in as an operation."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from google.longrunning.operations_pb2 import Operation
from google.protobuf.any_pb2 import Any as AnyMessage

from failures import shown
from fairlead.v1 import models_pb2
from gateway import fields
from operations.executor import OperationKind
from operations.operation import Task
from operations.rpc.messages import checked_message, fingerprint_of, operation_message
from operations.service import OperationService
from operations.tables import read_options, report_message
from scoring.errors import InvalidInput, Violation
from scoring.model.profit import ProfitAssumptions
from scoring.names import model_of
from scoring.paths import inside, where
from scoring.registry.registry import Registries
from scoring.rpc.models import describe
from tables.errors import UnreadableTable
from tables.files import ENDINGS
from training.request import RUNGS, TrainRequest
from training.seed import DEFAULT_SEED

KIND = "train"


class Trainings:
    """Takes trainings in; matches `scoring.rpc.models.Trainer`.

    Parameters
    ----------
    operations
        Where they are handed in.
    data
        Folder that training data is read from; nothing outside it is. A tenant's own models learn from the folder
        within it that is the tenant's own, everybody's from any.
    """

    def __init__(self, operations: OperationService, data: Path) -> None:
        self._operations = operations
        self._data = data

    async def train(self, request: models_pb2.TrainModelRequest, actor: str) -> Operation:
        """Have a model trained and return the operation.

        Raises
        ------
        InvalidInput
            If the request cannot be read.
        Failure
            If it cannot be taken in.
        """
        tenant, model = model_of(request.parent, "parent")
        arguments, request_id = self._arguments(request, tenant, model), fields.request_id(request)
        if request.validate_only:
            await asyncio.to_thread(_check_columns, inside(self._data, tenant, arguments.data, "data_path"), arguments)
            return checked_message(request.parent)
        task = Task(request.parent, asdict(arguments), fingerprint_of(request), actor)
        return operation_message(await self._operations.begin(KIND, tenant, task, request_id))

    def _arguments(self, request: models_pb2.TrainModelRequest, tenant: str, model: str) -> TrainRequest:
        if not request.target:
            raise InvalidInput.of("target", "is required: the column that holds the outcome")
        if not 0 <= request.rungs <= RUNGS:
            raise InvalidInput.of("rungs", f"{request.rungs}: must be 0 to {RUNGS}")
        file = inside(self._data, tenant, request.data_path, "data_path")
        if not file.name.lower().endswith(ENDINGS) or not file.is_file():
            wanted = f"must be a file {where(tenant)} whose name ends in {', '.join(ENDINGS)}"
            raise InvalidInput.of("data_path", f"{shown(request.data_path)}: {wanted}")
        return TrainRequest(
            tenant=tenant,
            model=model,
            data=request.data_path,
            target=request.target,
            positive=request.positive,
            id_column=request.id_column,
            time_column=request.time_column,
            dropped=tuple(request.dropped_columns),
            seed=request.seed if request.HasField("seed") else DEFAULT_SEED,
            rungs=request.rungs,
            negative=tuple(request.negative),
            reading=read_options(request.read_options),
            profit=ProfitAssumptions(**{field.name: x for field, x in request.profit_assumptions.ListFields()}),
        )


def training(data: Path, models: Path, registries: Registries) -> OperationKind:
    """Return what a worker needs to train: where data are read and models written, and the registries within."""

    def answer(result: Mapping[str, Any]) -> bytes:
        response = AnyMessage()
        model = describe(registries(result["tenant"]), result["model"], result["version"])
        model.read_report.CopyFrom(report_message(result["read"]))
        response.Pack(model)
        return response.SerializeToString()

    command = (sys.executable, "-P", "-m", "training.rpc.child", str(data.resolve()), str(models.resolve()))
    return OperationKind(KIND, command, answer)


def _check_columns(file: Path, arguments: TrainRequest) -> None:
    """Check that the file has the columns that are named.

    Raises
    ------
    InvalidInput
        With a violation per column that it has not, or if it cannot be read.
    """
    from tables.reading import open_table  # with it comes pyarrow, which a server that only scores can do without

    named = {"target": arguments.target, "id_column": arguments.id_column, "time_column": arguments.time_column}
    named |= {f"dropped_columns[{place}]": name for place, name in enumerate(arguments.dropped)}
    try:
        table = open_table(file, arguments.reading)
        columns = table.found(filter(None, named.values()))
    except UnreadableTable as error:
        raise InvalidInput.of("data_path", str(error)) from error
    absent = {field: name for field, name in named.items() if name and name not in columns}
    if absent:
        allowed = f"found are {', '.join(table.names)[:200]}"
        raise InvalidInput(
            [Violation(field, f"there is no column {name!r}; {allowed}") for field, name in absent.items()]
        )
