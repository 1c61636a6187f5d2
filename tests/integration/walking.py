"""A walk, gone: what its rows do, as a user does it by commands, on the simulated clock; and what is to be seen then.

``complete`` and ``reassign`` have no command yet and are asked through the client.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from click.testing import CliRunner

from fairlead.client import FairleadClient, FairleadError
from router.cli.walk_files import Step, Walk
from router.cli.walk_forms import ExpectForm, SetupForm
from rules.values import as_instant_ms
from service import main

SOURCE = "crm"


class Ended(NamedTuple):
    """How something ended: the status code, ``OK`` where it did well, and what was said."""

    code: str
    text: str


@dataclass
class Walker:
    """Goes a walk against a service whose clock is simulated.

    Parameters
    ----------
    address, data, tenant
        Of the service, and whose tenant it is.
    folder
        An empty one, for the files that commands take.
    """

    address: str
    data: Path
    tenant: str
    folder: Path

    def __post_init__(self) -> None:
        self._at = ("--server", self.address, "--tenant", self.tenant)
        self._zone = "UTC"

    def go(self, walk: Walk) -> list[str]:
        """Do each row; return what was otherwise than expected, by line."""
        self._zone = walk.setup.tenant.time_zone
        self._clock("rate", "0")
        self._set(walk.steps[0].at_ms)
        self._set_up(walk.setup)
        return [f"line {step.line}, {step.shows}: {fault}" for step in walk.steps for fault in self._faults(step)]

    def _faults(self, step: Step) -> Iterator[str]:
        self._set(step.at_ms)
        ended = self._do(step) if step.verb else Ended("OK", "")
        refusals = [expected for expected in step.expected if expected.refused]
        if not refusals and ended.code != "OK":
            yield f"{step.verb} ended with {ended.code}: {ended.text}"
        for expected in step.expected:
            for what, should, found in self._seen(expected, ended):
                if found != should:
                    yield f"{what} is {found!r}, not {should!r}"

    # what is there, and what is done

    def _set_up(self, setup: SetupForm) -> None:
        calendars = {name: form.model_dump(exclude_unset=True) for name, form in setup.calendars.items()}
        if calendars:
            for each in calendars.values():
                each.setdefault("time_zone", setup.tenant.time_zone)
            self._well("calendars", "load", self._yaml("calendars", {"calendars": calendars}))
        self._well("tenant", "set", *_options(setup.tenant.model_dump(exclude_none=True)))
        reps = [{"id": rep, **{key: _cell(value) for key, value in said.items()}} for rep, said in setup.reps.items()]
        pools = [
            {
                "id": pool,
                "members": ";".join(f"{rep}:{weight:g}" for rep, weight in form.members.items()),
                "managers": ";".join(form.managers),
                **form.model_dump(exclude={"members", "managers", "dispatch"}, exclude_unset=True),
                **{key: _cell(value) for key, value in form.dispatch.items()},
            }
            for pool, form in setup.pools.items()
        ]
        self._well("workforce", "load", "--reps", self._csv("reps", reps), "--pools", self._csv("pools", pools))
        rules = setup.rules
        file = self._yaml("rules", rules) if isinstance(rules, dict) else str(self.folder / rules)
        self._well("rules", "publish", file)

    def _do(self, step: Step) -> Ended:
        assert step.done is not None
        given = step.done.model_dump(exclude_unset=True, exclude_none=True)
        by_client = {"complete": self._complete, "reassign": self._reassign}.get(step.verb)
        return by_client(given) if by_client else self._run(*getattr(self, f"_{step.verb}")(given))

    def _route(self, given: dict[str, Any]) -> list[str]:
        row = {"external_id": given["id"], "source": SOURCE, "kind": given.get("kind", "LEAD")}
        row |= {name: _cell(value) for name, value in given.get("attributes", {}).items()}
        file = self._csv("leads", [row | ({"value": given["value"]} if "value" in given else {})])
        return ["route", "--leads", file, "--out", str(self.folder / "decisions.csv")]

    def _activity(self, given: dict[str, Any]) -> list[str]:
        names = {"duration": "lasted", "next_step": "step"}
        options = {names.get(name, name): value for name, value in given.items() if name not in ("item", "kind")}
        if "direction" in options:
            options["direction"] = options["direction"].lower()
        return ["activity", _name(given), given["kind"].lower(), *_options(options)]

    def _reopen(self, given: dict[str, Any]) -> list[str]:
        return ["reopen", _name(given), *_options({"reason": given.get("reason", "")})]

    def _presence(self, given: dict[str, Any]) -> list[str]:
        if not given.get("away", True):
            return ["presence", "back", given["rep"]]
        return ["presence", "away", given["rep"], *_options({"until": given.get("until")})]

    def _absence(self, given: dict[str, Any]) -> list[str]:
        options = {"from": given["start"], "back": given["end"], "substitute": given.get("substitute")}
        return ["absences", "add", given["rep"], *_options(options)]

    def _complete(self, given: dict[str, Any]) -> Ended:
        return self._ask(lambda client: client.complete(_name(given), given.get("resolution", "CLOSED")))

    def _reassign(self, given: dict[str, Any]) -> Ended:
        return self._ask(lambda client: client.reassign(_name(given), given.get("rep", "")))

    # what is to be seen

    def _seen(self, expected: ExpectForm, ended: Ended) -> Iterator[tuple[str, object, object]]:
        """Yield what is looked at, what it should be and what it is."""
        said = expected.model_fields_set
        if "refused" in said:
            yield "the code", expected.refused, ended.code
            yield "what is not named", [], [name for name in expected.names if name not in ended.text]
        if expected.item:
            yield from self._seen_of_item(expected, expected.item)
        for pool, deficits in (expected.deficits or {}).items():
            found = self._deficits(pool)
            yield f"pool {pool}", dict.fromkeys(found, 0.0) | deficits, found
        for rep, items in (expected.agenda or {}).items():
            listed = json.loads(self._well("agenda", rep, "--json"))["next_dates"]
            yield f"{rep}'s agenda", items, [_external(each["work_item"]) for each in listed]
        if "away" in said:
            away = json.loads(self._well("presence", "list", "--json"))["presences"]
            yield "who is away", expected.away, [each["name"].split("/")[3] for each in away]

    def _seen_of_item(self, expected: ExpectForm, item_id: str) -> Iterator[tuple[str, object, object]]:
        item = self._item(item_id)
        said = expected.model_fields_set
        found = {"owner": _last(item.get("owner", "")), "state": item["state"].removeprefix("STATE_")}
        found["epoch"] = int(item.get("epoch", 0))
        if said & {"way", "conflict"}:
            decision = self._decision(item["decision"])
            found["way"] = decision["way"].removeprefix("WAY_")
            found["conflict"] = self._conflicts(item["decision"])
        if said & {"worked", "next"}:
            found |= self._work(found["owner"], item_id)
        for name in ("owner", "state", "epoch", "way", "conflict", "worked"):
            if name in said:
                yield f"{name} of {item_id}", getattr(expected, name), found[name]
        if expected.next is not None:
            yield (
                f"next date of {item_id}",
                as_instant_ms(expected.next, self._zone) if expected.next else 0,
                found["next"],
            )

    def _item(self, item_id: str) -> dict[str, Any]:
        lines = self._well("items", "list", "--json").splitlines()
        (item,) = [each for each in map(json.loads, lines) if each["external_id"] == item_id]
        return dict(item)

    def _decision(self, name: str) -> dict[str, Any]:
        lines = self._well("decisions", "list", "--json").splitlines()
        (decision,) = [each for each in map(json.loads, lines) if each["name"] == name]
        return dict(decision)

    def _conflicts(self, decision: str) -> list[str]:
        with self._client() as client:
            candidates = client.explain(decision).candidates
        return [_last(each.rep) for each in candidates if any(reason.code == "CONFLICT" for reason in each.reasons)]

    def _work(self, owner: str, item_id: str) -> dict[str, Any]:
        listed = json.loads(self._well("agenda", owner, "--all", "--json"))["work"]
        (work,) = [each for each in listed if _external(each["work_item"]["name"]) == item_id]
        next_time = work.get("next_date", {}).get("next_time", "")
        return {"worked": work.get("worked", False), "next": as_instant_ms(next_time, "UTC") if next_time else 0}

    def _deficits(self, pool: str) -> dict[str, float]:
        file = self.folder / "fairness.csv"
        self._well("fairness", "--pool", pool, "--csv", str(file))
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {row["rep"]: round(float(row["distance"]), 3) + 0.0 for row in csv.DictReader(lines)}

    # how

    def _set(self, at_ms: int) -> None:
        self._clock("set", datetime.fromtimestamp(at_ms / 1000, UTC).isoformat())

    def _clock(self, *arguments: str) -> None:
        done = CliRunner().invoke(main, ["clock", *arguments, "--data", str(self.data)])
        assert done.exit_code == 0, done.output

    def _well(self, *arguments: str) -> str:
        """Run a command that is to succeed."""
        ended = self._run(*arguments)
        assert ended.code == "OK", f"{' '.join(arguments)}: {ended.text}"
        return ended.text

    def _run(self, *arguments: str) -> Ended:
        done = CliRunner().invoke(main, [*arguments, *self._at], standalone_mode=False)
        if done.exception is None:
            return Ended("OK", done.output)
        cause = done.exception.__cause__
        text = f"{done.output}{getattr(done.exception, 'message', done.exception)}"
        return Ended(cause.code.name if isinstance(cause, FairleadError) else "FAILED", text)

    def _ask(self, call: Callable[[FairleadClient], object]) -> Ended:
        try:
            with self._client() as client:
                call(client)
        except FairleadError as error:
            return Ended(error.code.name, error.message)
        return Ended("OK", "")

    def _client(self) -> FairleadClient:
        return FairleadClient(self.address, self.tenant)

    def _yaml(self, name: str, content: object) -> str:
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        return str(file)

    def _csv(self, name: str, rows: list[dict[str, Any]]) -> str:
        file = self.folder / f"{name}.csv"
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with file.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns)
            writer.writeheader()
            writer.writerows(rows)
        return str(file)


def _cell(value: object) -> object:
    return ";".join(map(str, value)) if isinstance(value, list) else value


def _options(given: Mapping[str, object]) -> list[str]:
    return [part for name, value in given.items() if value for part in (f"--{name.replace('_', '-')}", str(value))]


def _name(given: Mapping[str, Any]) -> str:
    return f"{SOURCE}~{given['item']}"


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _external(name: str) -> str:
    return _last(name).partition("~")[2]
