"""The part of the demo about processes: a lead that nobody answers, on a simulated clock."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from fairlead.client import FairleadClient
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.consoles import headline
from router.cli.simulated import simulated_service
from router.cli.sources import content_of
from router.cli.walk_contents import load_walk
from router.cli.walk_runner import go
from router.cli.walk_seen import Seen

WALK = "sales-walk.yaml"


def show_process(folder: Path, console: Console) -> None:
    """Go the walk of the shipped sales process, and show what happens to its lead as it happens."""
    file = folder / WALK
    loaded = load_walk(file, content_of(file))
    assert loaded.walk is not None  # it is shipped, and tried
    headline(console, "A lead that nobody answers")
    console.print("One hour for the first response, by working hours: the owner is reminded, the manager told, then")
    console.print("somebody else has it. A clock that is simulated shows a weekend in seconds.\n")
    with simulated_service("demo") as (client, clock):
        shown, faults = 0, list[Seen]()
        for row in go(client, clock, loaded, loaded.walk):
            shown, faults = _show(client, shown, console), row.faults
    done = f"otherwise than its walk expects: {faults[0].what}" if faults else "as its walk expects"
    console.print(Text(f"All of it came {done}.", style="bold"))
    console.print(Text(f"  fairlead process walk {file}", style="dim"))


def _show(client: FairleadClient, shown: int, console: Console) -> int:
    """Show what has happened to the lead since the last row, in both languages; return how much happened by now."""
    said = {language: [*client.timeline(_LEAD, language=language)][::-1] for language in ("en", "zh")}
    clock = Clock.of(client, utc=False)
    for english, chinese in list(zip(said["en"], said["zh"], strict=True))[shown:]:
        style = "yellow" if _is_of_deadline(english) else "green"
        console.print(Text.assemble((clock.shown(english.time, "minutes"), "bold"), "  ", (english.words, style)))
        console.print(Padding(Text(chinese.words, style="dim"), (0, 0, 0, 24)))
    return len(said["en"])


def _is_of_deadline(entry: routing.TimelineEntry) -> bool:
    return entry.WhichOneof("event") == "reached_step" or entry.decision.cause == entry.decision.CAUSE_ESCALATED


_LEAD = "crm~L-1"
