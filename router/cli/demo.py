"""``fairlead demo``: the example leads through a real service, in front of one's eyes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click
from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from fairlead.access import Access
from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import DEFAULT_SERVER, connected
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.consoles import console_for, headline, names_of
from router.cli.demo_churn import CUSTOMERS, show_churn
from router.cli.demo_http import SETTING, http_settings, show_http
from router.cli.demo_process import WALK, show_process
from router.cli.entering import enter
from router.cli.failing import InputFailed
from router.cli.fairness_tables import Arrivals, fairness_table
from router.cli.inputs import Inputs, read_inputs, route_all
from router.cli.server import own_service
from router.cli.words import owner_of, rule_of, why_not
from router.wording.figures import decided_by
from router.wording.languages import Language

FILES = ("leads.csv", "reps.csv", "rules.yaml", "territories.csv", CUSTOMERS, f"processes/{WALK}")
BANDS: Mapping[str, float] = {"east": 1.0, "key-accounts": 1.0}
"""Pools where preferences may choose, as far as a lead of difference."""
_STORIES = 10
_SHOWN_FIELDS = ("company", "region", "industry", "language", "skills_needed", "potential")

Story = tuple[routing.WorkItem, decisions.Decision]


@click.command()
@click.option(
    "--examples",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the example; absent: examples/ here, or beside the source.",
)
def demo(examples: Path | None) -> None:
    """Route the example leads and show how fair it was; then find customers about to leave, and route them too; then
    follow a lead that nobody answers through the deadlines of a process.

    Starts a service of its own with an empty data folder, and leaves nothing behind but the model and its report.
    """
    folder = _folder(examples)
    console = console_for(sys.stdout)
    leads, reps, rules, territories, customers, _ = (folder / name for name in FILES)
    inputs = read_inputs(leads, reps, rules, territories, "example")
    console.print("Starting a service with an empty store of its own …")
    models = Path(tempfile.mkdtemp(prefix="fairlead-demo-"))
    settings = {"FAIRLEAD_MODELS": str(models), **http_settings()}
    with own_service(settings) as service, connected(service.grpc, "default", Access()) as client:
        enter(client, inputs, BANDS)
        told = _show(client, inputs, console)
        show_http(service.http, told, console)
        show_churn(client, customers, models, console)
    show_process(folder / "processes", console)
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


def _show(client: FairleadClient, inputs: Inputs, console: Console) -> str:
    """Route the leads and tell of it; return the name of one of the decisions."""
    arrivals, stories = Arrivals(), list[Story]()
    for item, answer in route_all(client, inputs, len(inputs.workforce.reps), console):
        if isinstance(answer, FairleadError):
            raise answer
        arrivals.note(answer)
        stories.append((item, answer))
    names = names_of(client)
    headline(console, "Ten of the decisions")
    for number, story in enumerate(_varied(stories)):
        _tell(client, story, console, Language.ZH if number % 2 else Language.EN)
    headline(console, "How fair was it?")
    for pool in [pool for pool in arrivals.pools() if len(client.fairness(pool).weights) > 2][:2]:
        console.print(fairness_table(client.fairness(pool), arrivals.of(pool), names))
        console.print()
    console.print(Text("Where territories overlap the others drift without limit; Fairlead cannot.", style="bold"))
    headline(console, "Why not somebody else?")
    _question(stories, console)
    return next(decision.name for _, decision in stories if decision.rep)


def _varied(stories: Sequence[Story]) -> list[Story]:
    """Choose decisions that differ: half of them plain ones, half where the route had to go further; as they came."""
    plain, further = dict[tuple[object, ...], Story](), dict[tuple[object, ...], Story]()
    for item, decision in stories:
        decided = decided_by(decision.candidates)
        if len(decision.steps) > 1 or not decision.rep:
            kind = (rule_of(decision), decision.outcome, len(decision.steps))
            further.setdefault(kind, (item, decision))
        elif decided == "band" or _competitors(decision) > 2:
            plain.setdefault((rule_of(decision), decided), (item, decision))
        elif _competitors(decision) > 1:
            plain.setdefault((rule_of(decision), ""), (item, decision))
    # who was chosen for a preference, and who got nobody, first: they say most
    chosen = sorted(plain.items(), key=lambda of_kind: "band" not in of_kind[0])[: _STORIES // 2]
    chosen += sorted(further.items(), key=lambda of_kind: bool(of_kind[1][1].rep))[: _STORIES // 2]
    return sorted((story for _, story in chosen), key=lambda story: story[0].external_id)


def _competitors(decision: decisions.Decision) -> int:
    return sum(not candidate.reasons for candidate in decision.candidates) if decision.rep else 0


def _tell(client: FairleadClient, story: Story, console: Console, language: Language) -> None:
    item, decision = story
    owner, style = owner_of(decision, language), "bold green" if decision.rep else "bold yellow"
    console.print(Text.assemble((item.external_id, "bold"), "  ", _described(item), "  → ", (owner, style)))
    told = client.explain(decision.name, language=language).sentences
    sentences = (" " if language is Language.EN else "").join(told)
    console.print(Padding(Text(sentences, style="dim"), (0, 0, 0, 7)))


def _described(item: routing.WorkItem) -> str:
    values = MessageToDict(item.attributes)
    shown = []
    for field in _SHOWN_FIELDS:
        match values.get(field):
            case str(text):
                shown.append(text)
            case list(texts):
                shown.append("+".join(texts))
            case float(number):
                shown.append(f"{field} {number:,.15g}")
    return " · ".join(shown)


def _question(stories: Iterable[Story], console: Console) -> None:
    """Ask for one who was refused for more than one reason, and for one who merely had the smaller claim."""
    question = next(
        (item, decision, refused, rival)
        for item, decision in reversed(list(stories))
        for refused in [next((c for c in decision.candidates if _nearly(c)), None)]
        for rival in [next((c for c in decision.candidates if c.verdict == c.VERDICT_ELIGIBLE), None)]
        if decision.pool and refused and rival and _competitors(decision) > 2
    )
    item, decision, *others = question
    console.print(Text.assemble((item.external_id, "bold"), f"  {_described(item)}  → {owner_of(decision)}"))
    for candidate in others:
        for line in why_not(decision, candidate.rep):
            console.print(Text(f"       {line}"))


def _nearly(candidate: decisions.Candidate) -> bool:
    """Say whether a member of the pool was refused for two reasons."""
    return len(candidate.reasons) == 2 and candidate.reasons[0].code != "NOT_A_MEMBER"


def _say_what_next(folder: Path, console: Console) -> None:
    program = Path(sys.argv[0])
    fairlead = str(program) if program.name == "fairlead" else "fairlead"
    headline(console, "Try next")
    steps = (
        ("a service that keeps its data:", [f"{fairlead} serve"]),
        (
            "one that browsers call too; http://127.0.0.1:8080/docs shows how:",
            [f"{SETTING}=127.0.0.1:8080 {fairlead} serve"],
        ),
        (
            "the same leads through it:",
            [
                f"{fairlead} route --server {DEFAULT_SERVER} \\",
                f"    --leads {folder / 'leads.csv'} --reps {folder / 'reps.csv'} \\",
                f"    --rules {folder / 'rules.yaml'} --territories {folder / 'territories.csv'} \\",
                "    " + " ".join(f"--band {pool}={units:.15g}" for pool, units in BANDS.items()),
            ],
        ),
        ("why a lead went where it went, and not to somebody else:", [f"{fairlead} explain crm~L-002 --rep li-na"]),
        ("change a rule, and see what the tests beside it say:", [f"{fairlead} rules test {folder / 'rules.yaml'}"]),
    )
    for purpose, lines in steps:
        console.print(Text(purpose, style="dim"))
        console.print(Text("\n".join(f"  {line}" for line in lines)), soft_wrap=True)
