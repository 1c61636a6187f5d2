"""What the rows of a walk do, as a user does it: by commands.

``complete`` and ``reassign`` have no command yet and are asked through the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from router.cli.walk_files import WalkStep
from router.cli.walk_forms import SetupForm
from tests.integration.walks.commands import Commands, Ended
from tests.integration.walks.seeing import Sight

SOURCE = "crm"


class Deeds:
    """Does what rows say.

    Parameters
    ----------
    commands, sight
        How things are done, and how they are looked at.
    beside
        The folder of the walk, where files stand that its set-up names.
    """

    def __init__(self, commands: Commands, sight: Sight, beside: Path) -> None:
        self._commands = commands
        self._beside = beside
        self._sight = sight
        self._offers: dict[str, str] = {}

    def set_up(self, setup: SetupForm) -> None:
        """Have there be what is there before the first row."""
        calendars = {name: form.model_dump(exclude_unset=True) for name, form in setup.calendars.items()}
        if calendars:
            for each in calendars.values():
                each.setdefault("time_zone", setup.tenant.time_zone)
            self._commands.well("calendars", "load", self._commands.yaml("calendars", {"calendars": calendars}))
        self._commands.well("tenant", "set", *_options(setup.tenant.model_dump(exclude_none=True)))
        reps = [{"id": rep, **{key: cell(value) for key, value in said.items()}} for rep, said in setup.reps.items()]
        pools = [
            {
                "id": pool,
                "members": ";".join(f"{rep}:{weight:g}" for rep, weight in form.members.items()),
                "managers": ";".join(form.managers),
                **form.model_dump(exclude={"members", "managers"}, exclude_unset=True),
            }
            for pool, form in setup.pools.items()
        ]
        self._commands.well(
            "workforce",
            "load",
            "--reps",
            self._commands.csv("reps", reps),
            "--pools",
            self._commands.csv("pools", pools),
        )
        rules = setup.rules
        file = self._commands.yaml("rules", rules) if isinstance(rules, dict) else str(self._beside / rules)
        self._commands.well("rules", "publish", file)

    def do(self, step: WalkStep) -> Ended:
        """Do what a row says."""
        assert step.done is not None
        given = step.done.model_dump(exclude_unset=True, exclude_none=True)
        by_client = {"complete": self._complete, "reassign": self._reassign}.get(step.verb)
        return by_client(given) if by_client else self._commands.run(*getattr(self, f"_{step.verb}")(given))

    def _route(self, given: dict[str, Any]) -> list[str]:
        row = {"external_id": given["id"], "source": SOURCE, "kind": given.get("kind", "LEAD")}
        row |= {name: cell(value) for name, value in given.get("attributes", {}).items()}
        file = self._commands.csv("leads", [row | ({"value": given["value"]} if "value" in given else {})])
        return ["route", "--leads", file, "--out", str(self._commands.folder / "decisions.csv")]

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

    def _update(self, given: dict[str, Any]) -> list[str]:
        pairs = [f"{name}={cell(value)}" for name, value in given["attributes"].items()]
        return ["update", _name(given), *(part for pair in pairs for part in ("--set", pair))]

    def _accept(self, given: dict[str, Any]) -> list[str]:
        return ["offers", "accept", _name(given), "--rep", given["rep"], "--offer", self._offer(given["item"])]

    def _decline(self, given: dict[str, Any]) -> list[str]:
        reason = _options({"reason": given.get("reason", "")})
        return [
            "offers",
            "decline",
            _name(given),
            "--rep",
            given["rep"],
            "--offer",
            self._offer(given["item"]),
            *reason,
        ]

    def _offer(self, item_id: str) -> str:
        """Return the number of a work item's offer: the one that is open, or was when somebody last answered."""
        if offer := self._sight.item(item_id).get("offer"):
            self._offers[item_id] = offer["number"]
        return str(self._offers[item_id])

    def _absence(self, given: dict[str, Any]) -> list[str]:
        substitute = _options({"substitute": given.get("substitute", "")})
        return ["absences", "add", given["rep"], "--from", given["start"], "--back", given["end"], *substitute]

    def _complete(self, given: dict[str, Any]) -> Ended:
        return self._commands.ask(lambda client: client.complete(_name(given), given.get("resolution", "CLOSED")))

    def _reassign(self, given: dict[str, Any]) -> Ended:
        return self._commands.ask(
            lambda client: client.reassign(_name(given), given.get("rep", ""), note=given.get("note", ""))
        )


def _options(given: Mapping[str, object]) -> list[str]:
    return [part for name, value in given.items() if value for part in (f"--{name.replace('_', '-')}", str(value))]


def _name(given: Mapping[str, Any]) -> str:
    return f"{SOURCE}~{given['item']}"


def cell(value: object) -> object:
    """Return what a file holds of a value."""
    return ";".join(map(str, value)) if isinstance(value, list) else value
