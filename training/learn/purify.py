"""Makes the split between main effects, pairs and triples unique (functional ANOVA [1]_).

What a table of several features says on average over one of them belongs to the others: along each of its features
every triple is brought to mean zero under the training data's marginals, and the means move to the pairs; theirs move
to the main tables, and theirs to the bias. One pass is enough, because the weights of a table's cells are a product.
The sum never changes.

References
----------
.. [1] B. Lengerich, S. Tan, C.-H. Chang, G. Hooker and R. Caruana, "Purifying Interaction Effects with the Functional
   ANOVA", AISTATS 2020.
"""

from __future__ import annotations

import numpy as np

from scoring.model.logistic import FloatArray
from scoring.model.tables import ScoreTables


def purified(tables: ScoreTables, rows: FloatArray) -> ScoreTables:
    """Move means of triples into pairs, of pairs into main effects, and of main effects into the bias.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        Encoded training rows, whose shares of the bins are the weights.

    Examples
    --------
    >>> from scoring.model.tables import Bins
    >>> bins = Bins(n_categories=2)
    >>> pair = np.array([[4.0, 0, 0], [0, 0, 0], [0, 0, 0]])
    >>> raw = ScoreTables(0.0, (bins, bins), (np.zeros(3), np.zeros(3)), {(0, 1): pair})
    >>> pure = purified(raw, np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    >>> pure.bias, pure.main[0].tolist(), pure.pairs[0, 1][0].tolist()
    (1.0, [1.0, -1.0, -1.0], [1.0, -1.0, -1.0])
    """
    weights = [
        np.bincount(bins.many(rows[:, j]), minlength=bins.n_bins) / len(rows) for j, bins in enumerate(tables.bins)
    ]
    parts = dict(tables.parts)
    for order in (3, 2, 1):
        for places in [each for each in parts if len(each) == order]:
            for axis in reversed(range(order)):
                mean = np.tensordot(parts[places], weights[places[axis]], (axis, 0))
                rest = places[:axis] + places[axis + 1 :]
                parts[rest] = parts.get(rest, 0.0) + mean
                parts[places] = parts[places] - np.expand_dims(mean, axis)
    return ScoreTables.of(parts, tables.bins, tables.calibration)
