"""``fairlead erase`` and ``fairlead log``, as an operator calls them."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fairlead.client import FairleadClient
from fairlead.v1 import routing_pb2 as routing
from gateway.settings import Security
from router.adapters.queue import WorkSettings, routing_queue
from router.adapters.redis.repositories import Stores
from router.history.monitor import ROLE
from service import main
from store.embedded.server import EmbeddedServer
from tests.api import Api, connected
from tests.conftest import serving
from tests.integration.test_queue_commands import settled
from tests.served import Served
from workqueue.jobs import JobState, NewJob, Request

RULES: dict[str, Any] = {
    "fields": {
        "phone": {"type": "string", "personal": True}, "customer": {"type": "string"}, "risk": {"type": "number"},
    },
    "known_customer": {"id": "customer", "churn_risk": "risk"},
    "default": {"route": {"pool": "everyone"}},
}  # fmt: skip


async def some_leads(api: Api) -> None:
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.adopt(RULES)
    for number in range(3):
        await api.route(f"L-{number}", phone=f"139 {number}", customer="C-1")


async def run(*arguments: str, answer: str = "y\n") -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments), answer)


async def test_a_customer_is_erased_once_it_is_confirmed(api: Api, address: str) -> None:
    await some_leads(api)
    at = ("--server", address, "--tenant", api.tenant)

    refused = await run("erase", "C-1", *at, answer="n\n")
    tried = await run("erase", "C-1", "--dry-run", *at)
    done = await run("erase", "C-1", *at)

    counts = "3 values of 3 work items, 0 submissions, 0 scores"
    assert refused.exit_code == 1
    assert tried.output == f"would be erased: {counts}\n"
    assert f"erased: {counts}\nbackups taken from 20" in done.output
    assert "phone" not in dict((await api.item(f"{api.parent}/workItems/crm~L-1")).attributes)


async def test_what_is_erased_is_explained_as_erased_and_not_as_missing(api: Api, address: str) -> None:
    comparing = [{"id": "by-phone", "when": {"field": "phone", "op": "ne", "value": "110"}, **RULES["default"]}]
    await some_leads(api)
    await api.adopt({**RULES, "rules": comparing})
    await api.route("L-9", phone="139 9", customer="C-9")
    at = ("--server", address, "--tenant", api.tenant)
    await run("erase", "C-9", "--yes", *at)

    told = await run("explain", "crm~L-9", *at)

    assert '✓ phone is not "110": it is erased' in told.output


async def test_a_work_item_is_named_by_its_id(api: Api, address: str) -> None:
    await some_leads(api)

    done = await run("erase", "crm~L-2", "--work-item", "--yes", "--server", address, "--tenant", api.tenant)

    assert done.output.startswith("erased: 1 value of 1 work item")


@pytest.mark.parametrize("subject", ["crm~A/1", "workItems/crm~L-1", "tenants/x/workItems/crm~L-1"])
async def test_what_is_no_work_item_s_id_is_not_taken_for_a_customer_s(api: Api, address: str, subject: str) -> None:
    done = await run("erase", subject, "--work-item", "--yes", "--server", address, "--tenant", api.tenant)

    assert done.exit_code == 1
    assert "must be tenants/{tenant}/workItems/{id}" in done.output


@pytest.mark.parametrize("subject", ["crm~L-1", " C-1", "workItems/crm~L-1"])
@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
async def test_an_erasure_that_finds_nothing_says_so(api: Api, address: str, subject: str, option: str) -> None:
    await some_leads(api)

    done = await run("erase", subject, option, "--server", address, "--tenant", api.tenant)

    assert done.exit_code == 3
    assert f"nothing personal is known of {subject!r} in tenants/{api.tenant}" in done.output
    assert "--work-item" in done.output
    assert "erased:" not in done.output
    assert ("if it is erased already, backups" in done.output) == (option == "--yes")
    assert dict((await api.item(f"{api.parent}/workItems/crm~L-1")).attributes)["phone"] == "139 1"


async def test_who_is_erased_already_is_not_said_to_be_erased_again(api: Api, address: str) -> None:
    await some_leads(api)
    erase = ("erase", "C-1", "--yes", "--server", address, "--tenant", api.tenant)
    first = await run(*erase)

    again = await run(*erase)

    assert (first.exit_code, again.exit_code) == (0, 3)
    assert "if it is erased already, backups taken from 20" in again.output


async def test_a_customer_whose_id_looks_like_a_name_is_erased_by_one(api: Api, address: str) -> None:
    await some_leads(api)
    await api.route("L-9", phone="139", customer="tenants/C/1")
    at = ("--yes", "--server", address, "--tenant", api.tenant)

    refused = await run("erase", "tenants/C/1", *at)
    done = await run("erase", f"{api.parent}/customers/tenants/C/1", *at)

    assert refused.exit_code == 1
    assert "must be tenants/{tenant}/workItems/{id}" in refused.output
    assert "erased: 1 value of 1 work item" in done.output


@pytest.mark.parametrize(("name", "says"), [(("log", "verify"), "none altered"), (("audit", "verify"), "none altered")])
async def test_the_chain_is_verified_by_its_new_name_and_by_the_old(api: Api, name: tuple[str, ...], says: str) -> None:
    await some_leads(api)

    assert says in (await run(*name, "--redis-url", api.redis_url, "--tenant", api.tenant)).output


@pytest.mark.parametrize("name", [("log", "replay"), ("verify",)])
async def test_a_replay_says_how_many_items_are_erased(api: Api, address: str, name: tuple[str, ...]) -> None:
    await some_leads(api)
    await run("erase", "C-1", "--yes", "--server", address, "--tenant", api.tenant)

    output = (await run(*name, "--redis-url", api.redis_url, "--tenant", api.tenant)).output

    assert "state matches the log" in output
    assert "3 erased items: replayed from the kept outcomes" in output


async def test_who_erased_what_is_told(api: Api, address: str) -> None:
    await some_leads(api)
    await run("erase", "C-1", "--yes", "--server", address, "--tenant", api.tenant)

    output = (await run("log", "show", "--redis-url", api.redis_url, "--tenant", api.tenant)).output

    assert "erased 3 values of 3 work items" in output


async def test_a_log_is_not_rewritten_while_a_service_uses_the_store(api: Api) -> None:
    await some_leads(api)
    stores = Stores.connect(api.redis_url)
    await stores.leader_lease.lead(api.tenant, ROLE, "a service", 60.0)
    await stores.close()

    result = await run("log", "rewrite", "--yes", "--redis-url", api.redis_url, "--tenant", api.tenant)

    assert result.exit_code == 1
    assert "stop every server" in result.output


def test_a_data_folder_is_not_rewritten_while_it_is_served(served: Served, data_folder: Path) -> None:
    result = CliRunner().invoke(main, ["log", "rewrite", "--yes", "--data", str(data_folder)])

    assert result.exit_code == 2
    assert "in use by process" in result.output


async def test_a_stopped_service_goes_on_after_its_log_was_rewritten(own_store: EmbeddedServer, tenant: str) -> None:
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await some_leads(api)
    stores = Stores.connect(own_store.url)
    for role in await stores.redis.keys("*:role:*"):
        await stores.redis.delete(role)  # as when they have run out
    await stores.close()

    result = await run("log", "rewrite", "--yes", "--redis-url", own_store.url, "--tenant", tenant)
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await api.route("L-9", phone="139", customer="C-1")
        with FairleadClient(address, tenant) as client:
            erased = await asyncio.to_thread(client.erase, "C-1")

    assert "events written anew: 0 values of 0 work items sealed" in result.output
    assert erased.value_count == 4
    assert "none altered" in (await run("log", "verify", "--redis-url", own_store.url, "--tenant", tenant)).output


async def test_an_operator_is_warned_of_what_cannot_be_sealed(
    store: EmbeddedServer, tenant: str, caplog: pytest.LogCaptureFixture
) -> None:
    rule_set = {
        "fields": {"city": {"type": "string"}},
        "default": {"route": {"pool": "everyone", "require": [{"rep": "city", "op": "eq", "item": "city"}]}},
    }
    chosen = Security(personal=frozenset({"city"}))
    async with serving(store.url, security=chosen) as address, connected(address, tenant, store.url) as api:
        await api.hire("ann", city="x")
        await api.pool("everyone", ["ann"])
        await api.adopt(rule_set)
        with caplog.at_level(logging.WARNING):
            await api.route("L-1", city="x")

    assert f"tenants/{tenant}: rules 1 compare reps with city: not sealed though personal" in caplog.messages


async def test_a_submission_with_a_personal_external_id_keeps_its_name(store: EmbeddedServer, tenant: str) -> None:
    chosen = Security(personal=frozenset({"external_id"}))
    async with serving(store.url, security=chosen) as address, connected(address, tenant, store.url) as api:
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.adopt(RULES)
        item = routing.WorkItem(kind=routing.WorkItem.KIND_LEAD, source="crm", external_id="L-1")
        wish = routing.SubmitWorkItemRequest(parent=api.parent, work_item=item)
        tried = await api.routing.SubmitWorkItem(
            routing.SubmitWorkItemRequest(parent=api.parent, work_item=item, validate_only=True)
        )
        taken = await api.routing.SubmitWorkItem(wish)
        await settled(api)

        routed = await api.item(taken.work_item)

    assert tried.work_item == taken.work_item == routed.name
    assert routed.name.startswith(f"{api.parent}/workItems/~")
    assert (routed.external_id, routed.owner) == ("L-1", api.rep_name("ann"))


async def test_a_submission_that_cannot_be_read_is_named_until_it_is_purged(api: Api, address: str) -> None:
    await some_leads(api)
    stores = Stores.connect(api.redis_url)
    queue = routing_queue(stores.redis, WorkSettings(), 3600)
    await queue.submit(api.tenant, [NewJob("crm~L-7", b"\xc1", delay_s=3600)])
    at = ("--server", address, "--tenant", api.tenant)

    tried = await run("erase", "C-1", "--dry-run", *at)
    done = await run("erase", "C-1", "--yes", *at)
    await queue.purge(api.tenant, JobState.DELAYED, Request("p", ""), ["crm~L-7"])
    again = await run("erase", "C-1", "--yes", *at)
    await stores.close()

    left = "1 submission cannot be read and may be the subject's: crm~L-7: purge them, then erase again"
    assert f"something may be left: {left}\n" in tried.output
    assert "erased: 3 values of 3 work items" in done.output
    assert f"it is not known from when on backups are clean: {left}\n" in done.output
    assert "backups taken from 20" in again.output


async def test_a_link_noted_two_rewritings_ago_still_proves_the_log(own_store: EmbeddedServer, tenant: str) -> None:
    async with serving(own_store.url) as address, connected(address, tenant, own_store.url) as api:
        await some_leads(api)
    stores = Stores.connect(own_store.url)
    for role in await stores.redis.keys("*:role:*"):
        await stores.redis.delete(role)  # as when they have run out
    newest = await stores.assignments.entries(tenant)
    noted = [f"{entry.number}:{entry.link}" for entry in (newest[-1], newest[-2])]
    await stores.close()
    at = ("--redis-url", own_store.url, "--tenant", tenant)

    rewritten = [await run("log", "rewrite", "--yes", *at) for _ in range(2)]
    of_its_end, before_its_end = [await run("log", "verify", "--noted", note, *at) for note in noted]

    assert [result.exit_code for result in rewritten] == [0, 0]
    assert (of_its_end.exit_code, before_its_end.exit_code) == (0, 1)
    assert "only the last link of each older log can be proven" in " ".join(before_its_end.output.split())
    assert noted[0] in "".join(before_its_end.output.split())
