"""Lines of a journal: sealed, chained, and read up to the first byte that is not as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudlab.journal import lines
from cloudlab.journal.error import JournalError
from cloudlab.journal.lines import header_line, read_whole, record_line
from cloudlab.journal.record import Header

HEADER = Header("01-first-server", "aa", "bb", 7, 1, "learn", "2026-03-01T10:00:00+01:00", player="Špela [red]")


def journal(bodies: int = 3, header: Header = HEADER) -> bytes:
    data, chain = header_line(header)
    for n in range(1, bodies + 1):
        line, record = record_line(n, 32_400 + 60 * n, "noted", f"i{n}", {"text": f"note {n} š"}, None, chain)
        data, chain = data + line, record.chain
    return data


def test_a_journal_is_read_as_it_was_written() -> None:
    whole = read_whole(journal())
    assert whole.header == HEADER
    assert [(r.n, r.at, r.kind, r.id, r.body, r.refusal) for r in whole.records] == [
        (1, 32_460, "noted", "i1", {"text": "note 1 š"}, None),
        (2, 32_520, "noted", "i2", {"text": "note 2 š"}, None),
        (3, 32_580, "noted", "i3", {"text": "note 3 š"}, None),
    ]
    assert whole.length == len(journal())


def test_what_a_line_looks_like_on_disk() -> None:
    """The format is a promise to saved runs: changing it means a new FORMAT and an upcast.

    The digests are `printf %s "$chain_before$line_without_its_chain" | b2sum -l 128`.
    """
    first, second = journal(1).decode("ascii").splitlines()
    assert first == (
        '{"cloudlab":"journal","level":"01-first-server","level_digest":"aa","catalogue_digest":"bb","seed":7,"rules":1,'
        '"mood":"learn","started":"2026-03-01T10:00:00+01:00","player":"\\u0160pela [red]","road":null,"version":"","format":1,'
        '"chain":"121b60452635a63b51cbc83da2885230"}'
    )
    assert second == (
        '{"n":1,"at":32460,"kind":"noted","id":"i1","body":{"text":"note 1 \\u0161"},"refusal":null,'
        '"chain":"49f42c8d3d0d08024c318d1d43ab5b01"}'
    )


def line_ends(data: bytes) -> list[int]:
    return [i + 1 for i, byte in enumerate(data) if byte == 10]


def whole_before(data: bytes, at: int) -> int:
    """How many records lie wholly before byte `at`."""
    return sum(end <= at for end in line_ends(data)) - 1


def test_a_changed_byte_anywhere_leaves_exactly_the_records_before_it() -> None:
    data = journal(4)
    header_end = line_ends(data)[0]
    for at in range(len(data)):
        for changed in (data[at] ^ 1, 0, 10, 255):
            if changed == data[at]:
                continue
            damaged = data[:at] + bytes([changed]) + data[at + 1 :]
            if at < header_end - 1:
                with pytest.raises(JournalError):
                    read_whole(damaged)
            elif at == header_end - 1:
                with pytest.raises(JournalError):  # header and first record run together
                    read_whole(damaged)
            else:
                assert len(read_whole(damaged).records) == whole_before(data, at), (at, changed)


def test_cut_anywhere_a_journal_is_whole_up_to_its_last_line() -> None:
    data = journal(4)
    ends = line_ends(data)
    for at in range(ends[0], len(data) + 1):
        whole = read_whole(data[:at])
        # a line that misses nothing but its line feed is whole, as its digest shows
        assert len(whole.records) == sum(end - 1 <= at for end in ends) - 1
        assert whole.terminated == (at in ends or at + 1 not in ends)


@given(st.binary(max_size=300))
def test_any_bytes_at_the_end_are_not_believed(tail: bytes) -> None:
    data = journal(2)
    assert read_whole(data + tail).length == len(data)


@given(st.binary(max_size=300))
def test_any_bytes_at_all_are_a_journal_or_a_clear_error(data: bytes) -> None:
    with pytest.raises(JournalError):
        read_whole(data)


def test_a_line_left_out_or_moved_is_noticed() -> None:
    head, one, two, three = journal().splitlines(keepends=True)
    assert len(read_whole(head + two + three).records) == 0
    assert len(read_whole(head + one + three).records) == 1
    assert len(read_whole(head + two + one).records) == 0
    assert len(read_whole(head + one + one).records) == 1


def test_a_journal_from_a_system_with_other_line_endings_is_whole() -> None:
    whole = read_whole(journal().replace(b"\n", b"\r\n"))
    assert len(whole.records) == 3
    assert len(read_whole(journal().replace(b"\n", b"\r\n")[:-1]).records) == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "It is empty"),
        (b"\n", "It is empty"),
        (b"PK\x03\x04\n", "It is no journal"),
        (b'{"n":1}\n', "It is no journal"),
        (journal().replace(b'"seed":7', b'"seed":8'), "the header, is damaged"),
        (b"".join(journal().splitlines(keepends=True)[1:]), "It is no journal"),
    ],
)
def test_what_is_no_journal_is_told(data: bytes, said: str) -> None:
    with pytest.raises(JournalError, match=said):
        read_whole(data)


def test_a_newer_format_is_told_however_it_is_sealed() -> None:
    with pytest.raises(JournalError, match=r"newer cloudlab \(format 2; this one reads up to 1\)"):
        read_whole(journal(header=Header("l", "a", "b", 1, 1, "win", "", format=2)))
    with pytest.raises(JournalError, match="newer cloudlab"):
        read_whole(b'{"cloudlab":"journal","format":99,"seal":"some other way"}\n')


def test_an_unknown_kind_of_record_is_told_and_not_cut_off() -> None:
    data, chain = header_line(HEADER)
    line, _ = lines._seal(b'{"n":1,"at":0,"kind":"dreamt","id":"","body":{},"refusal":null}', chain)
    with pytest.raises(JournalError, match="'dreamt'; a newer cloudlab may"):
        read_whole(data + line)


def test_an_older_format_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if format 1 had said `time` where format 2 says `at`."""
    data, chain = header_line(HEADER)
    line, _ = lines._seal(b'{"n":1,"time":540,"kind":"noted","id":"i1","body":{"text":""},"refusal":null}', chain)
    monkeypatch.setattr(lines, "FORMAT", 2)
    with pytest.raises(JournalError, match="Its format 1 is no longer read"):
        read_whole(data + line)
    monkeypatch.setitem(lines.UPCASTS, 1, lambda old: {("at" if k == "time" else k): v for k, v in old.items()})
    whole = read_whole(data + line)
    assert (whole.header.format, whole.records[0].at) == (1, 540)
