"""The client's side of long work: ask for it, follow it, cancel it.

begun = fairlead.operations.train("churn", "customers.csv", "left")
model = fairlead.operations.result(begun.name, Model)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from google.longrunning import operations_pb2 as longrunning
from google.longrunning.operations_pb2 import Operation
from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from fairlead.connection import Connection
from fairlead.errors import FairleadError
from fairlead.v1 import models_pb2 as models
from fairlead.v1 import operations_pb2 as operations
from fairlead.v1 import scoring_pb2 as scoring
from fairlead.v1.tables_pb2 import ReadOptions

_PAGE = 1000
_LOOK_S = 2
"""How long one look waits for an end, in seconds: short, so that a server that stops is not kept waiting."""
_PACKAGE = "google.longrunning"

Answer = TypeVar("Answer", bound=Message)


class Operations:
    """Operations of one tenant, as `fairlead.client.FairleadClient.operations`; names are as the answers have them."""

    def __init__(self, connection: Connection, parent: str) -> None:
        self._connection = connection
        self._parent = parent

    def train(
        self,
        model: str,
        data_path: str,
        target: str,
        *,
        positive: str = "",
        id_column: str = "",
        time_column: str = "",
        dropped_columns: Sequence[str] = (),
        negative: Sequence[str] = (),
        seed: int | None = None,
        rungs: int = 0,
        read_options: ReadOptions | None = None,
        profit: models.ProfitAssumptions | None = None,
        preview: bool = False,
    ) -> Operation:
        """Have a model trained; its result is a ``Model``.

        Parameters
        ----------
        model
            Its id, which means the tenant's own, or a full name: ``models/churn`` is everybody's.
        data_path
            Path below the server's folder of training data, or below the tenant's own within.
        read_options
            How the table is read where it does not tell.
        profit
            What rescuing a customer costs and brings; absent: the usual.
        preview
            Only check the request.
        """
        request = models.TrainModelRequest(
            parent=model if "/" in model else f"{self._parent}/models/{model}",
            data_path=data_path,
            target=target,
            positive=positive,
            id_column=id_column,
            time_column=time_column,
            dropped_columns=dropped_columns,
            negative=negative,
            seed=seed,
            rungs=rungs,
            read_options=read_options,
            profit_assumptions=profit,
            request_id=str(uuid4()),
            validate_only=preview,
        )
        return self._connection.call("ModelService/TrainModel", request, Operation)

    def rescore(
        self,
        data_path: str,
        out_path: str,
        *,
        model_version: str = "",
        id_column: str = "",
        as_of: datetime | None = None,
        shard_rows: int = 0,
        top: int = 0,
        locale: str = "en",
        allow_missing_columns: bool = False,
        read_options: ReadOptions | None = None,
        preview: bool = False,
    ) -> Operation:
        """Have the tenant's customers in a table rescored; its result is a ``RescoreCustomersResponse``.

        Parameters
        ----------
        data_path, out_path
            Paths below the tenant's own folder in the server's folder of tables to rescore, and in that of results.
        model_version
            Full name of a version; absent: the champion by which the tenant's customers are scored.
        as_of
            When the features are known at, with its zone; absent: now.
        top, locale
            How many reasons each customer gets, 0 to 50, and in which language, ``zh`` or ``en``.
        allow_missing_columns
            Whether a table may lack more than half of the columns that the version reads.
        read_options
            How the tables are read where they do not tell.
        preview
            Only check the request.
        """
        request = scoring.RescoreCustomersRequest(
            parent=self._parent,
            model_version=model_version,
            data_path=data_path,
            out_path=out_path,
            id_column=id_column,
            shard_rows=shard_rows,
            explain_top_k=top,
            locale=locale,
            allow_missing_columns=allow_missing_columns,
            read_options=read_options,
            request_id=str(uuid4()),
            validate_only=preview,
        )
        if as_of is not None:
            request.as_of_time.FromDatetime(as_of)
        return self._connection.call("ScoringService/RescoreCustomers", request, Operation)

    def get(self, name: str) -> Operation:
        """Get an operation as it stands."""
        return self._connection.call(
            "Operations/GetOperation", longrunning.GetOperationRequest(name=name), Operation, _PACKAGE
        )

    def list(self, *, everybody: bool = False) -> Iterator[Operation]:
        """List the tenant's operations, newest first, or those about what all tenants share."""
        request = longrunning.ListOperationsRequest(name="" if everybody else self._parent, page_size=_PAGE)
        for page in self._connection.pages(
            "Operations/ListOperations", request, longrunning.ListOperationsResponse, _PACKAGE
        ):
            yield from page.operations

    def follow(self, name: str) -> Iterator[Operation]:
        """Yield an operation now and every other second, and at last when it is over."""
        operation = self.get(name)
        request = longrunning.WaitOperationRequest(name=name, timeout=Duration(seconds=_LOOK_S))
        while not operation.done:
            yield operation
            operation = self._connection.call("Operations/WaitOperation", request, Operation, _PACKAGE)
        yield operation

    def result(self, name: str, kind: type[Answer]) -> Answer:
        """Wait for an operation to be over, and return its response.

        Raises
        ------
        FairleadError
            If it ended with an error.
        """
        *_, operation = self.follow(name)
        if operation.WhichOneof("result") == "error":
            raise FairleadError.of_status(operation.error)
        answer = kind()
        operation.response.Unpack(answer)
        return answer

    def cancel(self, name: str) -> None:
        """End an operation that is not over."""
        self._connection.call(
            "Operations/CancelOperation", longrunning.CancelOperationRequest(name=name), Empty, _PACKAGE
        )

    def delete(self, name: str) -> None:
        """Forget an operation that is over."""
        self._connection.call(
            "Operations/DeleteOperation", longrunning.DeleteOperationRequest(name=name), Empty, _PACKAGE
        )

    def redrive(self, name: str) -> Operation:
        """Have an operation tried again that was given up."""
        request = operations.RedriveOperationRequest(name=name, request_id=str(uuid4()))
        return self._connection.call("OperationService/RedriveOperation", request, Operation)


def metadata_of(operation: Operation) -> operations.OperationMetadata:
    """Return how an operation stands."""
    metadata = operations.OperationMetadata()
    operation.metadata.Unpack(metadata)
    return metadata
