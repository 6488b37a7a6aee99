"""Wrapping: between words, indented as it was, nothing torn that is copied."""

from __future__ import annotations

from cloudlab.lab.wrap import wrapped

LINE = "  way out: Reboot it and hope the system comes back - 3 min, $4.35"


def test_lines_break_between_words_and_keep_their_indent() -> None:
    assert wrapped(LINE, 40) == "  way out: Reboot it and hope the system\n  comes back - 3 min, $4.35"


def test_what_fits_and_what_is_empty_stays() -> None:
    assert wrapped(f"{LINE}\n\n- x", 66) == f"{LINE}\n\n- x"


def test_an_id_is_never_torn() -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-1"
    assert wrapped(f"There is {arn}.", 40) == f"There is\n{arn}."


def test_json_and_a_very_narrow_terminal_are_left_alone() -> None:
    row = '    "FailureReason": "ClientError: Data download failed: AccessDenied (403)"'
    assert wrapped(row, 40) == row
    assert wrapped(LINE, 20) == LINE
