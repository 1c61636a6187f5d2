"""The doctor: what it says of stores, machines and settings, and that what is wrong ends with an exit code."""

from __future__ import annotations

import fcntl
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from router.timers.timer import TimerStatus
from serving.doctor import host
from serving.doctor.command import doctor, findings
from serving.doctor.finding import Severity
from serving.doctor.store import judge, timers
from store.diagnostics import StoreFacts

KEPT = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
SOUND = StoreFacts("Valkey", (9, 1, 0), KEPT, 10 << 20, 0, 0.01)
GIB = 1 << 30


def test_a_sound_store_has_nothing_to_do() -> None:
    assert {finding.severity for finding in judge(SOUND)} == {Severity.GOOD}


@pytest.mark.parametrize(
    ("facts", "subject", "severity", "advice"),
    [
        (replace(SOUND, name="Redis", version=(6, 0, 16)), "store", Severity.BAD, "Redis 6.2 or later"),
        (replace(SOUND, version=(7, 0)), "store", Severity.BAD, "Valkey 7.2 or later"),
        (replace(SOUND, memory_limit=GIB, settings={**KEPT, "maxmemory-policy": "allkeys-lru"}), "memory",
         Severity.BAD, "noeviction"),
        (replace(SOUND, memory_limit=11 << 20), "memory", Severity.MIND, "raise maxmemory"),
        (replace(SOUND, settings={**KEPT, "appendonly": "no"}), "on disk", Severity.BAD, "appendonly to yes"),
        (replace(SOUND, settings={**KEPT, "appendfsync": "everysec"}), "on disk", Severity.MIND, "last second"),
        (replace(SOUND, settings={}), "on disk", Severity.MIND, "ask its operator"),
        (replace(SOUND, clock_ahead_s=-90.0), "clock", Severity.BAD, "synchronise"),
        (replace(SOUND, is_simulated=True), "time", Severity.BAD, "name another store"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_store_is_found_with_what_to_do(
    facts: StoreFacts, subject: str, severity: Severity, advice: str
) -> None:
    finding_of = {finding.subject: finding for finding in judge(facts)}[subject]

    assert finding_of.severity is severity
    assert advice in finding_of.advice


@pytest.mark.parametrize(("late_s", "severity"), [(60, Severity.GOOD), (61, Severity.MIND)])
def test_timers_are_told_with_their_number_and_how_late_the_earliest_is(late_s: int, severity: Severity) -> None:
    on_time = TimerStatus(1_200, 90_000, 7, 7, None, 1_000)
    late = TimerStatus(3, 1_000, 7, 7, None, 1_000 + 1_000 * late_s)

    finding = timers([on_time, late])

    assert (finding.severity, finding.seen) == (severity, f"1,203 waiting, the earliest late by {late_s} s")
    assert timers([]).severity is Severity.GOOD


def test_a_private_store_may_have_a_simulated_clock_and_says_so() -> None:
    (advised,) = (finding for finding in judge(replace(SOUND, is_simulated=True), is_private=True) if finding.advice)

    assert (advised.subject, advised.severity, advised.seen) == ("time", Severity.MIND, "simulated")


@pytest.mark.parametrize(
    ("days", "severity"), [(-1, Severity.BAD), (3, Severity.MIND), (300, Severity.GOOD)], ids=["past", "soon", "long"]
)
def test_a_certificate_is_judged_by_how_long_it_is_good(tmp_path: Path, days: int, severity: Severity) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))

    assert host.certificate(str(tmp_path / "cert.pem")).severity is severity


def test_a_folder_in_use_says_by_whom(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()

        assert "in use by process 4711" in host.private_store(tmp_path).seen


def test_a_folder_that_does_not_exist_yet_is_looked_at_where_it_will_be(tmp_path: Path) -> None:
    assert str(tmp_path) in host.disk(tmp_path / "not" / "yet").seen


@pytest.mark.parametrize(
    ("environ", "subject"),
    [
        ({"FAIRLEAD_RULE_ENGINE": "magic"}, "rule engine"),
        ({"FAIRLEAD_REDIS_URL": "redis://127.0.0.1:1"}, "store"),
        ({"FAIRLEAD_REDIS_URL": "redis+cluster://x:y"}, "store"),
        ({"FAIRLEAD_REDIS_URL": "redis://store.example"}, "store"),
        ({"FAIRLEAD_METRICS": "0.0.0.0:9100"}, "telemetry"),
        ({"FAIRLEAD_TLS_CERT": "/nowhere.pem"}, "access"),
        ({"FAIRLEAD_LOG": "xml"}, "telemetry"),
        ({"FAIRLEAD_HEALTH_PROFILES": "/nowhere.yaml"}, "models"),
    ],
)
def test_a_set_up_that_cannot_serve_is_told_by_its_exit_code(
    tmp_path: Path, environ: Mapping[str, str], subject: str
) -> None:
    wrong = [finding for finding in findings(environ, "127.0.0.1:0", tmp_path) if finding.severity is Severity.BAD]

    done = CliRunner().invoke(doctor, ["--listen", "127.0.0.1:0", "--data", str(tmp_path)], env=environ)

    assert [finding.subject for finding in wrong] == [subject]
    assert wrong[0].advice
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, "1 to put right")


def test_a_set_up_that_serves_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(doctor, ["--listen", "127.0.0.1:0", "--data", str(tmp_path)])

    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "all checks passed")
