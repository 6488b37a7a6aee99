"""Who may come in."""

from __future__ import annotations

import pytest

from cloudlab.gateway.gate import Gate, new_code, public_origin

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


BEHIND = Gate(loopback=True, code="k3m9p-ab2cd", public=("https://lab.example.org", "https://lab.example.org:8443"))


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://lab.example.org", "https://lab.example.org"),
        (" HTTPS://Lab.Example.org/ ", "https://lab.example.org"),
        ("https://lab.example.org:443/", "https://lab.example.org"),
        ("https://lab.example.org:8443", "https://lab.example.org:8443"),
        ("http://lab.example.org:80", "http://lab.example.org"),
        ("http://lab.example.org:443", "http://lab.example.org:443"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        *((wrong, None) for wrong in ("", "lab.example.org", "ftp://lab.example.org", "https://", "https://lab.example.org/cloudlab")),
        *((f"https://lab.example.org{wrong}", None) for wrong in ("/?code=1", "#x", ":port", ":99999", " and more", "@evil.example")),
    ],
)
def test_a_public_address_is_a_whole_host(url, origin):
    assert public_origin(url) == origin


@pytest.mark.parametrize("host", ["lab.example.org", "LAB.example.org:443", "lab.example.org:8443", "127.0.0.1:8765"])
def test_behind_a_proxy_its_host_is_known_and_so_is_the_one_it_hands_on_to(host):
    assert BEHIND.knows_host(host)
    assert not BEHIND.knows_host("evil.example")
    assert not BEHIND.knows_host("192.168.1.20:8765")


@pytest.mark.parametrize("host", ["lab.example.org", "127.0.0.1:8765"])
def test_behind_a_proxy_only_its_whole_origin_may_ask(host):
    assert BEHIND.knows_origin("https://lab.example.org", host)
    assert BEHIND.knows_origin("https://lab.example.org:8443", host)
    assert BEHIND.knows_origin("http://127.0.0.1:8765", "127.0.0.1:8765")
    for elsewhere in (
        *(
            "http://lab.example.org",
            "https://lab.example.org:9000",
            "https://lab.example.org.evil.example",
            "https://evil.example",
            "null",
            None,
        ),
    ):
        assert not BEHIND.knows_origin(elsewhere, host)


def test_what_is_encrypted_is_known_by_the_host_or_by_the_proxys_word():
    assert BEHIND.is_encrypted("lab.example.org", None)
    assert BEHIND.is_encrypted("127.0.0.1:8765", "https")
    assert not BEHIND.is_encrypted("127.0.0.1:8765", None)
    assert not BEHIND.is_encrypted("127.0.0.1:8765", "http")


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
