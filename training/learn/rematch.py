"""The champion as a challenger's equal: its recipe learns anew, from its own columns of the rows the challenger has.

Its tables have most likely learnt from the very rows that the challenger is judged on, and would be asked what they
remember. On a bank's customers that was worth .03 of AUC, so that no better model could replace them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.model.artefact import Artefact
from scoring.model.schema import Feature
from training.data.preparing import Prepared, read_features
from training.data.rows import TrainingRows
from training.learn.candidates import LADDER, Candidate
from training.sentences import Sentence

HOW = Sentence("its recipe, fitted anew on its own columns of the same rows")


@dataclass(frozen=True, eq=False)
class Rematch:
    """What the champion's recipe learns from."""

    recipe: Candidate
    rows: TrainingRows
    features: tuple[Feature, ...]


def rematch(champion: Artefact, prepared: Prepared, ladder: Sequence[Candidate]) -> Rematch | Sentence:
    """Return the champion's recipe with its own view of the rows, or in words why there is none.

    Parameters
    ----------
    ladder
        The recipes that are tried now; one that is not among them is looked up in the whole `LADDER`.
    """
    name, schema = champion.manifest.configuration.get("candidate"), champion.schema
    recipe = next((each for each in (*ladder, *LADDER) if each.name == name), None)
    absent = [column for column in schema.inputs if column not in prepared.raw.column_names]
    if recipe is None:
        return Sentence("its recipe {name!r} is not known here", name=name)
    if absent:
        return Sentence("this table is without {absent}, which it reads", absent=tuple(absent))
    encoded = np.column_stack([column.encoded for column in read_features(prepared.raw, schema)])
    return Rematch(recipe, replace(prepared.rows, encoded=encoded), schema.features)
