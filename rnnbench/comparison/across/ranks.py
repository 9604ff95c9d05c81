"""Whether average ranks differ over data sets: Friedman's test, and the difference that Nemenyi's test calls critical.

Source: Demsar (2006), Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special, stats

from rnnbench.comparison.model import ALPHA


def iman_davenport(chi_square: float, data_sets: int, encoders: int) -> float | None:
    """F = (n - 1) chi^2 / (n (k - 1) - chi^2), less timid than chi^2; None where all data sets rank alike.

    Source: Iman and Davenport (1980), Approximations of the critical region of the Friedman statistic,
    Communications in Statistics 9.
    """
    left = data_sets * (encoders - 1) - chi_square
    return (data_sets - 1) * chi_square / left if left > 1e-9 * data_sets else None


def friedman(places: np.ndarray) -> tuple[float, float | None, float]:
    """(chi^2 corrected for ties, F, p) of ranks (data sets, encoders); p is that of F.

    Source: Friedman (1937), The Use of Ranks to Avoid the Assumption of Normality, JASA 32.
    """
    data_sets, encoders = places.shape
    if (places == places[:, :1]).all():
        return 0.0, 0.0, 1.0  # every encoder ties with every other on every data set
    chi_square = float(stats.friedmanchisquare(*places.T).statistic)
    f = iman_davenport(chi_square, data_sets, encoders)
    if f is None:
        # all orders of k encoders are equally likely: so much for one order on every data set
        return chi_square, None, math.factorial(encoders) ** -(data_sets - 1.0)
    p = float(special.fdtrc(encoders - 1, (encoders - 1) * (data_sets - 1), max(0.0, f)))
    return chi_square, f, p


def critical_difference(encoders: int, data_sets: int, alpha: float = ALPHA) -> float:
    """The difference of average ranks from which two of k encoders are told apart over n data sets.

    q(1 - alpha, k, infinity) / sqrt(2) * sqrt(k (k + 1) / (6 n)), q of the studentized range

    Source: Nemenyi (1963), Distribution-free multiple comparisons, Princeton University; Demsar (2006).
    """
    q = float(stats.studentized_range.ppf(1 - alpha, encoders, math.inf)) / math.sqrt(2)
    return q * math.sqrt(encoders * (encoders + 1) / (6 * data_sets))


def cliques(average_ranks: Sequence[float], difference: float) -> list[tuple[int, ...]]:
    """The largest groups that lie within the difference, as places in the ranks given, which ascend.

    1.0 1.5 2.0 and a difference of 0.6: (0, 1) and (1, 2).
    """
    found: list[tuple[int, ...]] = []
    for first, low in enumerate(average_ranks):
        group = tuple(place for place, rank in enumerate(average_ranks) if place >= first and rank - low < difference)
        if len(group) > 1 and not (found and set(group) <= set(found[-1])):
            found.append(group)
    return found
