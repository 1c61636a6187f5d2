"""``fairlead process``: check, test and walk a process on one's own machine; publish it to a service, and see what was.

Exit codes: 0 all is well; 1 the process has errors, a test failed, or the service refuses or does not answer; 2 a file
cannot be read.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fairlead.commands import access_options, connected, server_option, tenant_option
from fairlead.options import json_option
from fairlead.wording import counted
from router.assignment.process_tests import run_tests
from router.cli.later import commands_with
from router.cli.problems import print_json, print_problems, print_results, refuse_errors
from router.cli.process_migrating import migrate_command
from router.cli.process_pictures import draw_command
from router.cli.process_revisions import diff_command, list_command, show_command
from router.cli.sources import FILE, content_of, results_in, source_of, trial_problems
from router.model.workforce import WorkforceRecords
from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.rules.check import check
from router.rules.route import RoutingRules
from router.rules.scenarios import TestResult

_LATER = {"walk": ("router.cli.walk", "Go a walk: what is done when, and what is to be seen then.")}
"""What takes the store's libraries."""


@click.group(cls=commands_with(_LATER), context_settings={"help_option_names": ["-h", "--help"]})
def process() -> None:
    """Check, test, walk, publish, compare and draw processes: the stages of work items, and what falls due in each.

    Work items go through its stages, see fairlead advance; what falls due in them is done, see fairlead deadlines.

    \b
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
              steps:
                - {at: 50%, do: remind}
                - {at: 100%, do: notify, to: manager}
                - {at: 200%, do: reassign}
        - {id: qualified, require: [budget]}
        - {id: won, closes: CONVERTED}

    \b
    Kinds:      LEAD, CUSTOMER, TICKET, RESCUE, TASK, RENEWAL: what enters it; a kind enters one process, [] takes
                it out of use.
    Stages:     in order, the first is entered by what comes; require: fields it asks for; next: what may follow, else
                all behind it; closes: CONVERTED, DISQUALIFIED or CLOSED; title and guide: a text, or {en: …, zh: …};
                pool: who owns the work item from then on is of that pool.
                approve: {by: manager, when: {field: discount, op: gt, value: 0.1}, within: 4h, on_reject: lost}.
                open: [{id: call-back, kind: TASK, pool: callback, within: 3d, exclude: [handlers, owner, FIELD]}],
                clock, title; blocks: true, no later stage before it is closed; each: FIELD, one for each date of a
                list; of: FIELD with before: 90d, on that date; stage: value, in a stage of this process;
                copy: {contract_end: new_contract_end}, its field from one of what opens it.
    Deadlines:  of a stage, or beside stages of the whole process. within: 45s, 30m, 4h, 2d (working days), 15cd
                (calendar days), or a table: {by: severity, P1: 30m, P2: 2h, else: 2d}.
                statutory: true, nothing pauses it; pauses: true or false.
    Dates:      instead of within and from, of: a date field, before: 90d (days of the calendar), on_closed: before,
                after or as_is; yearly: true.
    Clock:      owner (the owner's hours), pool, wall (around the clock).
    From:       arrival, assigned, entered, last_inbound (a message of the customer that nobody answered),
                last_outbound, last_activity.
    Until:      attempt, contact, customer, any (what activities are evidence of), stage (it is left), completion;
                from last_inbound: answer.
    Steps:      at a share of the time (50%, 200%) or so long from the start (5m), before or after: 2d (when it is
                due), every: 30m with at_most: 3: remind (the owner), notify (to: owner, manager, manager's
                manager, pool managers, reps by id, or {channel: east-bot}), reassign, raise_priority (by: 20),
                return (to: a pool); quiet_hours: ignore: it is sent whatever the hour.
    Severity:   severity: {field: severity, by: [impact, urgency], table: {high: {high: P1, low: P2}}, else: P3}.
    Repeats:    repeats: {same: class, within: 30cd, raise: {field: severity, order: [P4, P3, P2, P1]}}: of one
                customer.
    Asked:      satisfaction: {csat: {ask: {after: 1h}, at_most: 2, open: {…, as of a stage}}, nps: {at_most: 6, notify:
                [manager]}}; complaints: true, whose customers are asked no nps meanwhile.
    Tests:      tests and workforce, see fairlead process test.
    """


