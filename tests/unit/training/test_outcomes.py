"""Who left, whatever it is spelt like; and what is neither yes nor no."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training_data import customers
from training.data.cleaning import Note, Why
from training.data.columns import Columns
from training.data.outcomes import NO, YES, Meaning, OutcomeColumn, read_outcome
from training.data.preparing import prepare
from training.errors import InvalidInput


def read(values: Sequence[object], positive: str = "", negative: Sequence[str] = ()) -> OutcomeColumn:
    return read_outcome(pa.chunked_array([pa.array(values)]), "churn", positive, negative)


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        (["YES ", " yes", "Yes"], ["No"]),
        (["TRUE", "True"], ["false"]),
        (["Y", "y"], ["N"]),
        (["是", " 是\u3000"], ["否"]),
        (["1", "1.0", "１", "01"], ["0.0", "0"]),
        (["ＹＥＳ"], ["ｎｏ"]),
        (["yes\u00a0", "\ufeffyes"], ["no\u200b"]),
        (["Y", "yes", "TRUE", "1"], ["n", "No", "F"]),
    ],
)
def test_all_spellings_of_one_word_are_one(yes: list[str], no: list[str]) -> None:
    outcome = read([*yes, *no])

    assert outcome.churned.tolist() == [1.0] * len(yes) + [0.0] * len(no)


@pytest.mark.parametrize("values", [[True, False], [1, 0], [1.0, 0.0]])
def test_values_with_a_type_need_no_words(values: list[object]) -> None:
    assert read(values).churned.tolist() == [1.0, 0.0]


@given(st.lists(st.sampled_from(sorted(YES | NO)), min_size=2), st.data())
def test_case_and_blanks_never_change_who_left(words: list[str], data: st.DataObject) -> None:
    words += ["yes", "no"]
    changes = st.sampled_from([str.upper, str.title, " {} ".format, "\t{}".format, "{}\u3000".format])
    spelt = [data.draw(changes)(word) for word in words]

    assert read(spelt).churned.tolist() == [float(word in YES) for word in words]


def test_words_for_missing_are_left_out_and_counted() -> None:
    words = ["-", "?", "None", "unknown", "#N/A", "nan", "NULL", "n/a", "", None]

    outcome = read(["Yes", "No", *words, "-"])

    assert np.isnan(outcome.churned[2:]).all()
    assert outcome.spellings[Meaning.MISSING]["-"] == 2
    assert sum(outcome.spellings[Meaning.MISSING].values()) == 11


@pytest.mark.parametrize("positive", ["", "Yes", "yes"])
def test_what_is_neither_is_named_with_its_count_and_never_counts_as_stayed(positive: str) -> None:
    with pytest.raises(InvalidInput, match=r"neither said to have left nor to have stayed: .*Pending 3") as refused:
        read(["Yes", "No", "No", "Pending", "Pending", "Pending"], positive)

    assert "--negative" in str(refused.value)
    assert "found are Pending 3, No 2, Yes 1" in str(refused.value)


def test_what_is_neither_is_left_out_once_it_is_said_who_stayed() -> None:
    outcome = read(["Yes", "No", "Pending", "pending "], negative=["no"])

    assert outcome.churned[:2].tolist() == [1.0, 0.0]
    assert np.isnan(outcome.churned[2:]).all()
    assert outcome.in_words == "left: Yes 1; stayed: No 1; neither: Pending 1, 'pending ' 1"


def test_one_other_word_in_any_spelling_means_stayed() -> None:
    assert read(["gone", "Here", "here "], "GONE").churned.tolist() == [1.0, 0.0, 0.0]


def test_several_other_words_mean_stayed_if_they_are_told() -> None:
    with pytest.raises(InvalidInput, match="here 1, paused 1"):
        read(["gone", "here", "paused"], "gone")

    assert read(["gone", "here", "paused"], "gone", ["here", "Paused"]).churned.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("values", "positive", "negative", "said"),
    [
        (["a", "b"], "", (), "say with --positive"),
        (["a", "b"], "c", (), "'c' is not among its values; found are a 1, b 1"),
        (["a", "b"], "a", ("Bee",), "'Bee' is not among its values"),
        (["yes", "Yes"], "", (), "no value means that the customer stayed"),
        ([None, ""], "", (), "say with --positive"),
        ([0, 1, 2], "", (), "neither .*: 2 1"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_was_found(
    values: list[object], positive: str, negative: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        read(values, positive, negative)


def test_the_account_says_who_counts_as_what_and_who_is_left_out() -> None:
    table = customers()
    words = ["Pending" if i < 5 else "-" if i < 9 else word for i, word in enumerate(table["Churn"].to_pylist())]
    table = table.set_column(5, "Churn", pa.array(words))

    prepared = prepare(table, Columns("Churn", negative=("No",)))

    note = prepared.notes[0]
    assert isinstance(note, Note)
    assert note.about == "Churn"
    assert "; not known: - 4; neither: Pending 5" in note.text
    assert [(drop.why, drop.n_rows, drop.evidence) for drop in prepared.dropped] == [
        (Why.NO_OUTCOME, 5, "neither said to have left nor to have stayed: Pending 5"),
        (Why.NO_OUTCOME, 4, "the outcome or time is not known: - 4"),
    ]
    assert len(prepared.rows) == 591
