"""Money: hand-worked bills, exact meters, and lines that sum."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.model.money import (
    accrue,
    cost,
    format_usd,
    hourly_from_monthly,
    micros_from_usd,
    parse_usd,
    read_meter,
    round_lines,
    split_exactly,
)


def test_ninety_minutes_of_a_t3_small() -> None:
    # 0.0208 USD/h = 20,800 micro-dollars/h; 1.5 h x 20,800 = 31,200
    assert micros_from_usd("0.0208") == 20_800
    assert cost(20_800, 90 * 60) == 31_200


def test_a_public_address_for_a_day() -> None:
    # 0.005 USD/h = 5,000 micro-dollars/h; 24 x 5,000 = 120,000 = 12 cents
    assert cost(micros_from_usd("0.005"), 24 * 3600) == 120_000
    assert format_usd(120_000) == "$0.12"


def test_the_billable_seconds_of_the_kmeans_job() -> None:
    # Billed from Downloading 22:18:15 to Completed 22:20:39: 2 min 24 s = 144 s.
    # ml.m5.large at 0.115 USD/h: 144 x 115,000 / 3,600 = 16,560,000 / 3,600 = 4,600 micro-dollars.
    billable = (22 * 3600 + 20 * 60 + 39) - (22 * 3600 + 18 * 60 + 15)
    assert billable == 144
    assert cost(115_000, billable) == 4_600


def test_seconds_that_do_not_divide_are_kept_on_the_meter() -> None:
    # 20,800 / 3,600 = 5.777... a second: read one by one, 5 + 5 + 5; on one meter, 62,400 / 3,600 = 17
    assert [cost(20_800, 1)] * 3 == [5, 5, 5]
    assert read_meter(sum(accrue(20_800, 1) for _ in range(3))) == 17


def test_a_monthly_volume_by_the_hour() -> None:
    # gp3 0.08 USD per GB-month, 8 GB: 640,000 micro-dollars / 730 h = 876.71..., rounded to 877
    assert hourly_from_monthly(8 * 80_000) == 877
    # 0.023 USD per GB-month of S3, 1 GB: 23,000 / 730 = 31.5..., rounded to 32
    assert hourly_from_monthly(23_000) == 32


def test_an_engineer_hour_and_forty_seven_minutes() -> None:
    # 87 USD/h: 107 min = 6,420 s; 87,000,000 x 6,420 / 3,600 = 155,150,000 micro-dollars
    assert cost(87_000_000, 107 * 60) == 155_150_000
    assert format_usd(155_150_000) == "$155.15"


@pytest.mark.parametrize(
    ("text", "micros"),
    [("$1,234.56", 1_234_560_000), ("-0.02 USD", -20_000), ("900", 900_000_000), ("-$3", -3_000_000), ("21.957642", 21_957_642)],
)
def test_amounts_people_write(text: str, micros: int) -> None:
    assert parse_usd(text) == micros


@pytest.mark.parametrize("text", ["", "ten", "0.0000001", "NaN", "Infinity", "1e-7"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"USD|dollars"):
        parse_usd(text)


def test_a_decimal_is_taken_and_exact() -> None:
    assert micros_from_usd(Decimal("25.251286")) == 25_251_286
    assert micros_from_usd(900) == 900_000_000


@pytest.mark.parametrize(
    ("micros", "places", "text"),
    [
        (1_234_567_890, 2, "$1,234.57"),
        (-20_000, 2, "-$0.02"),
        (-4_999, 2, "$0.00"),  # nobody owes minus nothing
        (5_000, 2, "$0.01"),
        (20_800, 4, "$0.0208"),
        (1_500_000, 0, "$2"),
        (412_000_000, 0, "$412"),
        (999_995_000, 2, "$1,000.00"),
    ],
)
def test_amounts_as_printed(micros: int, places: int, text: str) -> None:
    assert format_usd(micros, places) == text


def test_three_lines_of_a_third_of_a_cent_make_one_cent() -> None:
    # 3,334 + 3,333 + 3,333 = 10,000 = one cent: the largest remainder takes it
    assert round_lines([3_334, 3_333, 3_333], 10_000) == (10_000, 0, 0)


def test_a_bill_in_cents_sums_to_its_total() -> None:
    # 31,200 + 7,500 + 1,315 = 40,015 -> 4 cents; by themselves 3.12, 0.75, 0.1315 -> floors 3, 0, 0; one cent left to 0.75
    assert round_lines([31_200, 7_500, 1_315], 10_000) == (30_000, 10_000, 0)


def test_seven_shared_by_three_equals() -> None:
    assert split_exactly(7, [1, 1, 1]) == (3, 2, 2)
    assert split_exactly(1000, [400, 250, 150, 100, 100]) == (400, 250, 150, 100, 100)
    assert split_exactly(5, [0, 0]) == (5, 0)
    assert split_exactly(0, []) == ()


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_shares_sum_and_stray_by_less_than_one(total: int, weights: list[int]) -> None:
    shares = split_exactly(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        assert all(abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True))


@given(st.lists(st.integers(-(10**9), 10**9), max_size=12), st.sampled_from([1, 100, 10_000, 1_000_000]))
def test_rounded_lines_sum_to_the_rounded_sum(lines: list[int], unit: int) -> None:
    rounded = round_lines(lines, unit)
    assert all(line % unit == 0 for line in rounded)
    assert all(abs(a - b) < unit or unit == 1 for a, b in zip(rounded, lines, strict=True))
    assert abs(sum(rounded) - sum(lines)) * 2 <= unit


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), max_size=20))
def test_a_meter_loses_nothing_however_often_it_is_read(rate: int, pieces: list[int]) -> None:
    assert read_meter(sum(accrue(rate, s) for s in pieces)) == cost(rate, sum(pieces))


@given(st.integers(-(10**15), 10**15))
def test_what_is_printed_in_full_can_be_read_back(micros: int) -> None:
    assert parse_usd(format_usd(micros, 6)) == micros


def test_a_meter_never_runs_backwards() -> None:
    with pytest.raises(AssertionError, match="backwards"):
        cost(1, -1)