for command in (list_command, show_command, diff_command, draw_command, migrate_command):
    process.add_command(command)


@process.command("check")
@click.argument("file", type=FILE)
@json_option
@click.option("--server", metavar="HOST:PORT", help="Look fields and reps up in a running service.")
@access_options
@tenant_option
@click.option("--rules", "rules_file", type=FILE, help="Look fields up in the rule set of this file instead.")
def check_command(file: Path, as_json: bool, server: str | None, tenant: str, rules_file: Path | None) -> None:
    """Say what is wrong in FILE, and where; - reads standard input.

    Each problem is a line FILE:LINE:COLUMN error: what was found and what is allowed (path in the document).
    Warnings do not keep a process from being published. Exits with 0 if there is no error, 1 if there is one or the
    service cannot be reached, 2 if a file cannot be read.

    With --server its tests are run, too, as before it is published, see fairlead process test. Only publishing goes the
    walks beside FILE, and sees whether another process has one of its kinds.

    \b
      $ fairlead process check sales.yaml
      sales.yaml:10:15 error: found 'attemt'; allowed are 'attempt', 'contact', … (stages[0].deadlines[0].until)
      $ fairlead process check sales.yaml --server 127.0.0.1:50051
      sales.yaml:15:29 warning: the rules declare no field 'budget': … (stages[1].require[0])
    """
    if server and rules_file:
        raise click.UsageError("--server knows the rules: without --rules")
    content, rules = content_of(file), _rules_in(rules_file)
    checked = check_process(content, rules=rules)
    problems = list(checked.problems)
    if server and checked.process is not None:
        with connected(server, tenant) as client:
            problems = trial_problems(client.test_process(content.decode("utf-8-sig")))
    sound = checked.process is not None and not any(problem.is_error for problem in problems)
    if as_json:
        print_json(problems=problems)
    else:
        print_problems(file, problems)
        if sound and checked.process is not None:
            click.echo(f"{file}: {_counted(checked.process)}, no errors")
            if not (server or rules_file):
                click.echo("the names of fields and reps were not looked up: see --server, or --rules")
    sys.exit(0 if sound else 1)


def _counted(process: Process) -> str:
    deadlines = len(process.deadlines) + sum(len(stage.deadlines) for stage in process.stages)
    return f"process {process.id}, {counted(len(process.stages), 'stage')}, {counted(deadlines, 'deadline')}"


