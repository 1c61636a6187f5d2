"""``fairlead subscriptions``, ``channels`` and ``deliveries`` against a real server."""

from __future__ import annotations

import asyncio
import json
import re
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fairlead.v1 import workforce_pb2
from notifications.secrets import SecretBox
from service import main
from tests.api import EVERYONE, connected
from tests.conftest import serving
from tests.integration.notifications.arranging import HOOK, SECRET, chosen, open_channel, subscribe
from tests.receivers import Receiver

HOURS = "calendars: {shanghai: {time_zone: Asia/Shanghai, weekly: {mon-fri: 09:00-18:00}}}"

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def command(store: Any, tenant: str, tmp_path: Path) -> AsyncIterator[Command]:
    """Yield what runs a command against a server and returns its exit code and what it printed."""
    async with serving(store.url, deliveries=chosen(tmp_path)) as address:

        def run(*arguments: str, given: str = "") -> tuple[int, str]:
            at = ("--server", address, "--tenant", tenant)
            done = CliRunner().invoke(main, [*arguments, *at], input=given, env={"FAIRLEAD_REDIS_URL": None})
            return done.exit_code, done.output

        async def ran(*arguments: str, given: str = "") -> tuple[int, str]:
            return await asyncio.to_thread(run, *arguments, given=given)

        yield ran


async def test_a_secret_that_was_made_is_shown_once(command: Command) -> None:
    code, made = await command("subscriptions", "create", "crm", "--url", HOOK, "--events", "closed, decision")
    _, shown = await command("subscriptions", "show", "crm")

    assert (code, len(re.findall(r"whsec_[A-Za-z0-9+/=]{44}", made))) == (0, 1)
    assert "whsec_" not in shown
    assert re.search(r"crm +http://127.0.0.1:9/… +decision, closed +active +0 +0 +1", shown)


async def test_secrets_come_from_a_file_or_standard_input(command: Command, tmp_path: Path) -> None:
    (tmp_path / "hook").write_text(f"{HOOK}\n")

    code, made = await command(
        "subscriptions", "create", "crm", "--url-file", str(tmp_path / "hook"), "--secret-file", "-", given=SECRET
    )
    _, listed = await command("subscriptions", "list", "--json")

    assert code == 0, made
    assert SECRET not in made
    (subscription,) = json.loads(listed)["subscriptions"]
    assert (subscription["secret_count"], subscription["url"]) == (1, "http://127.0.0.1:9/…")


@pytest.mark.parametrize("held", ["", "\n", "one\ntwo\n"])
async def test_a_file_that_holds_no_single_line_is_refused(command: Command, held: str) -> None:
    code, said = await command("channels", "create", "bot", "--kind", "feishu", "--address-file", "-", given=held)

    assert (code, "--address-file" in said, "one" in said.replace("allowed is one", "")) == (2, True, False)


async def test_a_secret_is_changed_in_three_steps(command: Command) -> None:
    await command("subscriptions", "create", "crm", "--url", HOOK)

    _, second = await command("subscriptions", "update", "crm", "--new-secret")
    _, both = await command("subscriptions", "show", "crm", "--json")
    _, retired = await command("subscriptions", "update", "crm", "--retire-secrets", "--json")

    assert "whsec_" in second
    counts = [json.loads(each)["subscription"]["secret_count"] for each in (both, retired)]
    assert counts == [2, 1]


async def test_what_is_given_changes_and_nothing_else(command: Command) -> None:
    await command("subscriptions", "create", "crm", "--url", HOOK, "--events", "closed", "--role", "manager")

    _, dry = await command("subscriptions", "update", "crm", "--events", "", "--dry-run")
    _, changed = await command("subscriptions", "update", "crm", "--role", "least", "--json")

    assert dry.startswith("nothing is written; it would be so:")
    subscription = json.loads(changed)["subscription"]
    assert (subscription["event_types"], "role" in subscription) == (["closed"], False)


async def test_a_subscription_is_paused_resumed_and_deleted(command: Command) -> None:
    await command("subscriptions", "create", "crm", "--url", HOOK)

    _, paused = await command("subscriptions", "pause", "crm", "--language", "zh")
    _, resumed = await command("subscriptions", "resume", "crm")
    kept, _ = await command("subscriptions", "delete", "crm", given="n\n")
    _, deleted = await command("subscriptions", "delete", "crm", "--yes")
    _, listed = await command("subscriptions", "list", "--language", "zh")

    assert ("已暂停" in paused, "active" in resumed, kept) == (True, True, 1)
    assert (deleted, listed) == ("crm deleted\n", "没有订阅\n")


