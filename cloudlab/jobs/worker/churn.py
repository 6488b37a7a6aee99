"""The churn generator: telecom customers, their features, and the true probability that each one leaves.

Every value is computed in integers from the raw 64-bit output of PCG64, whose stream numpy guarantees; no distribution
method, no float logarithm and no float exponential takes part. The same rows therefore come out of every numpy version,
processor and operating system, and each row depends on the seed and its own position only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEATURES = (
    "tenure_months",
    "contract_months",
    "months_to_renewal",
    "monthly_price_usd",
    "price_change_pct",
    "support_calls_90d",
    "hours_to_resolve",
    "data_gb_month",
    "usage_trend_pct",
    "dropped_calls_permille",
    "late_payments_12m",
    "household_lines",
    "autopay",
    "bundle",
    "rival_offers",
    "days_since_login",
)
"""Column names in the order of the columns."""

REVISION = 1
"""Raised whenever a row would come out differently; part of what names a stored fact."""

_DRAWS = 24
"""Raw draws per row: more than are used today, so that a new feature need not move the old ones."""
_CERTAIN = 6_000
"""Log-odds, in thousandths, beyond which the probability no longer changes."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Generated customers."""

    features: npt.NDArray[np.float32]
    """Shape (rows, 16), in the units the names say."""
    labels: npt.NDArray[np.int8]
    """Shape (rows,): 1 = left within the next 90 days."""
    probability_ppm: Ints
    """Shape (rows,): the probability, in parts per million, that the label was drawn from."""


def generate(seed: int, rows: int) -> Rows:
    """Return the first `rows` customers of `seed`; a longer call starts with the same customers."""
    raw = np.random.PCG64(seed).random_raw(rows * _DRAWS).reshape(rows, _DRAWS)
    draws = iter((raw >> np.uint64(32)).astype(np.int64).T)

    def below(bound: int) -> Ints:
        """One uniform integer in [0, bound) per row."""
        scaled: Ints = (next(draws) * bound) >> 32
        return scaled

    def bell(bound: int) -> Ints:
        """One integer in [0, bound] per row, thickest in the middle: the mean of the four bytes of one draw."""
        draw = next(draws)
        total: Ints = (draw & 255) + ((draw >> 8) & 255) + ((draw >> 16) & 255) + (draw >> 24)
        return total * bound // 1020

    def where(condition: npt.NDArray[np.bool_], yes: Ints | int, no: Ints | int = 0) -> Ints:
        return np.where(condition, yes, no).astype(np.int64)

    tenure = np.minimum(below(73), below(110))
    kind = below(100)
    contract = where(kind < 48, 1, where(kind < 78, 12, 24))
    renewal = where(contract == 1, 0, below(25) % contract)
    price = 1_500 + bell(9_000)  # cents
    rise = np.maximum(below(320) - 60, 0) - where(below(10) == 0, 80)  # tenths of a percent
    calls = np.maximum(below(11) - 4, 0)
    hours = where(calls > 0, 1 + bell(94))
    data = bell(1_900)  # tenths of a gigabyte
    trend = bell(1_200) - 600  # tenths of a percent
    dropped = below(61)
    late = np.maximum(below(9) - 5, 0)
    lines = 1 + below(5)
    autopay = where(below(100) < 58, 1)
    bundle = where(below(100) < 42, 1)
    rivals = below(6)
    login = below(121) * below(121) // 120

    # Effects that a straight line can see, in thousandths of log-odds.
    odds = -3_700 + 420 * rivals + 400 * late - 30 * tenure + 2 * rise - where(contract == 24, 900) - 600 * bundle + 14 * login
    # Effects that need two or three features at once. Each is worth little alone and much together.
    odds += where((contract == 1) & (tenure < 14), 1_000)
    odds += where((contract > 1) & (renewal < 4) & (rise > 70), 2_400)
    odds += where(calls >= 2, where(hours > 50, 2_000, -400))
    odds += where((trend < -60) & (login > 25), 1_500)
    odds += where((trend > 60) & (price > 6_500), -1_200)
    odds += where((autopay == 0) & (late >= 1), 1_000)
    odds += where((dropped > 30) & (data > 1_000), 1_500)
    odds += where((bundle == 0) & (rivals >= 3) & (lines <= 2), 1_000)
    # Paying for much more, or much less, than one uses: a valley, invisible to a straight line.
    odds += np.minimum(np.abs(data * 6 - price) // 5, 1_000) - 400
    # Big households forgive a price rise when they are new and punish it when they are old customers.
    odds += where((lines >= 3) & (rise > 60), where(tenure > 24, 1_100, -800))

    probability = _chances()[np.clip(odds, -_CERTAIN, _CERTAIN) + _CERTAIN]
    labels = (below(1_000_000) < probability).astype(np.int8)
    columns = (
        (tenure, 1), (contract, 1), (renewal, 1), (price, 100), (rise, 10), (calls, 1), (hours, 1), (data, 10), (trend, 10),
        (dropped, 1), (late, 1), (lines, 1), (autopay, 1), (bundle, 1), (rivals, 1), (login, 1),
    )  # fmt: skip
    features = np.column_stack([(values / divisor).astype(np.float32) for values, divisor in columns])
    return Rows(np.ascontiguousarray(features), labels, probability)


def _chances() -> Ints:
    """Probability in ppm for each log-odds from -6,000 to 6,000 thousandths; rounding hides any last-digit difference."""
    return np.array([round(1_000_000 / (1 + math.exp(-odds / 1_000))) for odds in range(-_CERTAIN, _CERTAIN + 1)], dtype=np.int64)