@process.command("test")
@click.argument("file", type=FILE)
@json_option
@click.option("--server", metavar="HOST:PORT", help="Test with the rules, reps, pools and calendars of a service.")
@access_options
@tenant_option
@click.option("--rules", "rules_file", type=FILE, help="Read work items by the rule set of this file.")
def test_command(file: Path, as_json: bool, server: str | None, tenant: str, rules_file: Path | None) -> None:
    """Run the tests that stand in FILE: what happens to a work item, and how its deadlines are to stand.

    A test says what happens when, and what is expected then: by when each deadline is due, which were met and which
    missed, which steps fell due, the stage. Reps, pools and calendars come from the key workforce, as beside the tests
    of a rule set, or without that key from a service. Exits with 0 if all pass, 1 if one fails, the process has an
    error or the service cannot be reached, 2 if a file cannot be read.

    \b
      $ fairlead process test sales.yaml
      tests:
        - name: a lead that comes on Friday afternoon
          item: {kind: LEAD, region: 华东}
          life:
            - {at: 2026-09-18T17:20, do: assigned, to: wang-fang, pool: east}
            - {at: 2026-09-20T09:10, do: activity, kind: CALL, direction: OUTBOUND, duration: 180s}
          expect: {due: {first-response: 2026-09-20T09:20}, met: [first-response], missed: []}
      workforce:
        time_zone: Asia/Shanghai
        calendar: office
        calendars: {office: {weekly: {mon-fri: 09:00-18:00}, exceptions: {2026-09-20: 09:00-18:00}}}
        reps: {wang-fang: {}}
        pools: {east: [wang-fang]}

    \b
    Happens:   do: assigned (to, pool), waiting (pool), activity (kind, direction, duration), stage (stage), closed.
    Expected:  stage; due, by deadline, null for none; opens, by what is opened on a date; met and missed, all of them;
               steps_due: {at, deadline, step}.
    """
    if server and rules_file:
        raise click.UsageError("--server knows the rules: without --rules")
    content, rules = content_of(file), _rules_in(rules_file)
    checked = check_process(content, rules=rules)
    results: list[TestResult] = []
    if checked.process is not None and server and checked.workforce is None:
        with connected(server, tenant) as client:
            answer = client.test_process(content.decode("utf-8-sig"))
        results = results_in(answer.problems, answer.results)
    elif checked.process is not None:
        results = run_tests(checked.process, checked.tests, checked.workforce or WorkforceRecords(), rules)
    if as_json:
        print_json(problems=checked.problems, results=results)
    else:
        print_problems(file, checked.problems)
        print_results(file, results)
    sys.exit(0 if checked.process is not None and all(result.passed for result in results) else 1)


def _rules_in(file: Path | None) -> RoutingRules | None:
    """Read the rule set that work items are read by.

    Raises
    ------
    click.ClickException
        If it has errors.
    """
    if file is None:
        return None
    rules = check(content_of(file)).rule_set
    if rules is None:
        raise click.ClickException(f"{file} has errors: see fairlead rules check")
    return rules


@process.command("publish")
@click.argument("file", type=FILE)
@click.option("--note", default="", help="What changed, for the list of revisions.")
@click.option(
    "--etag",
    default="",
    metavar="ETAG",
    help="Refuse unless this is the etag of its active revision, 0: unless it is new.",
)
@click.option("--without-walks", is_flag=True, help="Go none of the walks beside FILE.")
@server_option
@tenant_option
def publish_command(file: Path, note: str, etag: str, without_walks: bool, server: str, tenant: str) -> None:
    """Publish FILE as the next revision of its process, which is active from now on.

    The walks beside it are gone first, *walk.yaml in its folder that are set up with it, see fairlead process walk; the
    service checks it and runs its tests. If anything is otherwise, or another process has one of its kinds, nothing is
    published. - reads standard input.

    \b
      $ fairlead process publish sales.yaml --note "first response within the hour"
      walk first-response: 29 rows run, 102 expectations checked, all as expected
      process sales: revision 1 is active
    """
    source = source_of(file)
    if file.is_file() and not without_walks:
        from router.cli.walks_beside import check_walks_beside

        check_walks_beside(file)
    with connected(server, tenant) as client:
        refuse_errors(file, trial_problems(client.test_process(source)))
        published = client.publish_process(source, note=note, etag=etag)
    click.echo(f"process {published.process}: revision {published.revision} is active")


@process.command("rollback")
@click.argument("name", metavar="PROCESS")
@click.option(
    "--to", "revision", type=click.IntRange(min=1), help="The revision to go back to; absent: the one before."
)
@server_option
@tenant_option
def rollback_command(name: str, revision: int | None, server: str, tenant: str) -> None:
    """Make an earlier revision of PROCESS hold again.

    History is kept: its source is published as a new revision.

    \b
      $ fairlead process rollback sales
      process sales: revision 5 is active, revision 3 again
    """
    called, at, number = name.partition("@")
    if at:
        raise click.UsageError(f"{name}: say the revision to go back to as an option: {called} --to {number}")
    with connected(server, tenant) as client:
        published = client.rollback_process(name, revision or 0)
    again = f"revision {published.rollback_of} again"
    click.echo(f"process {published.process}: revision {published.revision} is active, {again}")