async def test_a_channel_is_made_shown_changed_and_deleted(command: Command, tmp_path: Path) -> None:
    (tmp_path / "sign").write_text("s3cr3t")
    making = ("channels", "create", "bot", "--kind", "feishu", "--address", HOOK, "--speaks", "zh")

    (tmp_path / "hours").write_text(HOURS)
    await command("calendars", "load", str(tmp_path / "hours"))

    missing = await command(*making, "--calendar", "beijing")
    code, made = await command(*making, "--secret-file", str(tmp_path / "sign"), "--calendar", "shanghai")
    _, changed = await command("channels", "update", "bot", "--no-secret", "--calendar", "", "--json")
    _, shown = await command("channels", "show", "bot")
    _, listed = await command("channels", "list")
    _, deleted = await command("channels", "delete", "bot", "--yes")

    assert (missing[0], "channel.calendar: there is no calendar 'beijing'" in missing[1]) == (1, True), missing
    assert code == 0, made
    assert re.search(r"bot +feishu +http://127.0.0.1:9/… +yes +zh +shanghai +0", made)
    assert {"has_secret", "calendar"} & set(json.loads(changed)["channel"]) == set()
    assert re.search(r"bot +feishu +http://127.0.0.1:9/… +no +zh +0", listed)
    assert shown == listed
    assert deleted == "bot deleted\n"


@pytest.mark.parametrize("kind", ["channels", "subscriptions"])
async def test_nobody_overwrites_or_deletes_what_changed_since_they_saw_it(command: Command, kind: str) -> None:
    created = ("--kind", "feishu", "--address", HOOK) if kind == "channels" else ("--url", HOOK)
    changed = ("--speaks", "zh") if kind == "channels" else ("--role", "manager")
    _, made = await command(kind, "create", "bot", *created, "--json")
    first = json.loads(made)[kind.removesuffix("s")]["etag"]

    _, written = await command(kind, "update", "bot", *changed, "--etag", first, "--json")
    second = json.loads(written)[kind.removesuffix("s")]["etag"]
    refused = await command(kind, "update", "bot", *changed, "--etag", first)
    kept = await command(kind, "delete", "bot", "--yes", "--etag", first)
    deleted = await command(kind, "delete", "bot", "--yes", "--etag", second)

    assert first != second
    assert [(code, f"its etag is {second}" in said) for code, said in (refused, kept)] == [(1, True), (1, True)]
    assert deleted == (0, "bot deleted\n")


async def test_templates_that_changed_since_they_were_shown_are_not_replaced(command: Command) -> None:
    _, shown = await command("templates", "show", "--json")
    before = json.loads(shown)["templates"].get("etag", "")
    _, kept = await command("templates", "set", "-", "--json", given="taken: $item")

    code, said = await command("templates", "set", "-", "--etag", before or "0", given="{}")

    assert (code, f"its etag is {json.loads(kept)['templates']['etag']}" in said) == (1, True), said


async def test_what_the_service_refuses_is_told_and_exits_with_one(command: Command) -> None:
    code, said = await command("channels", "create", "bot", "--kind", "wecom", "--address", "https://10.0.0.1/s3cr3t")

    assert (code, "address" in said, "s3cr3t" in said) == (1, True, False)


async def test_templates_that_were_shown_are_changed_and_set(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "templates.yaml"

    _, shown = await command("templates", "show", "--speaks", "zh")
    mine = shown.replace('# given: "$item', 'given: "客户$item').replace('# footer: "', 'footer: "—— ')
    file.write_text(mine, "utf-8")
    code, kept = await command("templates", "set", str(file), "--speaks", "zh")
    _, again = await command("templates", "show", "--speaks", "zh")
    _, dry = await command("templates", "set", "-", "--dry-run", "--language", "zh", given="{}")
    _, other = await command("templates", "show", "--json")

    assert (code, again, kept.splitlines()) == (0, mine, mine.splitlines())
    assert dry.startswith("# 未写入，执行后将是：\n")
    assert "texts" not in json.loads(other)["templates"]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            "taken: $item\ngiven: $owner\n",
            "<stdin>:2:1 error: $owner is not filled in there; allowed are $item (given)",
        ),
        (
            "taken: $item\nreminder_overdue: x\n",
            "<stdin>:2:1 error: there is no such template; did you mean reminder overdue? allowed are one, many",
        ),
        ("taken: [1]\n", "<stdin>:1:8 error: found [1]; allowed is a text (taken)"),
        ("taken: a\ntaken: b\n", "<stdin>:2:1 error: "),
        ("", "<stdin>:1:1 error: found null; allowed is `name: text`, or {} for none"),
    ],
)
async def test_what_is_wrong_with_templates_is_said_by_its_line(command: Command, held: str, said: str) -> None:
    code, output = await command("templates", "set", "-", given=held)

    assert (code, said in output) == (1, True), f"{code} {output}"


