"""RescoreCustomers: read what is wanted, check it, and hand it in as an operation."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from google.longrunning.operations_pb2 import Operation
from google.protobuf.any_pb2 import Any as AnyMessage

from failures import shown
from fairlead.v1 import scoring_pb2 as pb
from gateway import fields
from operations.executor import OperationKind
from operations.operation import Task
from operations.rpc.messages import checked_message, fingerprint_of, operation_message
from operations.service import OperationService
from operations.tables import read_options, report_message
from resource_names import tenant_of
from scoring.batch.plan import ROWS_PER_SHARD
from scoring.clock import Now, wall_clock
from scoring.customers import check_reasons
from scoring.errors import InvalidInput
from scoring.names import version_of
from scoring.paths import inside, where
from scoring.registry.champions import Champions
from scoring.registry.registry import Registries
from scoring.rpc.messages import locale_of

KIND = "rescore"


class Rescorings:
    """Takes rescorings in; matches `scoring.rpc.scoring.Rescorer`.

    Parameters
    ----------
    operations
        Where they are handed in.
    data, out
        Folder that tables are read from, and the one that results go below: a tenant's in the folder within that is
        the tenant's own.
    champions, registries
        By which model a tenant's customers are scored, and where all versions stand.
    now
        The instant that features are known at where none is named.
    """

    def __init__(
        self,
        operations: OperationService,
        data: Path,
        out: Path,
        champions: Champions,
        registries: Registries,
        now: Now = wall_clock,
    ) -> None:
        self._operations = operations
        self._data = data
        self._out = out
        self._champions = champions
        self._registries = registries
        self._now = now

    async def rescore(self, request: pb.RescoreCustomersRequest, actor: str) -> Operation:
        """Have customers rescored and return the operation.

        Raises
        ------
        InvalidInput
            If the request cannot be read.
        NotFound, NotPossible, ArtefactRefused
            If there is no such version or champion, or it must not serve.
        Failure
            If it cannot be taken in.
        """
        tenant, request_id = tenant_of(request.parent, "parent"), fields.request_id(request)
        self._check(request, tenant)
        options, locale = read_options(request.read_options), locale_of(request.locale)
        version = await self._version(request.model_version, tenant)
        if request.validate_only:
            return checked_message(version)
        is_named = request.HasField("as_of_time")
        as_of = fields.instant(request.as_of_time, "as_of_time") if is_named else await self._now()
        arguments = {
            "tenant": tenant,
            "version": version,
            "data": request.data_path,
            "out": request.out_path,
            "id_column": request.id_column,
            "as_of": as_of.isoformat(),
            "shard_rows": request.shard_rows or ROWS_PER_SHARD,
            "reading": options.document(),
            "reasons": request.explain_top_k,
            "locale": locale,
            "allow_missing_columns": request.allow_missing_columns,
        }
        task = Task(version, arguments, fingerprint_of(request), actor)
        return operation_message(await self._operations.begin(KIND, tenant, task, request_id))

    def _check(self, request: pb.RescoreCustomersRequest, tenant: str) -> None:
        if not inside(self._data, tenant, request.data_path, "data_path").exists():
            raise InvalidInput.of(
                "data_path", f"{shown(request.data_path)}: there is nothing of the name {where(tenant)}"
            )
        inside(self._out, tenant, request.out_path, "out_path")
        if request.shard_rows < 0:
            raise InvalidInput.of("shard_rows", f"{request.shard_rows}: must be 0 or more")
        check_reasons(request.explain_top_k)

    async def _version(self, name: str, tenant: str) -> str:
        """Name the version that an alias, or no name at all, means now: whoever does it again uses the same."""
        if not name:
            return (await self._champions.of(tenant)).name
        owner, model, version = version_of(name, "model_version")
        if owner not in ("", tenant):
            raise InvalidInput.of("model_version", f"{shown(name)}: must be everybody's, or of tenants/{tenant}")
        registry = await asyncio.to_thread(self._registries, owner)
        artefact = await asyncio.to_thread(registry.load, model, version)
        return registry.name(model, artefact.manifest.version)


def rescoring(data: Path, out: Path, models: str) -> OperationKind:
    """Return what a worker needs to rescore: the folders of tables and of results, and everybody's registry."""
    registry = models if "://" in models else str(Path(models).resolve())
    folders = str(data.resolve()), str(out.resolve())
    return OperationKind(
        KIND, (sys.executable, "-P", "-m", "scoring.batch.adapters.rescore_child", *folders, registry), _answer
    )


def _answer(result: Mapping[str, Any]) -> bytes:
    message = pb.RescoreCustomersResponse(
        customer_count=result["customers"],
        file_count=result["files"],
        out_path=result["out"],
        model_version=result["version"],
        at_risk_threshold=result["threshold"],
        at_risk_count=result["at_risk"],
        read_reports=[report_message(account) for account in result["read"]],
    )
    message.as_of_time.FromDatetime(datetime.fromisoformat(result["as_of"]))
    response = AnyMessage()
    response.Pack(message)
    return response.SerializeToString()
