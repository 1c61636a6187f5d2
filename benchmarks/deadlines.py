"""What does it cost to route a lead that enters a process, with deadlines that fall due?

``python -m benchmarks.deadlines``: two servers of this tree that are set alike, but that the one has a process
published for leads, with a calendar and two deadlines of three steps each: see ``benchmarks.beside``. Their timers are
kept while leads are routed, and behind that, so that the processor time is more than what anybody waits for: it is
shown, not judged. It ends with 1 where an interval of the time lies above the limit, or reaches beyond it.
"""

from __future__ import annotations

import sys

import click
import grpc

from benchmarks import world
from benchmarks.beside import IN_FLIGHT, Way, compare
from benchmarks.compare import MeasuredServer
from benchmarks.offers import pushed
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import processes_pb2_grpc

LIMIT = 1.05
"""What a lead in a process may cost, in leads that are in none."""
_STEPS = """
        steps:
          - {at: 50%, do: remind}
          - {at: 100%, do: notify, to: manager}
          - {at: 200%, do: reassign}
"""
PROCESS = f"""
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - id: first-response
        within: 1h
        clock: owner
        from: assigned
        until: attempt
{_STEPS}
      - id: contact
        within: 1d
        clock: owner
        from: arrival
        until: contact
{_STEPS}
  - {{id: qualified}}
  - {{id: won, closes: CONVERTED}}
"""


def publishing(server: MeasuredServer) -> None:
    """Have a server's leads be in a process."""
    with grpc.insecure_channel(server.address) as channel:
        request = processes.PublishProcessRequest(parent=world.PARENT, source=PROCESS)
        processes_pb2_grpc.ProcessServiceStub(channel).PublishProcess(request)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=10, show_default=True, help="Rounds; each gives a pair.")
@click.option("--seconds", type=click.FloatRange(0.1), default=4.0, show_default=True, help="Of each round.")
@click.option(
    "--in-flight", type=click.IntRange(1), multiple=True, default=IN_FLIGHT, show_default=True, help="Calls at once."
)
def main(pairs: int, seconds: float, in_flight: tuple[int, ...]) -> None:
    """Compare routing of leads that enter a process with that of leads that enter none."""
    ways = Way("in no process", lambda _: None, pushed), Way("in a process", publishing, pushed)
    sys.exit(0 if compare(ways, LIMIT, pairs, seconds, in_flight, judged=("time",)) else 1)


if __name__ == "__main__":
    main()
