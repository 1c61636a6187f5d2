"""The command as people run it: files in, a verified artefact out, the same bits twice."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as paparquet
import pytest
from click.testing import CliRunner
from markupsafe import escape

from scoring.model import artefact
from scoring.model.loaded import LoadedModel
from scoring.model.reasons import reasons
from scoring.registry.adapters.folders import LocalFolder
from scoring.registry.adapters.storage import open_storage
from scoring.registry.registry import Registry
from tests.training_data import FULL, customers, with_column
from training.champion import current_champion
from training.cli import dataset, train
from training.data.columns import Columns
from training.data.preparing import prepare
from training.learn.boosting import Boosting
from training.learn.candidates import LADDER
from training.plan import Trained, TrainingPlan
from training.report.document import report_of
from training.report.publishing import Origin, publish
from training.strategies import train as train_model

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
QUICK = TrainingPlan(ladder=(LADDER[0], Boosting("pairwise small", "pairwise", n_trees=30)), benchmark_model=None)
BLOCKS = {"roc_auc", "pr_auc", "log_loss", "brier", "ece", "lift_10"}


def run(*options: object, rungs: int = 1) -> str:
    limit = [] if FULL else ["--rungs", str(rungs)]
    result = CliRunner().invoke(train, [*(str(option) for option in options), *limit])
    assert result.exit_code == 0, result.output
    return result.output


def write_csv(folder: Path, table: pa.Table) -> Path:
    path = folder / "customers.csv"
    pacsv.write_csv(table, path)
    return path


def billed(n_rows: int) -> pa.Table:
    """Return customers with the parts of a bill, and a column with a hostile name."""
    draw = np.random.default_rng(0)
    table = with_column(customers(n_rows), "<script>alert(1)</script>", draw.normal(size=n_rows))
    for part in ("day charge", "night charge"):
        table = with_column(table, part, draw.gamma(2.0, 10.0, n_rows).round(2))
    return table


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("trained")
    data = write_csv(folder, billed(1_200))
    output = run("--data", data, "--target", "Churn", "--out", folder / "models", rungs=2)
    return folder / "models", output


@pytest.fixture(scope="module")
def ready() -> Trained:
    return train_model(prepare(customers(), Columns("Churn")), QUICK)


def version_of(registry: Path) -> Path:
    return next((registry / "churn").iterdir())


@pytest.mark.long
def test_the_report_holds_what_was_promised(trained: tuple[Path, str]) -> None:
    report = json.loads((version_of(trained[0]) / "report.json").read_text())

    assert report["cv"].keys() == BLOCKS
    assert "test" not in report
    assert {"champion", "dropped", "leaks", "gates", "ladder", "referee", "baselines", "intervals"} <= report.keys()
    low, high = (report["intervals"]["cv"]["roc_auc"][end] for end in ("low", "high"))
    assert low < report["cv"]["roc_auc"] < high
    assert report["export"]["parity"] <= 1e-12
    assert [each["name"] for each in report["gates"]][:2] == ["leaks", "export_parity"]
    assert "ROC-AUC" in trained[1]


@pytest.mark.long
def test_the_report_tells_who_is_found_at_the_threshold_how_segments_do_and_what_matters(
    trained: tuple[Path, str],
) -> None:
    report = json.loads((version_of(trained[0]) / "report.json").read_text())

    confusion = report["confusion"]
    counts = [confusion[said][did] for said in ("at_risk", "not_at_risk") for did in ("left", "stayed")]
    assert sum(counts) == report["rows"]["judged"]
    assert confusion["recall"] == counts[0] / (counts[0] + counts[2])
    assert confusion["precision"] == counts[0] / (counts[0] + counts[1])
    assert confusion["false_positive_rate"] == counts[1] / (counts[1] + counts[3])
    assert {segment["name"] for segment in report["segments"]} >= {"plan = basic", "vip = Yes"}
    assert all(0.4 < segment["roc_auc"] < 1 for segment in report["segments"])
    assert list(report["importance"].values()) == sorted(report["importance"].values(), reverse=True)
    assert set(report["importance"]) == set(report["features"])


@pytest.mark.parametrize("name", ["report.html", "report.zh.html"])
def test_the_pages_tell_when_and_by_which_command_they_were_made(trained: tuple[Path, str], name: str) -> None:
    version = version_of(trained[0])

    page = (version / name).read_text()

    created = artefact.read(LocalFolder(version)).manifest.created_time
    assert f"{created:%Y-%m-%d %H:%M} UTC" in page
    rungs = "" if FULL else " --rungs 2"
    assert f"<code>fairlead train --data customers.csv --target Churn{rungs}</code>" in page


@pytest.mark.long
def test_the_page_that_is_named_at_the_end_is_of_the_language_asked_for(tmp_path: Path) -> None:
    data = write_csv(tmp_path, customers(700))

    said = run("--data", data, "--target", "Churn", "--out", tmp_path / "models", "--language", "zh")

    assert said.rstrip().endswith("report.zh.html")
    assert '<html lang="zh">' in (version_of(tmp_path / "models") / "report.zh.html").read_text()


@pytest.mark.long
def test_what_was_read_otherwise_than_it_stands_is_told_on_the_console_and_in_the_report(tmp_path: Path) -> None:
    table = customers(700)
    words = [
        "-" if i < 3 else " yes" if word == "Yes" and i % 2 else word
        for i, word in enumerate(table["Churn"].to_pylist())
    ]
    balance = ["[#DIV/0!]" if i == 40 else text for i, text in enumerate(table["balance"].to_pylist())]
    table = table.set_column(4, "balance", pa.array(balance)).set_column(5, "Churn", pa.array(words))
    table = pa.concat_tables([table, table.slice(100, 40)])
    table = with_column(table, "signed", [f"2024-0{1 + i % 9}-10" for i in range(len(table))])

    said = run("--data", write_csv(tmp_path, table), "--target", "Churn", "--out", tmp_path / "models")

    report = json.loads((version_of(tmp_path / "models") / "report.json").read_text())
    page = (version_of(tmp_path / "models") / "report.html").read_text()
    notes = {note["about"]: note["text"] for note in report["notes"]}
    assert notes.keys() == {"Churn", "balance", "rows"}
    assert notes["Churn"].startswith("left: Yes 202, yes 180; stayed: No 355")
    assert "1 values are no numbers: missing; first line 42, '[#DIV/0!]'" in notes["balance"]
    assert notes["rows"].startswith("40 rows are equal to an earlier one in every feature and kept")
    assert all(text in " ".join(said.split()) for text in notes.values())
    assert all(str(escape(text)) in page for text in notes.values())
    assert "left out 3 rows: no outcome" in said
    assert "left out signed: moment, is a point in time" in said


@pytest.mark.long
def test_the_risk_from_which_rescuing_pays_comes_of_the_assumptions_that_were_given(tmp_path: Path) -> None:
    data = write_csv(tmp_path, customers(700))
    given = {"value": 500.0, "incentive": 20.0, "contact_cost": 2.0, "acceptance": 0.2}
    options = [text for name, x in given.items() for text in (f"--{name.replace('_', '-')}", x)]

    said = run("--data", data, "--target", "Churn", "--out", tmp_path / "models", *options)
    run("--data", data, "--target", "Churn", "--out", tmp_path / "usual", "--value", 200)
    run("--data", data, "--target", "Churn", "--out", tmp_path / "usual")

    version, usual = version_of(tmp_path / "models"), version_of(tmp_path / "usual")
    loaded = artefact.read(LocalFolder(version))
    assert loaded.thresholds.at_risk == pytest.approx((20 + 2) / (0.2 * (500 - 20) + 20))
    assert "at risk from 19.0 % on" in said
    assert loaded.manifest.configuration["profit"] == given
    assert [path.name for path in (tmp_path / "usual" / "churn").iterdir()] == [usual.name]
    assert (version / "tables.npz").read_bytes() == (usual / "tables.npz").read_bytes()


@pytest.mark.long
def test_assumptions_that_are_not_the_champions_are_said_with_the_options_that_keep_them(tmp_path: Path) -> None:
    table = write_csv(tmp_path, customers(700))
    options = ("--data", table, "--target", "Churn", "--out", tmp_path)
    first = run(*options, "--value", 500, "--contact-cost", 2)
    registry = Registry(open_storage(str(tmp_path)), lambda: NOON)
    registry.promote("churn", registry.versions("churn")[0], actor="ann", override=True, reason="a trial")

    other, same = run(*options), run(*options, "--value", 500, "--contact-cost", 2)

    moved = "at risk from 16.4 % on instead of 7.6 %: value 200 instead of 500, contact cost 1 instead of 2"
    assert f"other assumptions than the champion's: {moved}\n  to keep its own: --value 500 --contact-cost 2\n" in other
    assert "other assumptions" not in first + same


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--value", "5"], "--value: 5: must be above incentive, 10, and up to 1e+12"),
        (["--value", "nan"], "value: nan: must be above incentive, 10"),
        (["--incentive", "-1"], "incentive: -1: must be 0 or more"),
        (["--contact-cost", "inf"], "--contact-cost: inf: must be 0 or more"),
        (["--acceptance", "30"], "acceptance: 30: must be a share between 0 and 1, ends excluded"),
        (["--contact-cost", "57"], "57: never pays; must be below acceptance × (value − incentive), 57"),
        (["--incentive", "0", "--contact-cost", "0"], "0, as is incentive: must be above 0"),
    ],
)
def test_assumptions_by_which_nothing_could_be_decided_are_refused(
    tmp_path: Path, options: list[str], message: str
) -> None:
    data = write_csv(tmp_path, customers(100))

    refused = CliRunner().invoke(train, ["--data", str(data), "--target", "Churn", *options])

    assert refused.exit_code == 2
    assert message in refused.output


@pytest.mark.parametrize(
    ("negative", "said"),
    [([], "neither said to have left"), pytest.param(["--negative", "no"], "version", marks=pytest.mark.long)],
)
def test_a_third_value_of_the_outcome_is_refused_until_it_is_said_who_stayed(
    tmp_path: Path, negative: list[str], said: str
) -> None:
    table = customers(700)
    words = ["Pending" if i % 9 == 0 else word for i, word in enumerate(table["Churn"].to_pylist())]
    data = write_csv(tmp_path, table.set_column(5, "Churn", pa.array(words)))

    options = ["--data", str(data), "--target", "Churn", "--out", str(tmp_path / "models"), "--rungs", "1"]
    result = CliRunner().invoke(train, [*options, *negative])

    assert (result.exit_code == 0) == bool(negative)
    assert said in result.output
    assert "Pending 78" in result.output


def test_the_page_stands_alone_and_no_name_of_a_column_becomes_markup(trained: tuple[Path, str]) -> None:
    page = (version_of(trained[0]) / "report.html").read_text()

    class Reader(HTMLParser):
        tags: list[str]
        links: list[str]

        def __init__(self) -> None:
            super().__init__()
            self.tags, self.links = [], []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)
            self.links += [str(value) for name, value in attrs if name in ("src", "href")]

    reader = Reader()
    reader.feed(page)
    assert "script" not in reader.tags
    assert not reader.links
    assert "&lt;script&gt;" in page
    for title in ("ROC", "Precision and recall", "Reliability", "Gain", "Profit per customer"):
        assert f'aria-label="{title}"' in page
    for feature in ("tenure", "plan", "vip", "calls", "balance"):
        assert f'aria-label="{feature}"' in page
    assert "nan" not in page.replace("tenance", "").lower().split()


def test_the_artefact_is_one_that_a_server_accepts(trained: tuple[Path, str]) -> None:
    registry = Registry(open_storage(str(trained[0])), lambda: NOON)
    version = version_of(trained[0]).name

    loaded = registry.load("churn", version)

    assert loaded.manifest.configuration["target"] == "Churn"
    assert len(loaded.golden) > 20
    assert {"card.en.md", "card.zh.md", "schema.json"} <= {path.name for path in version_of(trained[0]).iterdir()}


def test_a_total_is_served_from_its_parts(trained: tuple[Path, str]) -> None:
    model = LoadedModel(
        Registry(open_storage(str(trained[0])), lambda: NOON).load("churn", version_of(trained[0]).name)
    )

    score = model.score({"day charge": 60.5, "night charge": 0.25}, NOON)

    assert "added charge in total: the sum of day charge, night charge" in trained[1]
    assert score.row[model.schema.places["charge in total"]] == 60.75
    texts = [reason.text for reason in reasons(model, score, top=50, locale="zh")]
    assert any(text.startswith("费用合计为 60.75") for text in texts)


def test_what_was_trained_scores_where_scikit_learn_cannot_be_imported(trained: tuple[Path, str]) -> None:
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sklearn", "scipy", "training"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from datetime import datetime, UTC
from scoring.registry.adapters.storage import open_storage
from scoring.registry.registry import Registry
found = Registry(open_storage(sys.argv[1]), lambda: datetime.now(UTC)).load("churn", sys.argv[2])
print(found.golden[0].probability)
"""
    command = [sys.executable, "-c", code, str(trained[0]), version_of(trained[0]).name]

    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])

    assert result.returncode == 0, result.stderr
    assert 0 < float(result.stdout) < 1