async def test_nothing_that_was_told_is_told_so(command: Command) -> None:
    assert await command("deliveries", "list") == (0, "nothing was told\n")
    assert await command("deliveries", "list", "--language", "zh") == (0, "没有通知记录\n")
    assert await command("deliveries", "redrive") == (0, "tried again at once: 0 parked, 0 dead, 0 unreachable\n")
    code, said = await command("deliveries", "list", "--subscription", "crm")
    assert (code, "no subscription" in said) == (1, True)


PROCESS = """\
process: sales
kinds: [LEAD]
stages: [{id: new}, {id: won, closes: CONVERTED}]
deadlines:
  - {id: call, within: 1h, steps: [{at: 100%, do: notify, to: {channel: bot}}]}
"""


async def test_whoever_is_asked_whether_to_delete_a_channel_is_told_who_names_it(
    store: Any, tenant: str, tmp_path: Path
) -> None:
    async with (
        serving(store.url, deliveries=chosen(tmp_path)) as address,
        connected(address, tenant, store.url) as api,
    ):
        rep = workforce_pb2.Rep(active=True, channels=["bot"])
        await api.workforce.CreateRep(workforce_pb2.CreateRepRequest(parent=api.parent, rep_id="ann", rep=rep))
        await api.publish_process(PROCESS)
        await open_channel(api, "bot")
        at = ("--server", address, "--tenant", tenant)

        async def asked(*options: str) -> str:
            command = ["channels", "delete", "bot", *at, *options]
            return (await asyncio.to_thread(CliRunner().invoke, main, command, input="n\n")).output

        english, chinese = await asked(), await asked("--language", "zh")

    assert english.startswith(
        "bot is named by rep ann, deadline call of process sales: they are told through their next channel, or not at "
        "all\ndelete bot? What waits for it (0) goes to the next channel of its rep [y/N]"
    )
    assert chinese.startswith(
        "bot 还有这些地方在用：销售 ann、流程 sales 的时限 call；删除后改走下一个渠道，没有下一个的就通知不到\n"
        "确定删除 bot？等它发送的 0 条消息改走收件人的下一个渠道 [y/N]"
    )


@pytest.mark.long  # a servicer's test lists them too
async def test_what_was_told_is_listed_with_how_it_ended(store: Any, tenant: str, tmp_path: Path) -> None:
    async with (
        serving(store.url, deliveries=chosen(tmp_path)) as address,
        connected(address, tenant, store.url) as api,
        Receiver() as receiver,
    ):
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.adopt(EVERYONE)
        await subscribe(api, url=receiver.url)
        routed = await api.route("L-7")

        async def listed(*options: str) -> str:
            command = ["deliveries", "list", "--server", address, "--tenant", tenant, *options]
            return (await asyncio.to_thread(CliRunner().invoke, main, command)).output

        while "decision" not in (table := await listed("--state", "delivered", "--utc")):
            pass
        of_item = json.loads(await listed("--json", "--work-item", "crm~L-7"))["deliveries"]
        dead = await listed("--state", "dead", "--subscription", "crm")

    assert re.search(r"\+00:00 +decision +crm~L-7 +crm +delivered +1 +answered 200", table)
    assert [(each["id"], each["work_item"]) for each in of_item] == [(receiver.received[0].id, routed.work_item)]
    assert dead == "nothing was told\n"


def test_a_new_key_stands_before_those_in_use_and_nobody_else_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secrets.key"

    CliRunner().invoke(main, ["channels", "new-key", str(file)])
    sealed = SecretBox.read(str(file)).seal("a", "s3cr3t")
    done = CliRunner().invoke(main, ["channels", "new-key", str(file)])

    assert (done.exit_code, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600)
    assert len(file.read_text().splitlines()) == 2
    assert SecretBox.read(str(file)).open("a", sealed) == "s3cr3t"
    refused = CliRunner().invoke(main, ["channels", "new-key", str(tmp_path)])
    assert refused.exit_code == 2
