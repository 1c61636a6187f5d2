"""From log-odds to a probability and back, with the same bits for one number and for a million, on every machine.

`math.exp` and `numpy.exp` differ in the last bit, and numpy's own result depends on the processor it finds. So the
exponential here is written in additions, multiplications and divisions, which IEEE 754 rounds in one way only: a
range reduction and the rational approximation of Cephes [1]_, right to 2 units in the last place. Scalar and array
run the same lines of it.

References
----------
.. [1] S. L. Moshier, "Methods and Programs for Mathematical Functions", Ellis Horwood 1989;
   https://netlib.org/cephes, exp.c
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LIMIT = 700.0
"""Log-odds beyond ±700 are taken as ±700: e^709 is the largest double, and 1e-304 is as good as never."""

_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93145751953125e-1, 1.42860682030941723212e-6
_P0, _P1, _P2 = 1.26177193074810590878e-4, 3.02994407707441961300e-2, 9.99999999999999999910e-1
_Q0, _Q1, _Q2, _Q3 = 3.00198505138664455042e-6, 2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.0


def probability(log_odds: float) -> float:
    """Turn log-odds into a probability, strictly between 0 and 1 below 36.

    Examples
    --------
    >>> probability(0.0), probability(1e9), round(probability(-2.0), 4)
    (0.5, 1.0, 0.1192)
    """
    x = -LIMIT if log_odds > LIMIT else LIMIT if log_odds < -LIMIT else -log_odds
    n = math.floor(_LOG2_E * x + 0.5)
    x = x - n * _LN2_HIGH
    x = x - n * _LN2_LOW
    xx = x * x
    p = x * ((_P0 * xx + _P1) * xx + _P2)
    q = ((_Q0 * xx + _Q1) * xx + _Q2) * xx + _Q3
    return 1.0 / (1.0 + math.ldexp(1.0 + 2.0 * (p / (q - p)), n))


def probabilities(log_odds: FloatArray) -> FloatArray:
    """Turn log-odds of any shape into probabilities: `probability` of each, bit for bit.

    Examples
    --------
    >>> probabilities(np.array([-2.0, 0.0])).round(4).tolist()
    [0.1192, 0.5]
    """
    x = -np.clip(log_odds, -LIMIT, LIMIT)
    n = np.floor(_LOG2_E * x + 0.5)
    x = x - n * _LN2_HIGH
    x = x - n * _LN2_LOW
    xx = x * x
    p = x * ((_P0 * xx + _P1) * xx + _P2)
    q = ((_Q0 * xx + _Q1) * xx + _Q2) * xx + _Q3
    shared: FloatArray = 1.0 / (1.0 + np.ldexp(1.0 + 2.0 * (p / (q - p)), n.astype(np.intc)))
    return shared


def log_odds(probability: float) -> float:
    """Turn a probability strictly between 0 and 1 into log-odds; for words and thresholds, not for scores.

    Examples
    --------
    >>> log_odds(0.5)
    0.0
    """
    return math.log(probability) - math.log1p(-probability)