@pytest.mark.long
def test_two_runs_give_the_same_bits(tmp_path: Path, ready: Trained) -> None:
    again = train_model(prepare(customers(), Columns("Churn")), QUICK)
    origin = Origin("churn", "Churn", "0" * 64, {}, NOON)

    sums = []
    for name, trained in (("one", ready), ("two", again)):
        _, folder, _ = publish(trained, origin, tmp_path / name)
        sums.append((folder.name, (folder / "SHA256SUMS").read_text()))

    assert sums[0] == sums[1]


@pytest.mark.long
def test_only_the_manifest_and_the_pages_know_the_time(tmp_path: Path, ready: Trained) -> None:
    lines = []
    for year in (2026, 2027):
        origin = Origin("churn", "Churn", "0" * 64, {}, NOON.replace(year=year))
        _, folder, _ = publish(ready, origin, tmp_path / str(year))
        lines.append(set((folder / "SHA256SUMS").read_text().splitlines()))

    assert {line.split()[1] for line in lines[0] ^ lines[1]} == {
        *("manifest.json", "report.html", "report.zh.html"),
    }


@pytest.mark.long
def test_publishing_again_changes_nothing(tmp_path: Path, ready: Trained) -> None:
    origin = Origin("churn", "Churn", "0" * 64, {}, NOON)

    first, folder, _ = publish(ready, origin, tmp_path)
    again, same, _ = publish(ready, Origin("churn", "Churn", "0" * 64, {}, NOON.replace(year=2030)), tmp_path)

    assert (folder, first.digest) == (same, again.digest)


