"""``fairlead rules``: check and test a rule set on one's own machine; publish it to a service, and see what was.

Exit codes: 0 all is well; 1 the rule set has errors, a test failed, or the service does not answer; 2 the command could
not do its work (no such file).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from fairlead.commands import access_options, connected, tenant_option
from fairlead.options import json_option
from fairlead.wording import counted
from router.assignment.rule_tests import run_tests
from router.cli.problems import print_json, print_problems, print_results
from router.cli.publish import publish_command, rollback_command
from router.cli.rule_names import KINDS, names_in_files, not_looked_up
from router.cli.rule_revisions import diff_command, list_command, show_command
from router.cli.sources import FILE, content_of, problems_in, results_in
from router.model.workforce import WorkforceRecords
from router.rules.check import check, check_tests
from router.rules.route import RoutingRules
from router.rules.scenarios import TestResult
from rules.problems import Problem

TABLE = click.Path(dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def rules() -> None:
    """Check, test, publish and compare rule sets.

    A rule set is YAML (or JSON): it declares the fields of work items, and rules that lead them to a pool. The
    first rule whose condition holds decides; the default takes the rest.

    \b
      fields:
        region: {type: string}
        potential: {type: number}
      rules:
        - id: east
          when:
            all:
              - {field: region, op: within, value: 华东}
              - {field: potential, op: gte, value: 60}
          route:
            pool: east
            require: [{rep: regions, op: covers, item: region}]
      default:
        route: {pool: everyone}
      tests:
        - name: a good lead from the east
          item: {region: 华东, potential: 80}
          expect: {rule: east}

    \b
    Field types: string, number, bool, list, date.
    Operators:   eq ne in not_in, gt gte lt lte between, has_any has_all, exists missing,
                 contains starts_with, within (a territory or one inside it).
    Shares:      {percent: 20, salt: trial-7}: always the same 20 % of all leads; of: FIELD takes another value.
    Lists:       lists: {cities: [上海, 北京]} at the top, and value: {list: cities} where it is compared with.
    Spelling:    {type: string, ignore: [case, width, blanks]}: what does not count in a field.
    Arrival:     arrival: {field: arrived, timezone: Asia/Shanghai} at the top: the server stamps when a lead came, and
                 conditions compare arrived.weekday (mon … sun) and arrived.hour (0 to 23); without timezone, in
                 the tenant's.
    Groups:      all, any, not.
    Hours:       hours: wait in a route, or hours: ignore: what those mean who are not on duty; {hours: ignore} and wait
                 as steps of its fallback.
    Deadlines:   contact_within: 4h in a route: by when its owner is to make contact. Durations are 45s, 30m, 4h, 2d
                 (working days), 15cd (calendar days), or a table: {by: severity, P1: 30m, P2: 2h, else: 2d}.
    """


rules.add_command(publish_command)
rules.add_command(rollback_command)
for revision_command in (list_command, show_command, diff_command):
    rules.add_command(revision_command)


@rules.command("check")
@click.argument("file", type=FILE)
@json_option
@click.option("--server", metavar="HOST:PORT", help="Look names up in a running service.")
@access_options
@tenant_option
@click.option("--reps", type=TABLE, help="Look reps, their attributes and pools up in this file instead.")
@click.option("--pools", type=TABLE, help="Look pools up in this file instead.")
@click.option("--territories", type=TABLE, help="Look territories up in this file instead.")
@click.option("--workforce-mapping", type=TABLE, help="How these files are read: see inspect --save-mapping.")
def check_command(
    file: Path,
    as_json: bool,
    server: str | None,
    tenant: str,
    reps: Path | None,
    pools: Path | None,
    territories: Path | None,
    workforce_mapping: Path | None,
) -> None:
    """Say what is wrong in FILE, and where; - reads standard input.

    Each problem is a line FILE:LINE:COLUMN error: what was found and what is allowed (path in the document).
    Warnings do not keep a rule set from being published. Exits with 0 if there is no error, 1 if there is one or the
    service cannot be reached, 2 if a file cannot be read.

    Rules name pools, territories, reps and their attributes, which stand elsewhere. With --server, or with the files of
    fairlead workforce load, a name that nothing bears is a warning; else they are not looked up, and that is said.
    Its tests are not run, as they are before it is published: see fairlead rules test.

    \b
      $ fairlead rules check east.yaml
      east.yaml:9:33 error: gte does not fit the string field region; allowed are eq, ne, … (rules[0].when.op)
      $ fairlead rules check east.yaml --server 127.0.0.1:50051
      east.yaml:11:13 warning: there is no pool 'eats' yet; there are east, west; did you mean east? (…)
    """
    if server and (reps or pools or territories):
        raise click.UsageError("--server knows the workforce: without --reps, --pools and --territories")
    content, names = content_of(file), names_in_files(reps, pools, territories, workforce_mapping)
    checked, kinds = check(content, pools=names.pools, known=names.known), names.kinds
    problems: Sequence[Problem] = checked.problems
    if server and checked.rule_set is not None:
        with connected(server, tenant) as client:
            problems, kinds = problems_in(client.validate_rules(content.decode("utf-8-sig"))), list(KINDS)
    sound = checked.rule_set is not None and not any(problem.is_error for problem in problems)
    if as_json:
        print_json(problems=problems, rule_count=_count(checked.rule_set), looked_up=kinds)
    else:
        print_problems(file, problems)
        if sound:
            click.echo(
                "\n".join([f"{file}: {counted(_count(checked.rule_set), 'rule')}, no errors", *not_looked_up(kinds)])
            )
    sys.exit(0 if sound else 1)


@rules.command("test")
@click.argument("file", type=FILE)
@click.option("--tests", "tests_file", type=FILE, help="Run the tests of this file (keys tests, workforce) instead.")
@json_option
@click.option("--server", metavar="HOST:PORT", help="Test with the reps, pools and calendars of a running service.")
@access_options
@tenant_option
def test_command(file: Path, tests_file: Path | None, as_json: bool, server: str | None, tenant: str) -> None:
    """Run the tests that stand in FILE (or in another file) against its rules.

    A test is a work item and what is expected of it: the rule that decides, its pool, the reps who could get it.
    Reps, pools and territories come from the key workforce beside the tests, or with --server and without that key from
    a service, with its calendars and leave; arrival says when the item comes, at when it is decided. Exits with 0 if
    all pass, 1 if one fails, the rules have an error or the service cannot be reached, 2 if a file cannot be read.

    \b
      $ fairlead rules test east.yaml --server 127.0.0.1:50051
      tests:
        - name: a good lead from the east
          item: {region: 上海, potential: 80}
          expect: {rule: east, pool: east, eligible: [anna]}
      workforce:
        territories: {上海: 华东}
        reps: {anna: {regions: [华东]}, bo: {regions: [华南]}}
        pools: {east: [anna, bo]}

    Who works when is written there too, so that no service is needed: calendars as in a file of `fairlead calendars
    load`, whose key calendars may be copied below workforce. Without at and arrival everybody works:

    \b
      tests:
        - name: at ten in the evening it waits
          item: {region: 上海, potential: 80}
          at: 2026-10-10T22:00
          expect: {eligible: [], outcome: WAITING}
        - name: on a Saturday that makes up for a holiday
          item: {region: 上海, potential: 80}
          at: 2026-10-10T17:30+08:00
          expect: {eligible: [anna], contact_due: 2026-10-12T10:30}
      workforce:
        time_zone: Asia/Shanghai
        calendar: office
        calendars: {office: {weekly: {mon-fri: 09:00-18:00}, exceptions: {2026-10-10: 09:00-18:00}}}
        absences: {bo: [{start: 2026-10-12, end: 2026-10-14T12:00}]}
    """
    content, of_tests = content_of(file), None if tests_file is None else content_of(tests_file)
    checked = check(content)
    tests = checked if of_tests is None else check_tests(of_tests)
    results: list[TestResult] = []
    problems = [*checked.problems, *(tests.problems if tests is not checked else ())]
    workforce = tests.workforce or checked.workforce
    if checked.rule_set is not None and not any(problem.is_error for problem in problems):
        if server and workforce is None:
            results = _results_of(server, tenant, content, of_tests or b"")
        else:
            results = run_tests(checked.rule_set, tests.tests, workforce or WorkforceRecords())
    if as_json:
        print_json(problems=problems, results=results)
    else:
        print_problems(file, checked.problems)
        if tests_file is not None:
            print_problems(tests_file, tests.problems)
        print_results(tests_file or file, results)
    failed = any(problem.is_error for problem in problems) or not all(result.passed for result in results)
    sys.exit(1 if failed else 0)


def _results_of(server: str, tenant: str, source: bytes, tests: bytes) -> list[TestResult]:
    """Have a service run tests with the workforce that it has.

    Raises
    ------
    click.ClickException
        If it finds errors in the rules that are none here: it may be another version.
    """
    with connected(server, tenant) as client:
        answer = client.test_rules(source.decode("utf-8-sig"), tests.decode("utf-8-sig"))
    return results_in(answer.problems, answer.results)


def _count(rule_set: RoutingRules | None) -> int:
    return 0 if rule_set is None else len(rule_set.rules)
