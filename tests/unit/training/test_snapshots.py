"""Features and labels at a moment, by hand; and that no later event is ever seen."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables.options import ReadOptions
from tests.training_data import real
from training.errors import InvalidDefinition, InvalidInput, NotEnoughData
from training.snapshots.build import Dataset, Snapshot, build, moments_of, snapshot
from training.snapshots.certificate import certify
from training.snapshots.definition import Definition
from training.snapshots.definition_file import read_definition
from training.snapshots.event_file import read_event_file
from training.snapshots.events import Events, in_order, read_events

DEFINITION = """
version: 1
name: test
events: {customer: who, occurred: at, recorded: known, products: {amount: [pieces, price]}}
moments: {at: [2024-03-01]}
windows: {prediction_days: 30, gap_days: 2, maturity_days: 5}
label: {kind: transactional, active_days: 60}
features:
  - {name: n, aggregation: count, default: 0}
  - {name: n_30d, aggregation: count, days: 30, default: 0}
  - {name: spent, aggregation: sum, of: amount}
  - {name: mean_price, aggregation: mean, of: price}
  - {name: top, aggregation: max, of: pieces}
  - {name: least, aggregation: min, of: pieces}
  - {name: kinds, aggregation: distinct, of: kind}
  - {name: last, aggregation: days_since}
  - {name: first, aggregation: days_since_first}
  - {name: gap, aggregation: mean_gap}
  - {name: slope, aggregation: slope, days: 40, parts: 4}
  - {name: ratio, aggregation: ratio, days: 20, of: amount}
  - {name: tea, aggregation: count, where: [{column: kind, equals: tea}], default: 0}
