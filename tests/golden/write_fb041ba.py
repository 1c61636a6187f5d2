"""``python -m tests.golden.write_fb041ba FOLDER``: make the golden store, models and answers; see the package.

Takes a minute or two: it serves three times, the second time with callers known by token, trains three models, and
kills workers that have work in hand. What can be asked is asked at the end, and changes no key.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.golden import keys, questions, scenario
from tests.golden.calls import Json, ask_again
from tests.golden.running import Running, done, run, serving
from tests.golden.tenants import Tenant

TENANTS = ("acme", "华贸", "early", "soon")
_CHURN = "models/churn"


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        data = Path(folder) / "data"
        tables = _write_tables(Path(folder) / "tables")
        with serving(data, **_long_work(tables)) as running:
            repeatable = _first_session(running, data, tables)
        _known_session(data)
        with serving(data, FAIRLEAD_OPERATION_WORKERS="0", **_long_work(tables)) as running:
            _leave_waiting(running)
            _write_all(running, data, repeatable, out)


def _long_work(tables: Path) -> dict[str, str]:
    out = tables / "out"
    return {
        "FAIRLEAD_TRAINING_DATA": str(tables),
        "FAIRLEAD_RESCORING_DATA": str(tables),
        "FAIRLEAD_RESCORING_OUT": str(out),
    }


def _write_tables(folder: Path) -> Path:
    """Write customers who leave for reasons, for everybody, for 华贸 and for acme."""
    draw = random.Random(4)
    lines = ["customer,logins,plan,paperless,spend,left"]
    for customer in range(240):
        logins, plan, paperless = draw.randrange(20), draw.randrange(3), draw.choice(("yes", "no"))
        leaves = draw.random() < 1 / (1 + 2.7 ** (0.35 * logins - 2.5 - 0.6 * plan))
        spend = round(draw.gauss(80, 30), 2)
        lines.append(f"C-{customer},{logins},plan {plan},{paperless},{spend},{'yes' if leaves else 'no'}")
    (folder / "out").mkdir(parents=True)
    for place in (folder, folder / "@acme"):
        place.mkdir(exist_ok=True)
        (place / "customers.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def _first_session(running: Running, data: Path, tables: Path) -> list[Json]:
    """Do all that needs no caller to be known; return the calls that may be repeated."""
    acme, huamao, early, soon = (Tenant(running.channel, name) for name in TENANTS)
    scenario.begin_early(early)
    scenario.staff_acme(acme)
    scenario.route_acme(acme)
    scenario.fill_and_wake(acme)
    scenario.reorganise(acme)
    scenario.begin_huamao(huamao)
    _train(data / "models", tables)
    scenario.remember_scores(acme, running.address, tables, data / "models")
    scenario.submit_all(acme, soon, data)
    begun = [
        _begin_training(acme, "left", "train-1"),
        _begin_training(acme, "nobody", "train-2"),
        _begin_rescoring(acme),
    ]
    scenario.followed(running.channel, begun)
    _challenge(acme, begun[0])
    return [*acme.repeatable, *soon.repeatable]


def _train(models: Path, tables: Path) -> None:
    """Make two versions of everybody's model, the second its champion, and one of 华贸's own."""
    learn = ("train", "--data", str(tables / "customers.csv"), "--target", "left", "--id", "customer", "--rungs", "1")
    place = ("--out", str(models))
    answer_for_it = ("--actor", "lin", "--reason", "初版", "--override", "--registry", str(models))
    for options in (("--drop", "paperless,spend"), ("--seed", "7")):
        before = _versions(models)
        done(*learn, *place, *options)
        (version,) = _versions(models) - before
        done("models", "promote", "churn", version, *answer_for_it)
    done(*learn, *place, "--tenant", "华贸", "--drop", "logins")
    (own,) = models.glob("@*")
    (version,) = _versions(own)
    done("models", "promote", "churn", version, *answer_for_it, "--tenant", "华贸")


def _versions(registry: Path) -> set[str]:
    return {folder.name for folder in (registry / "churn").glob("[!.]*")}


def _begin_training(tenant: Tenant, target: str, request_id: str) -> Json:
    request = {"parent": _CHURN, "data_path": "customers.csv", "target": target, "id_column": "customer", "rungs": 1}
    return tenant.call("ModelService/TrainModel", **request, seed=11, request_id=request_id)


def _begin_rescoring(tenant: Tenant) -> Json:
    request = {"parent": tenant.parent, "data_path": "customers.csv", "out_path": "scores", "id_column": "customer"}
    return tenant.call("ScoringService/RescoreCustomers", **request, as_of_time="2025-06-01T00:00:00Z")


def _challenge(tenant: Tenant, trained: Json) -> None:
    operation = tenant.call("Operations/GetOperation", name=trained["name"])
    version = operation["response"]["name"]
    tenant.call("ModelService/ChallengeModel", name=version, actor="lin", reason="newer", request_id="challenge-1")


def _known_session(data: Path) -> None:
    """Act as somebody whose name the log keeps."""
    folder = data.parent / "tokens"
    done("token", "keys", str(folder))
    token = done("token", "mint", str(folder), "--name", "mo@acme", "--role", "manager", "--tenant", "acme").strip()
    known = {"JWKS": str(folder / "jwks.json"), "TOKEN_ISSUER": "fairlead-token", "TOKEN_AUDIENCE": "fairlead"}
    with serving(data, **{f"FAIRLEAD_{name}": value for name, value in known.items()}) as running:
        scenario.act_as_mo(Tenant(running.channel, "acme", token))


def _leave_waiting(running: Running) -> None:
    """Ask for a training that nobody begins."""
    _begin_training(Tenant(running.channel, "acme"), "left", "train-3")


def _write_all(running: Running, data: Path, repeatable: Iterable[Json], out: Path) -> None:
    url = f"unix://{data / 'valkey.sock'}"
    found, before = keys.read(url), keys.contents(url)
    _check(before)
    made = questions.answers(running.channel, TENANTS)
    made += questions.watched(running.channel, "tenants/acme", 24)
    made += [ask_again(running.channel, call) for call in _repeated(repeatable)]
    commands = [_command(name, tenant, url) for tenant in TENANTS for name in (("verify",), ("audit", "verify"))]
    after = keys.contents(url)
    assert before == after, (
        f"asking changed {[name for name in {**before, **after} if before.get(name) != after.get(name)]}"
    )

    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(data / "models", out / "models")
    keys.write(found, out / "store.jsonl")
    _write_lines(made, out / "answers.jsonl")
    _write_lines(commands, out / "commands.jsonl")


def _repeated(repeatable: Iterable[Json]) -> Iterator[Json]:
    """Yield the calls that a request id makes repeatable, and each id with other content; none needs a table."""
    for call in repeatable:
        service = call["method"].partition("/")[0]
        if service == "RoutingService":
            yield call
            yield {**call, "request": _altered(call["request"])}
        elif service != "ModelService":
            yield call


def _altered(request: Json) -> Json:
    if "work_item" in request:
        return {**request, "work_item": {**request["work_item"], "priority": 1}}
    if "resolution" in request:
        return {**request, "resolution": "RESOLUTION_CLOSED"}
    return {**request, "note": "other content"}


def _check(found: dict[str, tuple[str, object, bool]]) -> None:
    """See that the store holds what it is kept for."""
    text = json.dumps(found, ensure_ascii=False)
    kinds = {fields["type"] for name, (_, value, _) in found.items() if name.endswith(":events") for _, fields in value}  # type: ignore[attr-defined]
    assert kinds == {"decision", "completed", "settled", "workforce", "rules"}, kinds
    for state in ("ready", "delayed", "leased", "dead"):
        assert any(name.endswith(f":queue:routing:{state}") for name in found), state
    for word in ("ROUTED", "REASSIGNED", "OVERRIDE", "WOKEN", "WAITING", "UNROUTED", "EXISTING_OWNER", "mo@acme"):
        assert word in text, word


def _command(name: tuple[str, ...], tenant: str, url: str) -> Json:
    ended = run(*name, "--tenant", tenant, "--redis-url", url)
    return {"command": [*name, "--tenant", tenant], "exit_code": ended.returncode, "output": ended.stdout.splitlines()}


def _write_lines(found: Iterable[Json], file: Path) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
