"""``fairlead demo``: the example leads through a real service, in front of one's eyes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.consoles import console_for, names_of
from router.cli.fairness_tables import Arrivals, fairness_table
from router.cli.inputs import Inputs, enter, read_inputs, route_all
from router.cli.server import connected, own_service
from router.cli.tables import InputFailed
from router.cli.words import Language, called, in_words, rule_of, why_not

FILES = ("leads.csv", "reps.csv", "rules.yaml", "territories.csv")
BANDS: Mapping[str, float] = {"east": 1.0, "key-accounts": 1.0}
"""Pools where preferences may choose, as far as a lead of difference."""
_STORIES = 10
_SHOWN_FIELDS = ("region", "industry", "language", "skills_needed", "potential", "employees")

Story = tuple[routing.WorkItem, decisions.Decision]


@click.command()
@click.option(
    "--examples",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the example; absent: examples/ here, or beside the source.",
)
def demo(examples: Path | None) -> None:
    """Route the example: 300 leads, 17 reps, 12 rules; ten decisions in words, and how fair it was.

    Starts a service of its own with an empty data folder, and leaves nothing behind.
    """
    folder = _folder(examples)
    console = console_for(sys.stdout)
    leads, reps, rules, territories = (folder / name for name in FILES)
    inputs = read_inputs(leads, reps, rules, territories, {}, "example")
    with console.status("starting a service with an empty store"), own_service() as address:
        with connected(address, "default") as client:
            enter(client, inputs, BANDS)
            _show(client, inputs, console)
    _say_what_next(folder, console)


def _folder(named: Path | None) -> Path:
    beside = Path(__file__).parents[2] / "examples"
    candidates = [named] if named else [Path("examples"), beside]
    for folder in candidates:
        if all((folder / name).is_file() for name in FILES):
            return folder
    looked = " and ".join(str(folder) for folder in candidates)
    raise InputFailed(
        f"--examples: found no {', '.join(FILES)} in {looked}; allowed: the folder examples/ of the source distribution"
    )


def _show(client: FairleadClient, inputs: Inputs, console: Console) -> None:
    arrivals, stories = Arrivals(), list[Story]()
    for item, answer in route_all(client, inputs, console):
        if isinstance(answer, FairleadError):
            raise answer
        arrivals.note(answer)
        stories.append((item, answer))
    names = names_of(client)
    _headline(console, "Ten of the decisions")
    for number, story in enumerate(_varied(stories)):
        _tell(story, names, console, "zh" if number % 2 else "en")
    _headline(console, "How fair was it?")
    for pool in [pool for pool in arrivals.pools() if len(client.fairness(pool).weights) > 2][:2]:
        console.print(fairness_table(client.fairness(pool), arrivals.of(pool), names))
    _headline(console, "Why not somebody else?")
    _question(stories, names, console)


def _headline(console: Console, text: str) -> None:
    console.print()
    console.print(Rule(Text(text, style="bold"), align="left", style="dim"))
    console.print()


def _varied(stories: Sequence[Story]) -> list[Story]:
    """Choose decisions that differ in rule, outcome and in how far the route had to go; in the order they came."""
    first_of_kind: dict[object, Story] = {}
    for item, decision in stories:
        kind = (rule_of(decision), decision.outcome, len(decision.steps))
        first_of_kind.setdefault(kind, (item, decision))
    chosen = sorted(first_of_kind.values(), key=lambda story: -_interest(story[1]))[:_STORIES]
    return sorted(chosen, key=lambda story: story[0].external_id)


def _interest(decision: decisions.Decision) -> int:
    """Rate what a decision shows: nobody found, a fallback, a capacity, a real competition."""
    codes = {reason.code for candidate in decision.candidates for reason in candidate.reasons[:1]}
    eligible = sum(not candidate.reasons for candidate in decision.candidates)
    return 3 * (not decision.rep) + 2 * (len(decision.steps) > 1) + ("AT_CAPACITY" in codes) + (eligible > 2)


def _tell(story: Story, names: Mapping[str, str], console: Console, language: Language) -> None:
    item, decision = story
    owner = called(decision.rep, names) if decision.rep else ("nobody" if language == "en" else "无人")
    style = "bold green" if decision.rep else "bold yellow"
    console.print(Text.assemble((item.external_id, "bold"), "  ", _described(item), "  → ", (owner, style)))
    told = (" " if language == "en" else "").join(in_words(decision, names, language))
    console.print(Padding(Text(told, style="dim"), (0, 0, 0, 7)))


def _described(item: routing.WorkItem) -> str:
    shown: list[str] = []
    for field in _SHOWN_FIELDS:
        value = item.attributes.fields.get(field)
        match value and value.WhichOneof("kind"):
            case "string_value":
                shown.append(item.attributes[field])
            case "number_value":
                shown.append(f"{field} {item.attributes[field]:g}")
            case "list_value":
                shown.append("+".join(item.attributes[field]))
    return " · ".join(shown)


def _question(stories: Iterable[Story], names: Mapping[str, str], console: Console) -> None:
    """Ask for one who was refused for more than one reason, and for one who merely had the smaller claim."""
    asked = next(
        (item, decision, refused, rival)
        for item, decision in reversed(list(stories))
        for refused in [next((c for c in decision.candidates if _nearly(c)), None)]
        for rival in [next((c for c in decision.candidates if c.verdict == c.VERDICT_ELIGIBLE), None)]
        if decision.rep and refused and rival
    )
    item, decision, *others = asked
    console.print(Text.assemble((item.external_id, "bold"), f"  {_described(item)}  → {called(decision.rep, names)}"))
    for candidate in others:
        for line in why_not(decision, candidate.rep, names):
            console.print(Text(f"       {line}"))


def _nearly(candidate: decisions.Candidate) -> bool:
    """Say whether a member of the pool was refused for two reasons."""
    return len(candidate.reasons) == 2 and candidate.reasons[0].code != "NOT_A_MEMBER"


def _say_what_next(folder: Path, console: Console) -> None:
    files = " ".join(f"--{name.partition('.')[0]} {folder / name}" for name in ("leads.csv", "reps.csv"))
    more = f"--rules {folder / 'rules.yaml'} --territories {folder / 'territories.csv'}"
    program = Path(sys.argv[0])
    fairlead = str(program) if program.name == "fairlead" else "fairlead"
    _headline(console, "Try next")
    console.print(
        Text(
            f"{fairlead} serve                                  a service that keeps its data\n"
            f"{fairlead} route --server 127.0.0.1:50051 \\\n    {files} \\\n    {more}\n"
            f"{fairlead} explain crm~L-017 --rep li-na          why it went there, and not to her\n"
            f"{fairlead} rules test {folder / 'rules.yaml'}             change a rule, see what its tests say"
        )
    )