@pytest.mark.long
def test_a_challenger_is_compared_with_the_champions_recipe_in_the_same_folds(tmp_path: Path) -> None:
    prepared = prepare(customers(1_000), Columns("Churn"))
    origin = Origin("churn", "Churn", "0" * 64, {}, NOON)
    written, _, _ = publish(train_model(prepared, QUICK), origin, tmp_path)
    registry = Registry(open_storage(str(tmp_path)), lambda: NOON)
    registry.promote("churn", written.manifest.version, actor="test", reason="first", override=True)

    again = train_model(prepared, QUICK, champion=current_champion(str(tmp_path), "churn"))
    report = report_of(again)

    assert report["champion"]["version"] == written.manifest.version
    assert report["champion"]["how"] == "its recipe, fitted anew on its own columns of the same rows"
    assert report["champion"]["roc_auc"] == report["cv"]["roc_auc"]
    assert all(gate.passed for gate in again.gates if gate.name in ("log_loss", "roc_auc", "lift_10", "segments"))


@pytest.mark.long
def test_a_time_column_is_judged_forward(tmp_path: Path) -> None:
    table = customers(3_000)
    taken = np.datetime64("2024-01-01") + np.arange(3_000) // 300 * 30
    path = tmp_path / "customers.parquet"
    paparquet.write_table(with_column(table, "as_of", taken.astype("datetime64[us]")), path)

    run("--data", path, "--target", "Churn", "--time", "as_of", "--horizon-days", 30, "--out", tmp_path / "models")

    report = json.loads((version_of(tmp_path / "models") / "report.json").read_text())
    assert report["test"].keys() == BLOCKS
    assert "cv" not in report
    assert report["rows"]["judged"] == 300


