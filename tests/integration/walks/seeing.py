"""What the rows of a walk expect, and what is to be seen by commands."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from router.cli.walk_forms import WalkExpectForm
from rules.values import as_instant_ms
from tests.integration.walks.commands import Commands, Ended


class Sight:
    """Looks at how things stand.

    Parameters
    ----------
    commands
        How that is done.
    zone
        Of times that name none.
    """

    def __init__(self, commands: Commands, zone: str) -> None:
        self._commands = commands
        self._zone = zone

    def seen(self, expected: WalkExpectForm, ended: Ended) -> Iterator[tuple[str, object, object]]:
        """Yield what is looked at, what it should be and what it is."""
        named = expected.model_fields_set
        if "refused" in named:
            yield "the code", expected.refused, ended.code
            yield "what is not named", [], [name for name in expected.names if name not in ended.text]
        if expected.item:
            yield from self._seen_of_item(expected, expected.item)
        for pool, deficits in (expected.deficits or {}).items():
            found = self._deficits(pool)
            yield f"pool {pool}", dict.fromkeys(found, 0.0) | deficits, found
        for rep, items in (expected.agenda or {}).items():
            listed = json.loads(self._commands.well("agenda", rep, "--json"))["next_dates"]
            yield f"{rep}'s agenda", items, [_external(each["work_item"]) for each in listed]
        if "away" in named:
            away = json.loads(self._commands.well("presence", "list", "--json"))["rep_presences"]
            yield "who is away", expected.away, [each["name"].split("/")[3] for each in away]
        for told in expected.told or []:
            said = " ".join(self._commands.well("offers", "list", "--rep", told.who).split())
            yield f"what {told.who} is told of {told.about}", True, told.about in said

    def _seen_of_item(self, expected: WalkExpectForm, item_id: str) -> Iterator[tuple[str, object, object]]:
        item = self.item(item_id)
        said = expected.model_fields_set
        found = {"owner": _last(item.get("owner", "")), "state": item["state"].removeprefix("STATE_")}
        found["epoch"] = int(item.get("epoch", 0))
        found["offered"] = _last(item.get("offer", {}).get("rep", ""))
        if "way" in said:
            found["way"] = self._way(item["name"])
        if "conflict" in said:
            found["conflict"] = self._conflicts(item["decision"])
        if said & {"worked", "next"}:
            found |= self._work(found["owner"], item_id)
        for name in ("owner", "state", "epoch", "way", "offered", "conflict", "worked"):
            if name in said:
                yield f"{name} of {item_id}", getattr(expected, name), found[name]
        if expected.next is not None:
            yield f"next date of {item_id}", self._instant(expected.next), found["next"]
        if expected.expires is not None:
            expires = item.get("offer", {}).get("expire_time", "")
            yield f"end of the offer of {item_id}", self._instant(expected.expires), self._instant(expires)

    def _instant(self, text: str) -> int | None:
        """Return a time as people write it, in milliseconds since 1970; None: no text."""
        return as_instant_ms(text, self._zone) if text else None

    def item(self, item_id: str) -> dict[str, Any]:
        """Return a work item as the list of all shows it."""
        lines = self._commands.well("items", "list", "--json").splitlines()
        (item,) = [each for each in map(json.loads, lines) if each["external_id"] == item_id]
        return dict(item)

    def _way(self, name: str) -> str:
        """Return in which way a work item's latest owner got it: by a decision, or by accepting an offer."""
        entries = json.loads(self._commands.well("timeline", name, "--json"))["entries"]
        told = [entry.get("decision", entry.get("offer_answer", {})) for entry in entries]
        gave = [each for each in told if "ASSIGNED" in each.get("outcome", "") or "ACCEPTED" in each.get("answer", "")]
        return str(gave[-1]["way"]).removeprefix("WAY_") if gave else ""

    def _conflicts(self, decision: str) -> list[str]:
        with self._commands.client() as client:
            candidates = client.explain(decision).candidates
        return [_last(each.rep) for each in candidates if any(reason.code == "CONFLICT" for reason in each.reasons)]

    def _work(self, owner: str, item_id: str) -> dict[str, Any]:
        listed = json.loads(self._commands.well("agenda", owner, "--all", "--json"))["work"]
        (work,) = [each for each in listed if _external(each["work_item"]["name"]) == item_id]
        next_time = work.get("next_date", {}).get("next_time", "")
        return {"worked": work.get("worked", False), "next": self._instant(next_time)}

    def _deficits(self, pool: str) -> dict[str, float]:
        file = self._commands.folder / "fairness.csv"
        self._commands.well("fairness", "--pool", pool, "--csv", str(file))
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {row["rep"]: round(float(row["distance"]), 3) + 0.0 for row in csv.DictReader(lines)}


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _external(name: str) -> str:
    return _last(name).partition("~")[2]
