"""ModelService: what stands in the registry, which version serves, and making a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Protocol

from google.longrunning.operations_pb2 import Operation

from failures import shown
from fairlead.v1 import models_pb2 as pb
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from scoring.errors import InvalidInput, NotPossible
from scoring.model.profit import assumptions_of
from scoring.names import model_of, version_of
from scoring.registry import gates
from scoring.registry.journal import AliasState
from scoring.registry.registry import ChangeTerms, Registries, Registry

MAX_ACTOR = 256


class Trainer(Protocol):
    """Makes new versions, aside."""

    async def train(self, request: pb.TrainModelRequest, actor: str) -> Operation:
        """Have a model trained and return the operation."""


class ModelServicer:
    """Answers ModelService; errors are raised and become statuses in ``gateway.calls.pipeline``.

    The registry reads and writes files, so everything runs in a thread and scoring goes on meanwhile.
    """

    def __init__(self, registries: Registries, trainer: Trainer | None) -> None:
        self._registries = registries
        self._trainer = trainer

    async def ListModels(self, request: pb.ListModelsRequest, _: Call) -> pb.ListModelsResponse:
        tenant, wanted = _listed_of(request.parent)
        size = fields.page_size(request.page_size)
        models = await asyncio.to_thread(self._listed, tenant, wanted)
        after = fields.page_place(request.page_token)
        left = [model for model in models if model.name > after]
        token = fields.page_token(left[size - 1].name) if len(left) > size else ""
        return pb.ListModelsResponse(models=left[:size], next_page_token=token)

    async def GetModel(self, request: pb.GetModelRequest, _: Call) -> pb.Model:
        tenant, model, version = version_of(request.name, "name")
        return await asyncio.to_thread(lambda: describe(self._registries(tenant), model, version))

    async def PromoteModel(self, request: pb.PromoteModelRequest, call: Call) -> pb.Model:
        tenant, model, version = version_of(request.name, "name")
        terms = _terms(request, call)
        terms["reason"] = "; ".join(filter(None, [request.reason, request.override_reason]))
        terms["override"] = bool(request.override_reason)
        return await self._changed(
            tenant, model, "champion", lambda registry: registry.promote(model, version, **terms)
        )

    async def RollbackModel(self, request: pb.RollbackModelRequest, call: Call) -> pb.Model:
        tenant, model = model_of(request.name, "name")
        terms = _terms(request, call)
        return await self._changed(tenant, model, "champion", lambda registry: registry.rollback(model, **terms))

    async def ChallengeModel(self, request: pb.ChallengeModelRequest, call: Call) -> pb.Model:
        tenant, model, version = version_of(request.name, "name")
        terms = _terms(request, call)
        return await self._changed(
            tenant, model, "challenger", lambda registry: registry.challenge(model, version, **terms)
        )

    async def CompareModels(self, request: pb.CompareModelsRequest, _: Call) -> pb.CompareModelsResponse:
        tenant, model, first = version_of(request.first, "first")
        *other, second = version_of(request.second, "second")
        if other != [tenant, model]:
            raise InvalidInput.of("second", f"{shown(request.second)}: must be of the model that the first is of")
        return await asyncio.to_thread(self._compared, tenant, model, first, second)

    async def TrainModel(self, request: pb.TrainModelRequest, call: Call) -> Operation:
        if self._trainer is None:
            raise NotPossible(
                "ModelService.TrainModel", "this server does not train: it has no folder of training data"
            )
        return await self._trainer.train(request, call.actor)

    async def _changed(self, tenant: str, model: str, alias: str, change: Callable[[Registry], AliasState]) -> pb.Model:
        """Change the aliases of a model, and describe what the one that was meant now stands for."""

        def carried_out() -> pb.Model:
            registry = self._registries(tenant)
            state = change(registry)
            return describe(registry, model, state.version(alias), state)

        return await asyncio.to_thread(carried_out)

    def _listed(self, tenant: str, wanted: str) -> list[pb.Model]:
        registry, messages = self._registries(tenant), []
        for model in [wanted] if wanted else registry.models():
            state = registry.state(model)
            messages += [
                pb.Model(name=registry.name(model, version), aliases=state.aliases_of(version), etag=state.etag)
                for version in registry.versions(model)
            ]
        return sorted(messages, key=lambda model: model.name)

    def _compared(self, tenant: str, model: str, first: str, second: str) -> pb.CompareModelsResponse:
        registry = self._registries(tenant)
        comparison = registry.compare(model, first, second)
        return pb.CompareModelsResponse(
            first=describe(registry, model, comparison.versions[0]),
            second=describe(registry, model, comparison.versions[1]),
            figures=[
                pb.FigureComparison(name=n, first=one, second=two) for n, (one, two) in comparison.figures.items()
            ],
            features_only_in_first=comparison.only_in_first,
            features_only_in_second=comparison.only_in_second,
        )


def _terms(request: Any, call: Call) -> ChangeTerms:
    return {
        "actor": call.actor or fields.text(request.actor, MAX_ACTOR, "actor"),
        "reason": request.reason,
        "etag": request.etag,
        "request_id": fields.request_id(request),
        "validate_only": request.validate_only,
    }


def describe(registry: Registry, model: str, version: str, state: AliasState | None = None) -> pb.Model:
    """Verify a version and write it as a message, with its aliases as they are or as ``state`` says."""
    artefact = registry.load(model, version)
    state = state or registry.state(model)
    manifest, report = artefact.manifest, gates.read_report(artefact.report)
    message = pb.Model(
        name=registry.name(model, manifest.version),
        aliases=state.aliases_of(manifest.version),
        etag=state.etag,
        digest=artefact.digest,
        label=manifest.label.name,
        horizon_days=manifest.label.horizon_days,
        features=artefact.schema.inputs,
        figures=gates.figures(report),
        gates=[pb.PromotionGate(name=g.name, passed=g.passed, detail=g.detail) for g in gates.gates(report)],
        at_risk_threshold=artefact.thresholds.at_risk,
    )
    if assumptions := assumptions_of(report):
        message.profit_assumptions.CopyFrom(pb.ProfitAssumptions(**asdict(assumptions)))
    message.create_time.FromDatetime(manifest.created_time)
    return message


def _listed_of(parent: str) -> tuple[str, str]:
    """Read whose models are asked for, and which; an empty one means all."""
    if not parent:
        return "", ""
    if parent.startswith("tenants/") and parent.count("/") == 1:
        return tenant_of(parent, "parent"), ""
    return model_of(parent, "parent")
