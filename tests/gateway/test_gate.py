"""Who may come in."""

from __future__ import annotations

import pytest

from cloudlab.gateway.gate import Gate, new_code

HERE = Gate(loopback=True)
OPEN = Gate(loopback=False, names=frozenset({"pod7", "pod7.local"}), code="k3m9p-ab2cd")


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST", "[::1]:8765", "127.0.0.1", "127.8.8.8:1"])
def test_this_machine_is_known_by_its_own_names(host):
    assert HERE.knows_host(host)
    assert OPEN.knows_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", None, "evil.example", "evil.example:8765", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example"),
        *("a b", "[::1", "127.0.0.1:8765:1", "localhost/", "localhost;x", "0x7f.1"),
    ],
)
def test_a_name_that_was_made_to_point_here_is_not_known(host):
    assert not HERE.knows_host(host)
    assert not OPEN.knows_host(host)


def test_in_a_network_addresses_and_own_names_are_known_too():
    assert OPEN.knows_host("192.168.1.20:8765")
    assert OPEN.knows_host("[fe80::1]:8765")
    assert OPEN.knows_host("Pod7.local:8765")
    assert not OPEN.knows_host("pod8.local:8765")
    assert not HERE.knows_host("192.168.1.20:8765")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8765", "https://127.0.0.1:8765"])
def test_a_page_of_ours_may_ask(origin):
    assert HERE.knows_origin(origin, "127.0.0.1:8765")


@pytest.mark.parametrize(
    "origin",
    [
        *(None, "", "null", "http://evil.example", "http://127.0.0.1:8000", "http://localhost:8765", "file://", "http://["),
        *("http://127.0.0.1", "ftp://127.0.0.1:8765", "http://127.0.0.1:8765@evil.example"),
    ],
)
def test_a_page_from_elsewhere_may_not(origin):
    assert not HERE.knows_origin(origin, "127.0.0.1:8765")


def test_a_code_is_asked_for_where_there_is_one():
    assert HERE.knows_code(None)
    assert OPEN.knows_code("K3M9P-ab2cd ")
    assert not OPEN.knows_code(None)
    assert not OPEN.knows_code("")
    assert not OPEN.knows_code("k3m9p-ab2ce")


def test_a_made_up_code_can_be_read_aloud():
    code = new_code()
    assert len(code) == 11
    assert code[5] == "-"
    assert not set(code) & set("01ilo")
    assert code != new_code()


def test_a_badge_names_its_player_and_cannot_be_made_up():
    badge = OPEN.new_badge()
    player, proof = badge.split(".")
    assert OPEN.player(badge) == player
    assert OPEN.player(f"{player[::-1]}.{proof}") is None
    assert OPEN.player(f"{player}.") is None
    assert OPEN.player(f"{player}.é") is None
    assert OPEN.player(player) is None
    assert OPEN.player("") is None
    assert OPEN.player(None) is None


def test_a_badge_is_worth_nothing_under_another_code():
    assert Gate(loopback=False, code="other").player(OPEN.new_badge()) is None