@pytest.mark.long
def test_options_are_obeyed(tmp_path: Path) -> None:
    table = with_column(customers(), "who", [f"c{i // 2}" for i in range(600)])
    table = table.set_column(
        5, "Churn", pa.array(["gone" if v == "Yes" else "here" for v in table["Churn"].to_pylist()])
    )
    path = write_csv(tmp_path, table)

    output = run(
        "--data", path, "--target", "Churn", "--positive", "gone", "--id", "who", "--drop", "calls, vip",
        "--seed", 7, "--model", "leaving", "--out", tmp_path / "m",
    )  # fmt: skip

    folder = next((tmp_path / "m" / "leaving").iterdir())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["seed"] == 7
    assert manifest["schema"]["id_column"] == "who"
    assert [feature["name"] for feature in manifest["schema"]["features"]] == ["tenure", "plan", "balance"]
    assert "left out calls: asked" in output


@pytest.mark.long
def test_the_written_schema_can_be_handed_in_again(trained: tuple[Path, str], tmp_path: Path) -> None:
    schema = json.loads((version_of(trained[0]) / "schema.json").read_text())
    for feature in schema["features"]:
        if feature["name"] == "calls":
            feature |= {"monotonic": 1, "actionable": True, "wording_en": "{value} calls"}
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(schema))

    run("--data", write_csv(tmp_path, billed(600)), "--target", "Churn", "--schema", file, "--out", tmp_path / "m")

    written = artefact.read(open_storage(str(tmp_path / "m")).folder("churn", version_of(tmp_path / "m").name))
    calls = next(feature for feature in written.schema.features if feature.name == "calls")
    assert (calls.monotonic, calls.actionable, calls.wording_en) == (1, True, "{value} calls")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "Nope"], "there is no such column"),
        (["--target", "plan"], "say with --positive"),
        (["--target", "Churn", "--schema", "BROKEN"], "features"),
    ],
)
def test_mistakes_end_in_one_line(tmp_path: Path, options: list[str], message: str) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"features": []}')
    options = [str(broken) if option == "BROKEN" else option for option in options]

    result = CliRunner().invoke(train, ["--data", str(write_csv(tmp_path, customers())), *options])

    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "customers.parquet"
    path.write_bytes(b"no parquet")

    result = CliRunner().invoke(train, ["--data", str(path), "--target", "Churn"])

    assert result.exit_code == 1
    assert "customers.parquet" in result.output