"""

ROWS = [
    # who, at, known, kind, pieces, price
    ("ann", "2024-01-20", "2024-01-20", "tea", 2, 3.0),
    ("ann", "2024-01-25", "2024-01-25", "tea", 1, 3.0),
    ("ann", "2024-02-20", "2024-02-20", "cup", 4, 5.0),
    ("bob", "2024-02-28", "2024-02-28", "tea", 1, 1.0),
    ("bob", "2024-02-29", "2024-03-05", "cup", 9, 9.0),  # happened before, known after
    ("cat", "2023-11-01", "2023-11-01", "tea", 1, 1.0),  # not active any more
    ("ann", "2024-03-02", "2024-03-02", "tea", 1, 1.0),  # in the gap
    ("bob", "2024-03-15", "2024-03-15", "tea", 1, 1.0),  # in the prediction window
    ("dan", "2024-05-01", "2024-05-01", "tea", 1, 1.0),  # lets the data reach far enough
]


def table(rows: list[tuple[str, str, str, str, int, float]] = ROWS, declared: Definition | None = None) -> pa.Table:
    names = ("who", "at", "known", "kind", "pieces", "price")
    texts = {name: [str(row[i]) for row in rows] for i, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as folder:
        pacsv.write_csv(pa.table(texts), file := Path(folder) / "events.csv")
        return read_event_file(file, declared or definition(), ReadOptions())[0]


def definition(text: str = DEFINITION, **changes: str) -> Definition:
    for old, new in changes.items():
        text = text.replace(old, new)
    return read_definition(dedent(text))


def built(text: str = DEFINITION) -> Dataset:
    found = definition(text)
    return build(read_events(table(declared=found), found), found)


def row(dataset: Dataset, customer: str) -> dict[str, object]:
    return next(each for each in dataset.table.to_pylist() if each["customer"] == customer)


def test_every_aggregation_is_what_one_reckons_by_hand() -> None:
    ann = row(built(), "ann")

    assert {name: ann[name] for name in ("n", "n_30d", "spent", "top", "least", "kinds", "tea")} == {
        "n": 3.0, "n_30d": 1.0, "spent": 29.0, "top": 4.0, "least": 1.0, "kinds": 2.0, "tea": 2.0,
    }  # fmt: skip
    assert ann["mean_price"] == pytest.approx(11 / 3)
    assert (ann["last"], ann["first"]) == (10.0, 41.0)
    assert ann["gap"] == pytest.approx(31 / 2)  # 20 January, 25 January, 20 February
    # Parts of ten days from 21 January: 1, 0, 0, 1 → slope 0.
    assert ann["slope"] == pytest.approx(0.0)
    assert ann["ratio"] == pytest.approx(20 / 3)  # 20 February against 25 January; 20 January is too long ago
    assert row(built(), "bob")["ratio"] is None  # nothing in the twenty days before the last twenty


def test_what_was_recorded_later_is_not_seen_though_it_happened_before() -> None:
    bob = row(built(), "bob")

    assert (bob["n"], bob["spent"], bob["kinds"], bob["last"]) == (1.0, 1.0, 1.0, 2.0)


def test_the_outcome_looks_into_the_prediction_window_only() -> None:
    dataset = built()

    assert {each["customer"]: each["churned"] for each in dataset.table.to_pylist()} == {"ann": 1, "bob": 0}


def test_who_was_not_active_is_not_looked_at() -> None:
    assert "cat" not in built().table["customer"].to_pylist()
    assert "cat" in built(DEFINITION.replace("active_days: 60", "active_days: 0")).table["customer"].to_pylist()


def test_a_slope_rises_with_more_events_late() -> None:
    rows = [("eve", f"2024-02-{day:02d}", f"2024-02-{day:02d}", "tea", 1, 1.0) for day in (1, 12, 13, 22, 23, 24)]
    found = definition()

    shot = snapshot(read_events(table([*rows, *ROWS], found), found), found, moments_of(found)[0])

    eve = shot.customers.tolist().index("eve")
    slope = shot.features[eve, [declared.name for declared in found.features].index("slope")]
    assert slope == pytest.approx(np.polyfit(range(4), [0, 1, 2, 3], 1)[0])


def test_an_observation_window_forgets_what_was_before() -> None:
    dataset = built(DEFINITION.replace("maturity_days: 5", "maturity_days: 5, observation_days: 20"))

    assert row(dataset, "ann")["n"] == 1.0


def test_a_moment_whose_outcome_is_not_known_yet_is_left_out() -> None:
    dataset = built(DEFINITION.replace("[2024-03-01]", "[2024-03-01, 2024-04-20]"))

    assert dataset.immature == (datetime(2024, 4, 20, tzinfo=UTC),)
    assert dataset.table["as_of"].unique().to_pylist() == [datetime(2024, 3, 1)]
    with pytest.raises(NotEnoughData, match="outcome is known"):
        built(DEFINITION.replace("2024-03-01", "2024-04-20"))


def test_nobody_active_at_any_moment_is_said() -> None:
    with pytest.raises(NotEnoughData, match="customers active at any moment: 0, at least 1"):
        built(DEFINITION.replace("2024-03-01", "2023-10-01"))


SUBSCRIPTION = DEFINITION.replace(
    "label: {kind: transactional, active_days: 60}", "label: {kind: subscription, term_days: 30, grace_days: 5}"
)


def test_a_subscription_is_lost_when_no_paid_term_covers_the_end() -> None:
    # Bob's payment of 15 March lasts, with grace, to 19 April, Ann's of 2 March to 6 April; the window ends on 2 April.
    kept = built(SUBSCRIPTION)
    lost = built(SUBSCRIPTION.replace("grace_days: 5", "grace_days: 0").replace("gap_days: 2", "gap_days: 4"))

    assert {each["customer"]: each["churned"] for each in kept.table.to_pylist()} == {"ann": 0, "bob": 0}
    assert {each["customer"]: each["churned"] for each in lost.table.to_pylist()} == {"ann": 1, "bob": 0}


def test_usage_is_lost_when_the_daily_amount_falls_below_its_share() -> None:
    usage = "label: {kind: usage, active_days: 60, of: amount, below_share: 0.5}"
    dataset = built(DEFINITION.replace("label: {kind: transactional, active_days: 60}", usage))

    # Ann used 29 in 60 days and nothing in the window; Bob 1 in 60 days, then 1 in 30: he doubled it.
    assert {each["customer"]: each["churned"] for each in dataset.table.to_pylist()} == {"ann": 1, "bob": 0}


def test_days_since_are_marked_as_growing_by_themselves() -> None:
    ages = {feature.name for feature in built().schema.features if feature.ages}

    assert ages == {"last", "first"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("aggregation: mean, of: price", "aggregation: mean", r"features\[3\] \(line 12, column .*of: mean needs"),
        ("aggregation: count, days: 30", "aggregation: cuont, days: 30", r"\[1\]\.aggregation \(line 10, column"),
        ("prediction_days: 30", "prediction_days: 0", r"windows\.prediction_days \(line 6"),
        ("name: n_30d", "name: n", "'n' stands twice"),
        ("{column: kind, equals: tea}", "{column: kind}", "exactly one test, has none"),
        ("{column: kind, equals: tea}", "{column: amount, equals: '1'}", "'amount' is a number"),
        ("label: {kind: transactional", "label: {kind: subscription", "term_days"),
        ("at: [2024-03-01]", "first: 2024-03-01", "belong together"),
        ("version: 1", "version: [1", "expected"),
        ("name: test", "nmae: test", "nmae"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidDefinition, match=said):
        definition(**{old: new})


def test_absent_columns_and_unreadable_times_are_named() -> None:
    with pytest.raises(InvalidInput, match="colour: there is no such column"):
        table(declared=definition(**{"of: kind": "of: colour"}))
    with pytest.raises(InvalidInput, match="column at: 3 of 3 values are no dates"):
        table([("ann", "yesterday", "2024-01-01", "tea", 1, 1.0)] * 3)


def looks_ahead(events: Events, declared: Definition, moment: int) -> Snapshot:
    """Forget when events became known."""
    return snapshot(replace(events, recorded=events.occurred), declared, moment)


def sees_all_customers_orders(events: Events, declared: Definition, moment: int) -> Snapshot:
    """Compute the features over all data, as the usual notebook does."""
    whole = replace(
        events, recorded=np.minimum(events.recorded, moment), occurred=np.minimum(events.occurred, moment - 1)
    )
    return snapshot(in_order(whole), declared, moment)


def scales_by_the_whole_file(events: Events, declared: Definition, moment: int) -> Snapshot:
    """Standardise with means that later events move."""
    honest = snapshot(events, declared, moment)
    return replace(honest, features=honest.features / max(float(np.nanmean(events.numbers["amount"])), 1e-9))


def many_events(n: int = 3_000, seed: int = 0) -> pa.Table:
    draw = np.random.default_rng(seed)
    at = np.datetime64("2023-09-01") + draw.integers(0, 240, n)
    known = at + draw.integers(0, 20, n)
    kinds, who = draw.choice(["tea", "cup"], n), draw.integers(0, 150, n)
    rows = zip(who, at, known, kinds, draw.integers(1, 9, n), draw.integers(1, 9, n), strict=True)
    return table([(f"c{w:03d}", str(a), str(k), str(kind), int(p), float(price)) for w, a, k, kind, p, price in rows])


def test_the_honest_builder_gets_a_green_certificate() -> None:
    found = definition()
    events = read_events(many_events(), found)

    certificate = certify(events, found, moments_of(found), seed=1)

    assert certificate.is_green
    assert certificate.n_changed > 500


@pytest.mark.parametrize("builder", [looks_ahead, sees_all_customers_orders, scales_by_the_whole_file])
def test_a_builder_that_knows_the_future_gets_a_red_one(builder: object) -> None:
    found = definition()
    events = read_events(many_events(), found)

    certificate = certify(events, found, moments_of(found), seed=1, builder=builder)  # type: ignore[arg-type]

    assert not certificate.is_green
    assert "2024-03-01" in certificate.differences[0]


def test_a_certificate_without_anything_to_change_is_not_green() -> None:
    found = definition()
    empty = read_events(table(), found).take(np.zeros(0, np.int64))

    with pytest.raises(ValueError, match=r"high <= 0|empty"):
        certify(empty, found, moments_of(found), seed=1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_the_file_changes_nothing(seed: int) -> None:
    found = definition()
    events = many_events(300)
    shuffled = events.take(np.random.default_rng(seed).permutation(len(events)))

    moment = moments_of(found)[0]
    one, other = (snapshot(read_events(each, found), found, moment) for each in (events, shuffled))

    assert one.customers.tolist() == other.customers.tolist()
    assert np.allclose(one.features, other.features, equal_nan=True, rtol=1e-12)


@pytest.mark.parametrize(
    ("file", "name", "n_rows", "n_lost"),
    [
        ("cdnow.csv", "cdnow_39_weeks", 23_570, 16_512),
        pytest.param("online_retail.csv.gz", "online_retail", 28_336, 19_323, marks=pytest.mark.long),
    ],
)
def test_the_examples_build_from_the_real_logs_with_a_green_certificate(
    file: str, name: str, n_rows: int, n_lost: int
) -> None:
    path = real(file)
    found = read_definition((Path(__file__).parents[3] / "examples" / f"{name}.yaml").read_bytes())
    events = read_events(read_event_file(path, found, ReadOptions())[0], found)

    dataset = build(events, found)

    assert len(dataset.table) == n_rows
    assert dataset.table["churned"].to_numpy().sum() == n_lost
    assert certify(events, found, moments_of(found)[:1], seed=1).is_green


@pytest.mark.parametrize("text", ["name: 2024-13-45", pytest.param("[" * 5_000, marks=pytest.mark.long), b"\xff\xff"])
def test_what_cannot_be_read_is_no_definition(text: str | bytes) -> None:
    with pytest.raises(InvalidDefinition):
        read_definition(text)


@pytest.mark.parametrize("price", ["$36.25", '"36,25"', '"1.036,25"', "36.25 EUR"])
def test_amounts_are_what_they_are_in_any_dress(price: str, tmp_path: Path) -> None:
    file, number = tmp_path / "events.csv", 1036.25 if "1.036" in price else 36.25
    rows = "".join(f"c{n},2024-01-{1 + n % 28:02d},2024-01-{1 + n % 28:02d},tea,1,{price}\n" for n in range(40))
    file.write_text("who,at,known,kind,pieces,price\n" + rows)

    read = read_events(read_event_file(file, definition(), ReadOptions())[0], definition())

    assert set(read.numbers["price"].tolist()) == {number}


def test_refunds_in_brackets_are_subtracted_and_what_is_no_amount_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    head, day = "who,at,known,kind,pieces,price\n", "2024-01-02,2024-01-02,tea,1"
    file.write_text(head + f"ann,{day},8.25\nann,{day},(5.50)\n")
    assert (
        read_events(read_event_file(file, definition(), ReadOptions())[0], definition()).numbers["price"].sum() == 2.75
    )

    file.write_text(head + f"ann,{day},8.25\n" * 100 + f"ann,{day},free\n" * 3)
    with pytest.raises(InvalidInput, match=r"column price: 3 of 103 values are no numbers, first line 102, 'free'"):
        read_event_file(file, definition(), ReadOptions())
