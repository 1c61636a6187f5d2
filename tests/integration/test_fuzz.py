"""Spoilt requests over the network, on a real store: whatever comes, the server answers in kind and stays alive.

Once with an open door, and once with one that asks who calls: then nothing of another tenant may come to be either.
``FAIRLEAD_FUZZ_SECONDS`` says for how long, in all. Millions of such requests, in process, make `tests.fuzzing`.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import grpc
import pytest

from gateway.auth.permissions import GRANTS, Scope
from gateway.settings import OPEN
from router.adapters.redis.repositories import Stores
from router.history.tamper_check import TamperCheck
from serving.settings import OperationSettings
from tests.api import EVERYONE, Api, connected, differences
from tests.conftest import serving
from tests.fuzzing import inputs
from tests.fuzzing.asking import FORBIDDEN, MOST_ANSWERS, Violation
from tests.fuzzing.callers import INSIDER, NOBODY, STRANGER, Caller
from tests.fuzzing.drawing import TENANT
from tests.fuzzing.plain import attack
from tests.identities import security
from tests.integration.gateway.auth.test_who_may import showing
from tests.methods import METHODS
from tests.scoring_models import write_model

pytestmark = pytest.mark.long

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))
SPAWNING = ("PublishRuleSet", "ValidateRuleSet", "TestRuleSet")
"""Methods that start a process for each readable call, some tenths of a second: one call in ten is readable."""
_CLIENT_S_OWN = ("execute_batch", "Internal error from Core")
"""What gRPC's client says of itself, as INTERNAL, when it writes to a call that the server has refused."""
ENDLESS_S = 0.05
"""How long a stream may be silent before its caller goes away."""
HANGS_S = 300.0
"""What takes longer hangs, on the busiest machine."""


class OverTheNetwork:
    """Calls on a server; a `tests.fuzzing.account.Target`.

    Parameters
    ----------
    runner
        Runs the server, too.
    """

    name, is_text = "calls, over the network", False

    def __init__(self, runner: asyncio.Runner, api: Api) -> None:
        self._runner = runner
        self._channel: Any = api.channel
        self.seeds = [data for data in inputs.understood() if not inputs.read(data)[0].endswith(SPAWNING)]

    def changed(self, random: Random, data: bytes) -> bytes:
        spoil = inputs.spoilt if random.random() < 0.4 else inputs.changed
        spoilt = spoil(random, data)
        if inputs.read(spoilt)[0].endswith(SPAWNING) and random.random() < 0.9:
            return spoilt[:2] + b"\xff" + spoilt[3:]
        return spoilt

    def run(self, data: bytes) -> str:
        name, caller, parts = inputs.read(data)
        if "*" in caller.tenants and GRANTS[name].scope is not Scope.SERVER:
            caller = INSIDER  # who may touch everybody's data would prove nothing about strangers
        ended = self._runner.run(self.ask(name, caller, parts))
        if ended in FORBIDDEN | {"DEADLINE_EXCEEDED"}:
            raise Violation(f"{name} ended with {ended}")
        return ended

    async def ask(self, name: str, caller: Caller, parts: list[bytes]) -> str:
        """Make a call of any shape and return how it ended; streams are left when they fall silent."""
        method, channel, metadata = METHODS[name], self._channel, caller.metadata
        try:
            if not method.server_streaming:
                await channel.unary_unary(f"/{name}")(parts[0], timeout=HANGS_S, metadata=metadata)
                return "OK"
            call = (
                channel.stream_stream(f"/{name}")(iter(parts), timeout=HANGS_S, metadata=metadata)
                if method.client_streaming
                else channel.unary_stream(f"/{name}")(parts[0], timeout=HANGS_S, metadata=metadata)
            )
            return await _left(call)
        except grpc.aio.AioRpcError as error:
            return _told(error.code(), error.details())

    def close(self) -> None:
        """What is stored is looked at by the test."""


async def _left(call: Any) -> str:
    end: Any = grpc.aio.EOF  # type: ignore[attr-defined]  # stubs leave it out
    for answered in range(MOST_ANSWERS):
        waiting = asyncio.ensure_future(call.read())
        await asyncio.wait([waiting], timeout=ENDLESS_S if answered else HANGS_S)
        if not waiting.done():
            call.cancel()
            await asyncio.wait([waiting])
            return "CANCELLED"
        if waiting.result() is end:
            return _told(await call.code(), await call.details())
    call.cancel()
    return "CANCELLED"


def _told(code: grpc.StatusCode, details: str | None) -> str:
    if any(own in (details or "") for own in _CLIENT_S_OWN):
        return "CANCELLED"
    return str(code.name)


@pytest.mark.timeout(SECONDS + 900)
@pytest.mark.parametrize("guarded", [False, True], ids=["open", "guarded"])
def test_whatever_comes_the_server_answers_in_kind(own_store: Any, tmp_path: Path, guarded: bool) -> None:
    seed, url = SystemRandom().randrange(2**31), own_store.url

    with asyncio.Runner() as runner:
        running = serving(url, **_with_models(tmp_path), security=security(tmp_path) if guarded else OPEN)
        address = runner.run(running.__aenter__())
        dialled = connected(address, TENANT, url)
        api = runner.run(dialled.__aenter__())
        runner.run(_arrange(showing(api, TENANT, INSIDER.metadata)))
        target = OverTheNetwork(runner, api)
        if guarded:
            target.seeds += [inputs.by(caller, data) for caller in (STRANGER, NOBODY) for data in target.seeds]
        try:
            account = attack(target, seed, seconds=SECONDS / 2)
            alive = runner.run(target.ask("fairlead.v1.RoutingService/GetWorkItem", INSIDER, [b""]))
            wrong = [*runner.run(differences(url, TENANT)), *runner.run(_faults(url, TENANT))]
        finally:
            runner.run(dialled.__aexit__(None, None, None))
            runner.run(running.__aexit__(None, None, None))

    assert not account.violations, "\n".join([f"seed {seed}", *account.violations.values()])
    assert alive == "INVALID_ARGUMENT"
    assert wrong == []
    assert account.outcomes["OK"] > 0
    if guarded:
        assert account.outcomes["PERMISSION_DENIED"] > len(METHODS) / 2
        assert account.outcomes["UNAUTHENTICATED"] > len(METHODS) / 2


def _with_models(folder: Path) -> dict[str, Any]:
    """Return settings with models and long work; nobody carries it out, for what is sound would take minutes."""
    models, data, out = (folder / name for name in ("models", "data", "out"))
    for place in (data, out):
        place.mkdir()
    (data / "customers.csv").write_text("customer,churned\n1,yes\n2,no\n", "utf-8")
    for version in ("v1", "v2"):
        write_model(models, version)
    return {"models": str(models), "operations": OperationSettings(str(data), str(data), str(out), workers=0)}


async def _arrange(api: Api) -> None:
    await api.territory("华东")
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.adopt({**EVERYONE, "undeclared": "ignore"})
    await api.route("L-1")


async def _faults(url: str, tenant: str) -> list[str]:
    stores = Stores.connect(url)
    audit = TamperCheck(stores.assignments, stores.assignments, stores.workforce, stores.rule_sets, stores.rule_sets)
    try:
        return [fault async for fault in audit.faults(tenant)]
    finally:
        await stores.close()
