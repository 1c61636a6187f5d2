"""What 0, "" and an empty list mean, wherever a port takes one: a number, a text and a list like any other, never
"not given". Each is passed to both stores; the list is held to the ports.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import click
import pytest
from click.core import ParameterSource
from redis.asyncio import Redis

from background.leadership import LeaderLease
from operations.operation import Task
from operations.service import OperationService
from router.activities.ports import Activities, ActivityCommand
from router.assignment.commands import BindCommand, Completion, RouteRequest
from router.assignment.ports import Assignments, CustomerScores, LogFollower, StoreClock
from router.deadlines.digest_queries import MadeDigests
from router.deadlines.ports import NoteCommand, Notes
from router.erasure.ports import Erasure, PersonalValues, Submitted
from router.history.ports import Log, Snapshots
from router.imports.ports import ImportPages
from router.intake.ports import Sources
from router.model.revisions import RevisionPair
from router.model.workitem import WorkItem
from router.offers.ports import AnswerCommand, Offers
from router.process.revisions.ports import Processes, ProcessTrialRun
from router.process.revisions.publication import ProcessPublication
from router.rules.ports import RuleSets, RuleSetTrial
from router.submission.ports import Intake
from router.timers.ports import Timers
from router.workforce.ports import Presences, Revisions, Workforce
from rules.ports import RuleEngine
from rules.revisions import Publication
from scoring.memory import LastScore, ScoreMemory
from scoring.model.ports import Folder
from scoring.registry.ports import ModelStorage
from service import main
from store.embedded.server import EmbeddedServer
from tests.conftest import ROOT
from tests.contract.nothing import elsewhere, queues, routing
from tests.contract.nothing.row import Row
from workqueue.jobs import NewJob, Settlement
from workqueue.ports import Queue

WORLDS: dict[str, Any] = {"routing": routing.Routing, "queues": queues.Queues}
ROWS = [(world, row) for world, rows in (("routing", routing.ROWS), ("queues", queues.ROWS)) for row in rows]
PORTS = (
    Log, Assignments, CustomerScores, RuleSets, Processes, ProcessTrialRun, Revisions, LogFollower,
    LeaderLease, Snapshots, Workforce, Intake, Queue, ScoreMemory, OperationService, ModelStorage, Folder,
    RuleSetTrial, RuleEngine, PersonalValues, Submitted, StoreClock, Presences, Timers, MadeDigests, Activities, Offers,
    ImportPages, Notes, Sources,
)  # fmt: skip
VALUES = (
    RevisionPair,
    BindCommand,
    ActivityCommand,
    AnswerCommand,
    NoteCommand,
    Completion,
    Erasure,
    ProcessPublication,
    Publication,
    RouteRequest,
    WorkItem,
    LastScore,
    NewJob,
    Settlement,
    Task,
)
PACKAGES = ("background", "router", "workqueue", "scoring", "operations")
NO_STORES = {
    *("OpenTime", "MonitorObserver", "Chooser", "Importer", "BulkReassigner", "Rescorer", "Schedule", "Trainer"),
    *("Telling", "UpgradeReport"),
}
"""Ports of what is told, chosen and handed on: nothing of theirs is looked up by a number, a text or a list."""
NAMES = {"model", "version", "item_id", "import_id", "job_id", "source_id", "pool", "role", "holder", "kind", "name"}
"""What names something: there is nothing of an empty name."""
_EMPTY_ONES = ("int", "float", "str", "bytes", "Sequence", "Collection", "Mapping", "tuple")


def cases() -> Iterator[Any]:
    """Yield each way to pass each parameter, to each store that has the port."""
    for world, row in ROWS:
        for way, given, answer in row.ways:
            for store in ("redis",) if row.redis_only else ("memory", "redis"):
                label = f"{store}-{row.name}={row.nothing!r}-{way}"
                yield pytest.param(store, world, row, given, answer, id=label)


@pytest.fixture
async def redis(on: str, request: pytest.FixtureRequest) -> AsyncIterator[Redis | None]:
    """Yield a client of an empty store; None: nothing is asked of one."""
    if on != "redis":
        yield None
        return
    server: EmbeddedServer = request.getfixturevalue("store")
    client: Any = Redis.from_url(server.url)
    yield client
    await client.aclose()


@pytest.mark.parametrize(("on", "world", "row", "given", "answer"), list(cases()))
async def test_nothing_means_what_the_list_says(
    redis: Redis | None, tenant: str, world: str, row: Row, given: dict[str, Any], answer: Any
) -> None:
    opened = await WORLDS[world].open(redis, tenant)

    if isinstance(answer, type):
        with pytest.raises(answer):
            await row.call(opened, given)
    else:
        assert await row.call(opened, given) == answer


def test_the_list_has_every_parameter_of_every_port_that_can_be_nothing() -> None:
    listed = {row.name for _, row in ROWS} | elsewhere.PORTS.keys()

    assert {name for port in PORTS for name in _of_port(port)} - listed == set()
    assert {name for value in VALUES for name in _of_value(value)} - listed == set()


def test_the_list_has_every_port_there_is() -> None:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    parameters = {
        name for path in sources for name in re.findall(r"^class (\w+)\(Protocol\)", path.read_text(), re.MULTILINE)
    }

    assert parameters - {port.__name__ for port in PORTS} == NO_STORES


def test_what_is_tested_elsewhere_is() -> None:
    for told in elsewhere.PORTS.values():
        path, _, name = told.test.partition("::")
        assert f"def {name}(" in (ROOT / "tests" / path).read_text()


def test_the_list_has_every_argument_of_a_script_that_can_be_nothing() -> None:
    rows = {row.name for _, row in ROWS}

    assert {script: set(arguments) for script, arguments in elsewhere.SCRIPTS.items()} == dict(_in_scripts())
    assert {row for arguments in elsewhere.SCRIPTS.values() for row in arguments.values()} <= rows


def _in_scripts() -> Iterator[tuple[str, set[str]]]:
    """Yield the scripts with what their heads say of arguments that may be nothing, with the two words before it."""
    for package in ("router", "workqueue"):
        for path in sorted((ROOT / package / "adapters" / "redis" / "scripts").glob("*.lua")):
            head = " ".join(re.findall(r"^-- ?(.*)", path.read_text(), re.MULTILINE))
            text = re.sub(r"\s+", " ", head.partition("Returns")[0])
            if meanings := set(re.findall(r"(?:[^\W\d][\w']* )?[\w']+ \((?:''|0|\{\}|absent): [^)]*\)", text)):
                yield f"{package}/{path.stem}", meanings


@pytest.mark.parametrize("name", elsewhere.COMMANDS)
def test_an_option_that_is_left_out_is_empty_and_one_that_is_given_empty_is_as_the_list_says(name: str) -> None:
    context, option = OPTIONS[name]
    means, _ = elsewhere.COMMANDS[name]
    context.set_parameter_source(str(option.name), ParameterSource.COMMANDLINE)

    if means == "refused":
        with pytest.raises(click.BadParameter):
            option.process_value(context, "")
    else:
        assert option.process_value(context, "") in ("", None)


def test_the_list_has_every_option_whose_absence_is_an_empty_text() -> None:
    assert {name for name, (context, option) in OPTIONS.items() if option.get_default(context) == ""} == (
        elsewhere.COMMANDS.keys() - {"models audit --noted"}
    )


def _options(command: click.Command, path: str = "") -> Iterator[tuple[str, tuple[click.Context, click.Parameter]]]:
    """Yield the options of a command and of those below it, by name."""
    context = click.Context(command)
    for option in command.params:
        yield f"{path} {option.opts[0]}".strip(), (context, option)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _options(below, f"{path} {name}".strip())


OPTIONS = dict(_options(main))


def _of_port(port: type) -> Iterator[str]:
    for method in vars(port).values():
        if inspect.isfunction(method) and (method.__name__ == "__call__" or not method.__name__.startswith("_")):
            for parameter in inspect.signature(method).parameters.values():
                if _can_be_nothing(parameter) and parameter.name not in NAMES | {"tenant"}:
                    yield f"{method.__qualname__} {parameter.name}"


def _can_be_nothing(parameter: inspect.Parameter) -> bool:
    annotation = str(parameter.annotation)
    return annotation.startswith(_EMPTY_ONES) or "None" in annotation


def _of_value(value: type) -> Iterator[str]:
    """Yield the fields that may be left out."""
    for parameter in inspect.signature(value).parameters.values():
        if parameter.default is not inspect.Parameter.empty and not isinstance(parameter.default, bool):
            yield f"{value.__qualname__} {parameter.name}"
