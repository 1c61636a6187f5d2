"""How is the house built? Rooms, floors, arrows and circles, counted from the imports.

``python -m tests.architecture.structure [--in PACKAGE] [--tree FOLDER]``. A room is a folder or module directly in the
package (without one: in the project), an arrow an import from one room to another, however many lines make it. A room
stands one floor above the highest room that it imports; rooms of a circle stand on one floor. Nothing is excluded: not
what is imported inside a function, not what is imported for annotations alone.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import click
import grimp

ROOT = Path(__file__).parents[2]
NOT_ROOMS = frozenset({"tests", "benchmarks", "examples", "docs", "build", "proto"})

Arrows = Mapping[str, frozenset[str]]
"""By room: the rooms that it imports."""


@dataclass(frozen=True, slots=True)
class House:
    """What was counted."""

    arrows: Arrows
    floors: Mapping[str, int]
    circles: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        n_arrows = sum(map(len, self.arrows.values()))
        return (
            f"{len(self.arrows)} rooms on {max(self.floors.values(), default=-1) + 1} floors, "
            f"{n_arrows} arrows, {len(self.circles)} circles"
        )


def packages_of(tree: Path) -> list[str]:
    """Return the names of the project's packages."""
    folders = (path for path in tree.iterdir() if path.is_dir() and path.name.isidentifier())
    named = {path.name for path in folders if any(path.rglob("*.py"))} - NOT_ROOMS
    return sorted(named | {"fairlead"})


def arrows_of(tree: Path, inside: str) -> Arrows:
    """Read the imports of a tree, by room."""
    ours = {"", str(ROOT), str(ROOT / "proto")}
    sys.path[:] = [str(tree), str(tree / "proto"), *(path for path in sys.path if path not in ours)]
    graph = grimp.build_graph(*packages_of(tree), cache_dir=None)
    arrows: defaultdict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        if (room := room_of(module, inside)) is None:
            continue
        arrows[room] |= {
            other
            for imported in graph.find_modules_directly_imported_by(module)
            if (other := room_of(imported, inside)) not in (None, room)
        }
    return {room: frozenset(others) for room, others in arrows.items()}


def room_of(module: str, inside: str) -> str | None:
    """Return the room of a module; None for what is outside, or is the package itself.

    Examples
    --------
    >>> room_of("router.adapters.redis.keys", "router"), room_of("store.clock", "router"), room_of("store.clock", "")
    ('adapters', None, 'store')
    """
    if not inside:
        return module.partition(".")[0]
    if not module.startswith(f"{inside}."):
        return None
    return module.removeprefix(f"{inside}.").partition(".")[0]


def circles_of(arrows: Arrows) -> tuple[tuple[str, ...], ...]:
    """Return the sets of rooms that all reach one another, each sorted.

    Examples
    --------
    >>> circles_of({"a": frozenset("b"), "b": frozenset("a"), "c": frozenset("a")})
    (('a', 'b'),)
    """
    reached = {room: set(_reached(arrows, room)) for room in arrows}
    together = {tuple(sorted(other for other in reached[room] if room in reached.get(other, ()))) for room in arrows}
    return tuple(sorted(circle for circle in together if len(circle) > 1))


def _reached(arrows: Arrows, room: str) -> Iterator[str]:
    seen, waiting = set[str](), [room]
    while waiting:
        for other in arrows.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return iter(seen)


def floors_of(arrows: Arrows, circles: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """Return the floor of each room, from 0."""
    circle_of = {room: circle[0] for circle in circles for room in circle}
    merged: defaultdict[str, set[str]] = defaultdict(set)
    for room, others in arrows.items():
        place = circle_of.get(room, room)
        merged[place] |= {circle_of.get(other, other) for other in others} - {place}
    floors: dict[str, int] = {}
    for room in TopologicalSorter(merged).static_order():
        floors[room] = 1 + max((floors[other] for other in merged[room]), default=-1)
    return {room: floors[circle_of.get(room, room)] for room in arrows}


def house(tree: Path, inside: str) -> House:
    """Count a tree."""
    arrows = arrows_of(tree, inside)
    circles = circles_of(arrows)
    return House(arrows, floors_of(arrows, circles), circles)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--in", "inside", default="", metavar="PACKAGE", help="Its rooms; without it, the project's packages.")
@click.option(
    "--tree", type=click.Path(exists=True, file_okay=False, path_type=Path), default=ROOT, metavar="FOLDER",
    help="Another checkout.",
)  # fmt: skip
def main(inside: str, tree: Path) -> None:
    """Print rooms floor by floor, the highest first."""
    os.chdir(tree)
    counted = house(tree.resolve(), inside)
    click.echo(counted)
    for floor in range(max(counted.floors.values(), default=-1), -1, -1):
        for room in sorted(name for name, of in counted.floors.items() if of == floor):
            click.echo(f"  {floor}  {room} → {', '.join(sorted(counted.arrows[room])) or 'nothing of ours'}")
    for circle in counted.circles:
        click.echo(f"  circle: {', '.join(circle)}")


if __name__ == "__main__":
    main()
