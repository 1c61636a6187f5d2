"""Makes the split between main effects and interactions unique (functional ANOVA [1]_).

What a pair table says on average about one of its features belongs to that feature: rows and columns of every pair
are brought to mean zero under the training data's marginals, and the means move to the main tables, theirs to the
bias. The sum never changes.

References
----------
.. [1] B. Lengerich, S. Tan, C.-H. Chang, G. Hooker and R. Caruana, "Purifying Interaction Effects with the Functional
   ANOVA", AISTATS 2020.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoring.model.logistic import FloatArray
from scoring.model.tables import ScoreTables


def purified(tables: ScoreTables, rows: FloatArray) -> ScoreTables:
    """Move means of pairs into main effects and means of main effects into the bias.

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
    main = [table.copy() for table in tables.main]
    pairs = {}
    for (a, b), table in tables.pairs.items():
        by_a, by_b, pairs[a, b] = _split(table, weights[a], weights[b])
        main[a] += by_a
        main[b] += by_b
    means = [float(weight @ table) for table, weight in zip(main, weights, strict=True)]
    centred = tuple(table - mean for table, mean in zip(main, means, strict=True))
    return replace(tables, bias=tables.bias + sum(means), main=centred, pairs=pairs)


def _split(table: FloatArray, weight_a: FloatArray, weight_b: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what the pair says of its first feature, of its second, and the rest. One pass: the weights are a
    product.
    """
    by_a = table @ weight_b
    rest = table - by_a[:, None]
    by_b = weight_a @ rest
    return by_a, by_b, rest - by_b[None, :]