EVENTS = """
name: shop
events: {customer: who, occurred: at}
moments: {first: 2024-03-01, last: 2024-05-20, every_days: 20}
windows: {prediction_days: 20}
label: {active_days: 60}
features:
  - {name: last, aggregation: days_since, monotonic: 1}
  - {name: n, aggregation: count, default: 0}
  - {name: n_30d, aggregation: count, days: 30, default: 0}
"""


@pytest.mark.long
def test_events_become_a_model_judged_forward(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    rates = draw.gamma(1.5, 0.02, 700)
    rows = [
        (f"c{who}", str(np.datetime64("2024-01-01") + day))
        for who, rate in enumerate(rates)
        for day in np.flatnonzero(draw.random(180) < rate)
    ]
    log = tmp_path / "log.csv"
    pacsv.write_csv(pa.table({"who": [r[0] for r in rows], "at": [r[1] for r in rows]}), log)
    (tmp_path / "shop.yaml").write_text(EVENTS)
    out = tmp_path / "shop.parquet"

    result = CliRunner().invoke(
        dataset, ["--events", str(log), "--definition", str(tmp_path / "shop.yaml"), "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert "leak certificate green" in result.output
    schema = out.with_suffix(".schema.json")
    run("--data", out, "--target", "churned", "--id", "customer", "--time", "as_of", "--schema", schema,
        "--out", tmp_path / "m")  # fmt: skip

    report = json.loads((version_of(tmp_path / "m") / "report.json").read_text())
    assert report["certificate"]["green"] is True
    assert {gate["name"]: gate["passed"] for gate in report["gates"]}["leak_certificate"]
    assert report["test"]["roc_auc"] > 0.6
