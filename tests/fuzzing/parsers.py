"""The other targets: whatever reads what strangers, users, or an altered store or registry may have written.

Each names what it may refuse an input with; anything else that it raises must never be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from random import Random

import h11

from failures import Failure
from gateway import fields
from gateway.auth.client_certificates import read_principals
from gateway.auth.jwks import parsed
from gateway.payloads import FORM, JSON, payload_fields
from notifications.outbound.addresses import check_addresses, is_public, target_of
from notifications.webhooks.sender import retry_after_s
from resource_names import tenant_of
from router.cli.failing import InputFailed
from router.cli.lead_files import read_leads
from router.cli.territory_files import read_territories
from router.cli.workforce_files import read_reps
from router.intake.mapping import mapped
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.workitem import Kind, WorkItem
from router.rpc.fields import etag_number, resume_number
from router.rpc.lists import DECISIONS
from router.rpc.submissions import place_of
from router.rules.check import check, check_tests
from router.rules.codec import dumps, loads
from router.wording.languages import language_of
from rules.fields import FieldType
from scoring.batch.adapters.sources import check as check_table
from scoring.batch.adapters.sources import opened, read_batches, shards_of
from scoring.health.profile import read_profiles
from scoring.model.schema import FeatureSchema
from scoring.names import checked_tenant, model_of, version_of
from scoring.registry import gates
from scoring.rpc.messages import locale_of
from store.clients import SCHEMES, client_for, shown_address
from tables.options import ReadOptions
from tests.fuzzing import spoiling
from tests.fuzzing.asking import Violation
from tests.fuzzing.drawing import NAMES, WORDS
from tests.fuzzing.seeds import FORMS, RULES
from tests.identities import public_entry
from tests.scoring_models import SCHEMA
from training.snapshots.definition_file import read_definition
from training.snapshots.event_file import read_event_file

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
PAYLOADS = EXAMPLES / "sources" / "payloads"
_TESTS = "tests: [{name: t, item: {region: 上海, n: 3}, expect: {rule: a, eligible: [r]}}]\nworkforce: {reps: {r: {}}}"
_FIELDS = {"region": FieldType.STRING, "potential": FieldType.NUMBER, "skills_needed": FieldType.LIST,
           "decide_by": FieldType.DATE, "vip": FieldType.BOOL}  # fmt: skip
_PRINCIPALS = "principals: [{certificate: 'URI=spiffe://a/b', name: crm, roles: [service], tenants: [acme], rep: li}]"
_REPORT = b'{"gates": [{"name": "leaks", "passed": false, "detail": "d"}], "holdout": {"log_loss": 0.4}, "figures": {}}'
_SEVERAL = "redis+sentinel://:secret@h:26379,h2:1/name?sentinel_password=x"
FILTERS = (
    b"decide_time >= 2026-11-28T09:00:00Z AND (rep = ann OR rep:*) NOT pool = east",
    b"-matched_rules:a AND outcome = OUTCOME_ASSIGNED cause != WOKEN", b"source = 'a \\' b' OR work_item = crm~L-1",
)  # fmt: skip
_HEAD = DecisionInputs(WorkItem(Kind.LEAD, "crm", "L-1"), Cause.ROUTED, 1, 1, ("a",), ())
_DECISION = Decision(
    1, "crm~L-1", Kind.LEAD, Outcome.ASSIGNED, "ann", "east", 1, 1, (), None, "", 0, 1_795_856_400_000, _HEAD
)
ADDRESSES = (
    b"https://crm.example/hooks/1?key=secret", b"https://8.8.8.8:443/", b"https://[2400:3200::1]/a", b"http://*.example:80/",
    b"https://[::ffff:10.0.0.1]/", b"https://me:secret@127.1/#x", b"Mon, 30 Nov 2026 00:54:20 GMT", b"120",
)  # fmt: skip
URLS = ("redis://:secret@h:1/0", "unix:///tmp/s?db=1", _SEVERAL, "rediss+cluster://u:p@[::1]:6379,h:6380", "redis://")


@dataclass(frozen=True)
class Parser:
    """A target that reads bytes.

    Parameters
    ----------
    read
        Reads them; returns how that went, where there is more to say than that it did.
    refusals
        What it may raise.
    """

    name: str
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    seeds: Sequence[bytes]
    is_text = True

    def changed(self, random: Random, data: bytes) -> bytes:
        """Spoil it."""
        return spoiling.spoilt(random, data)

    def run(self, data: bytes) -> str:
        """Feed it."""
        try:
            result = self.read(data)
        except self.refusals as refusal:
            str(refusal)
            return type(refusal).__name__
        return result if isinstance(result, str) else "read"

    def close(self) -> None:
        """Nothing is kept."""


def parsers(folder: Path) -> list[Parser]:
    """Return those that read texts and files; ``folder`` is an empty one for the files."""
    return [*_of_texts(), *_of_files(folder)]


def _of_texts() -> list[Parser]:
    examples = {name: (EXAMPLES / name).read_bytes() for name in ("rules.yaml", "health_profiles.yaml", "cdnow.yaml")}
    keys = json.dumps({"keys": [public_entry()]}).encode()
    words = [word.encode() for word in (*NAMES, *WORDS, *URLS)]
    return [
        Parser("rule sets", _rule_set, (), [RULES.encode(), b'{"fields": {}}', examples["rules.yaml"]]),
        Parser("tests of rules", _tests, (), [_TESTS.encode(), b"tests: []"]),
        Parser("names, tokens, etags", _words, (), words),
        Parser("filters", _filter, (Failure,), FILTERS),
        Parser("key sets", parsed, (ValueError,), [keys, b'{"keys": []}']),
        Parser("health profiles", read_profiles, (Failure,), [examples["health_profiles.yaml"]]),
        Parser("definitions", read_definition, (Failure,), [examples["cdnow.yaml"]]),
        Parser("schemas", FeatureSchema.from_json, (Failure,), [SCHEMA.to_json().encode()]),
        Parser("reports", _report, (Failure,), [_REPORT]),
        Parser("store URLs", _url, (ValueError,), [url.encode() for url in URLS]),
        Parser("addresses outside", _address, (ValueError,), ADDRESSES),
        Parser("payloads", _payload, (Failure,), [path.read_bytes() for path in sorted(PAYLOADS.iterdir())]),
    ]


def _payload(data: bytes) -> str:
    """Map what a source sent, read as what it looks like."""
    leads = payload_fields(JSON if data[:1] in b"[{" else FORM, data)
    return " ".join(sorted({type(mapped(FORMS, lead)).__name__ for lead in leads}))


def _rule_set(data: bytes) -> str:
    checked = check(data, pools=["everyone"])
    for problem in checked.problems:
        f"{problem.path}{problem.message}".encode()
    if (checked.rule_set is None) != any(problem.is_error for problem in checked.problems):
        raise Violation("a rule set with errors, or none without")
    if checked.rule_set is not None and loads(dumps(checked.rule_set)) != checked.rule_set:
        raise Violation("a stored rule set reads otherwise than it was written")
    return "problems" if checked.rule_set is None else "rule set"


def _tests(data: bytes) -> None:
    for problem in check_tests(data.decode("utf-8", "ignore")).problems:
        f"{problem.path}{problem.message}".encode()


def _report(data: bytes) -> None:
    report = gates.read_report(data)
    gates.failed_gates(report)
    gates.figures(report)


def _filter(data: bytes) -> None:
    """Read a filter, and ask it."""
    read = DECISIONS.read(data.decode("utf-8", "ignore"), "t")
    read.holds(_DECISION)
    start, end = read.span("decide_time")
    if read.holds(_DECISION) and not start <= _DECISION.at_ms * 1_000_000 < end:
        raise Violation("a decision is kept and its time is not")


def _words(data: bytes) -> None:
    """Read a text as every small thing that a request may name; protobuf lets in UTF-8 only."""
    text = data.decode("utf-8", "ignore")
    etag_number(text)
    for read in _READERS:
        with suppress(Failure):
            read(text)


_READERS: Sequence[Callable[[str], object]] = (
    tenant_of,
    fields.page_place,
    fields.page_number,
    resume_number,
    place_of,
    lambda text: checked_tenant(text, "name"),
    locale_of,
    language_of,
    lambda text: fields.name_of(text, "reps"),
    lambda text: fields.number_of(text, "decisions"),
    lambda text: fields.reference(text, "reps", "fuzz", "rep"),
    lambda text: fields.text(text, 128, "note"),
    lambda text: model_of(text, "name"),
    lambda text: version_of(text, "name"),
)


def _url(data: bytes) -> None:
    url = data.decode("utf-8", "ignore")
    if url.startswith(SCHEMES):
        client_for(url)
        if "secret" in shown_address(url) and url.count("secret") == url.count(":secret@") == 1:
            raise Violation(f"a password is shown: {shown_address(url)}")


def _address(data: bytes) -> str:
    """Read an address that a tenant gives, and what a receiver may ask for; nobody's name is looked up."""
    text = data.decode("utf-8", "ignore")
    retry_after_s(text, 1_796_000_000_000)
    target = target_of(text, has_networks=b"*" in data)
    h11.Request(method="POST", target=target.path, headers=[("Host", target.authority)])
    try:
        ip_address(target.host)
    except ValueError:
        return "name"
    check_addresses(target, [target.host])
    if not is_public(target.host):
        raise Violation(f"{target.host} is allowed, and not public")
    return "address"


