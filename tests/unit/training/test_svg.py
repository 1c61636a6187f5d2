"""Plots are well formed, stay inside their frame, and hold nothing of the data as markup."""

from xml.dom.minidom import Document, parseString

import numpy as np
import pytest

from scoring.model.schema import Feature
from scoring.model.tables import Bins, ScoreTables
from tests.training_data import FEATURES, encoded
from training.evaluate.baselines import Baseline
from training.evaluate.evaluation import Judged
from training.evaluate.profit import Campaign
from training.learn.boosting import Boosting
from training.report.charts import figure_charts
from training.report.shapes import importance_of, pair_charts, shape_charts
from training.report.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Plot
from training.report.words import ReportWords

WORDS = ReportWords("en")


def parsed(chart: str) -> Document:
    """Parse our own SVG; it is not from outside."""
    return parseString(str(chart))


def assert_inside(document: Document) -> None:
    points = [
        tuple(map(float, point.split(",")))
        for line in document.getElementsByTagName("polyline")
        for point in line.getAttribute("points").split()
    ]
    assert all(LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1 and TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1 for x, y in points)
    for box in document.getElementsByTagName("rect"):
        assert float(box.getAttribute("width")) >= 0
        assert float(box.getAttribute("height")) >= 0


def test_every_plot_of_a_model_stays_in_its_frame() -> None:
    rows, churned = encoded()
    tables = Boosting("small", "pairwise", n_trees=30).fit(rows, churned, FEATURES, seed=1).tables()
    judged = Judged(churned, tables.probabilities(rows), np.arange(len(rows)), np.zeros(len(rows), np.int64))

    charts = [
        *figure_charts(judged, Baseline("a rule", np.full(len(rows), 0.5)), Campaign(), WORDS),
        *(chart for _, chart in shape_charts(tables, FEATURES, rows, importance_of(tables, FEATURES, rows), WORDS)),
        *(chart for *_, chart in pair_charts(tables, FEATURES, rows, WORDS)),
    ]

    assert len(charts) >= 5 + len(FEATURES) + 1
    for chart in charts:
        assert_inside(parsed(chart))


def test_features_come_most_important_first() -> None:
    rows, churned = encoded()
    tables = Boosting("small", "pairwise", n_trees=30).fit(rows, churned, FEATURES, seed=1).tables()

    importance = importance_of(tables, FEATURES, rows)
    drawn = [share for share, _ in shape_charts(tables, FEATURES, rows, importance, WORDS)]

    assert drawn == sorted(importance.values(), reverse=True)


def test_a_legend_says_what_every_line_is() -> None:
    rows, churned = encoded()
    judged = Judged(churned, np.linspace(0, 1, len(rows)), np.arange(len(rows)), np.zeros(len(rows), np.int64))

    roc = parsed(next(figure_charts(judged, Baseline("a rule", np.full(len(rows), 0.5)), Campaign(), WORDS)))

    texts = [text for text in roc.getElementsByTagName("text") if text.getAttribute("class") == "legend"]
    assert [text.firstChild and text.firstChild.nodeValue for text in texts] == ["this model", "a rule", "chance"]
    drawn = {line.getAttribute("class") for line in roc.getElementsByTagName("polyline")}
    assert {line.getAttribute("class") for line in roc.getElementsByTagName("line")} == drawn


def test_a_feature_that_is_never_known_can_be_drawn() -> None:
    tables = ScoreTables(0.0, (Bins(),), (np.zeros(2),), {})

    features, rows = [Feature(name="x", type="number")], np.full((5, 1), np.nan)

    ((importance, chart),) = shape_charts(tables, features, rows, importance_of(tables, features, rows), WORDS)

    assert importance == 0.0
    assert_inside(parsed(chart))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a & b", "\"x\" 'y'", "</svg>", "年龄 ≥ 18", "{{ 7 * 7 }}", "&lt;"]
)
def test_texts_are_escaped(name: str) -> None:
    document = parsed(Plot(name, name, name).render([(0.5, name)]))

    assert {node.tagName for node in document.getElementsByTagName("*")} <= {"svg", "rect", "text", "g"}
    assert document.documentElement is not None
    assert document.documentElement.getAttribute("aria-label") == name
