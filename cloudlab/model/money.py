"""Money as integers: micro-dollars, meters that divide only when read, and lines that sum to what they claim."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

Micros = int
"""An amount in micro-dollars: 1 USD = 1,000,000."""
Accrued = int
"""A running meter in micro-dollar-seconds per hour: a rate in micro-dollars per hour times seconds, not yet divided."""

MICROS_PER_USD = 1_000_000
SECONDS_PER_HOUR = 3_600
HOURS_PER_MONTH = 730
"""AWS's own convention for monthly prices: 8,760 hours of a year over 12 months."""


def micros_from_usd(usd: Decimal | str | int) -> Micros:
    """Return `usd` in micro-dollars, exactly.

    Raises ValueError where `usd` is not a finite number or has a fraction of a micro-dollar. Floats are not taken: a price
    that has been a float is no longer the price.
    """
    try:
        scaled = Decimal(usd) * MICROS_PER_USD
    except InvalidOperation:
        raise ValueError(f"{usd!r} is not an amount of US dollars; write it like 0.0208") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{usd} USD is not a whole number of micro-dollars; give at most six decimals")
    return int(scaled)


def parse_usd(text: str) -> Micros:
    """Read `"$1,234.56"`, `"-0.02 USD"` or `"900"` as micro-dollars; ValueError where it is none of these."""
    bare = text.strip().removesuffix("USD").strip().replace(",", "")
    sign = "-" if bare.startswith("-") else ""
    return micros_from_usd(sign + bare.removeprefix("-").removeprefix("$"))


def format_usd(micros: Micros, places: int = 2) -> str:
    """Write micro-dollars as `$1,234.56`, rounded half up in size to `places` (0 to 6) decimals."""
    assert 0 <= places <= 6, f"a micro-dollar has six decimals; {places} asked for"
    unit = 10 ** (6 - places)
    whole, part = divmod((abs(micros) + unit // 2) // unit, 10**places)
    sign = "-" if micros < 0 and (whole or part) else ""
    return f"{sign}${whole:,}.{part:0{places}d}" if places else f"{sign}${whole:,}"


def accrue(rate_micros_per_hour: Micros, seconds: int) -> Accrued:
    """Return what a meter at this rate gathers in `seconds`; add such results up before reading them."""
    assert seconds >= 0, f"a meter never runs backwards; {seconds} s given"
    return rate_micros_per_hour * seconds


def read_meter(accrued: Accrued) -> Micros:
    """Return the whole micro-dollars on a meter. What is left over stays on the meter, so nothing is lost by reading."""
    return accrued // SECONDS_PER_HOUR


def cost(rate_micros_per_hour: Micros, seconds: int) -> Micros:
    """Return the whole micro-dollars that `seconds` at an hourly rate cost, rounded down to a micro-dollar."""
    return read_meter(accrue(rate_micros_per_hour, seconds))


def hourly_from_monthly(micros_per_month: Micros) -> Micros:
    """Return a monthly price as micro-dollars per hour, rounded half up; a month is 730 hours as on AWS's price pages."""
    return (2 * micros_per_month + HOURS_PER_MONTH) // (2 * HOURS_PER_MONTH)


def split_exactly(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share `total` out in proportion to `weights` so that the shares sum to it (largest remainder, first of equals).

    Weights are not negative. All weights zero: the first share takes everything. No weights: `total` must be 0.
    """
    assert all(w >= 0 for w in weights), f"shares need weights of 0 or more; got {list(weights)}"
    if not weights:
        assert total == 0, f"{total} cannot be shared out over nobody"
        return ()
    whole = sum(weights)
    if whole == 0:
        return (total,) + (0,) * (len(weights) - 1)
    shares = [total * w // whole for w in weights]
    return _hand_out(shares, [total * w % whole for w in weights], total - sum(shares))


def round_lines(lines: Sequence[Micros], unit: int) -> tuple[Micros, ...]:
    """Round each line to a multiple of `unit` so that the rounded lines sum to the rounded sum of the lines.

    `unit` 10_000 prints cents. The sum is rounded half up; a line moves by less than one unit (largest remainder, first of
    equals).
    """
    assert unit > 0, f"lines are rounded to a unit of at least one micro-dollar; {unit} given"
    target = (2 * sum(lines) + unit) // (2 * unit)
    shares = [line // unit for line in lines]
    return tuple(units * unit for units in _hand_out(shares, [line % unit for line in lines], target - sum(shares)))


def _hand_out(shares: list[int], remainders: list[int], missing: int) -> tuple[int, ...]:
    """Give one more to each of the `missing` shares with the largest remainders."""
    for i in sorted(range(len(shares)), key=lambda i: -remainders[i])[:missing]:
        shares[i] += 1
    return tuple(shares)