def _of_files(folder: Path) -> list[Parser]:
    def reading(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        file = folder / name

        def read_bytes(data: bytes) -> object:
            file.write_bytes(data)
            return read(file)

        return read_bytes

    def head_of(name: str) -> bytes:
        return b"".join((EXAMPLES / name).read_bytes().splitlines(keepends=True)[:4])

    definition = read_definition((EXAMPLES / "cdnow.yaml").read_bytes())
    events = b'customer_id,date,n_cds,dollars\n1,1997-01-01,1,11.77\n2,1997-01-12T10:00:00Z,"5",77.00\n'
    customers = head_of("telco_churn.csv")
    return [
        Parser("principals", reading("principals.yaml", read_principals), (ValueError,), [_PRINCIPALS.encode()]),
        Parser(
            "leads (CSV)",
            reading("leads.csv", lambda file: read_leads(file, _FIELDS, "crm", ReadOptions())),
            (InputFailed,),
            [head_of("leads.csv"), "编号,金额,region\nL1,\"1,250.5\",上海\n".encode("gb18030")],
        ),
        Parser(
            "reps (CSV)", reading("reps.csv", lambda file: read_reps(file, ["p"], ReadOptions())), (InputFailed,),
            [head_of("reps.csv")],
        ),
        Parser(
            "territories (CSV)",
            reading("territories.csv", lambda file: read_territories(file, ReadOptions())),
            (InputFailed,),
            [head_of("territories.csv")],
        ),
        Parser("customers (CSV)", reading("customers.csv", _customers), (Failure,), [customers]),
        Parser(
            "events (CSV)",
            reading("events.csv", lambda file: read_event_file(file, definition, ReadOptions())),
            (Failure,),
            [events],
        ),
    ]  # fmt: skip


def _customers(file: Path) -> None:
    reading = opened(file, SCHEMA, "customer", ReadOptions())
    check_table(reading)
    for shard in shards_of(reading, 2):
        for _ in read_batches(shard, reading.document()):
            pass
