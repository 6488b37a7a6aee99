"""The differential test at a length for every day; the long run is `python -m tests.truth.differential` (docs/truth.md)."""

from __future__ import annotations

import pytest

from cloudlab.commands.ec2_network import CreateVpc, DeleteVpc
from tests.truth import differential
from tests.truth.differences import DIFFERENCES, MOST
from tests.truth.differential import MIXES, Differs, Tally, compare
from tests.truth.other_cloud import BROKE, other_cloud
from tests.truth.two_clouds import Step, TwoClouds


@pytest.fixture(scope="module")
def tally() -> Tally:
    found = Tally()
    compare(range(5 * len(MIXES)), found, length=26)
    return found


def test_where_moto_refuses_cloudlab_refuses_with_the_same_code(tally: Tally) -> None:
    """compare() has raised where not. What is left to see is that the sequences were worth playing."""
    assert tally.sequences == 5 * len(MIXES)
    assert tally.both * 100 >= tally.steps * 40
    assert len(tally.same) >= 25
    assert tally.silent * 20 <= tally.steps


def test_the_differences_are_few_and_each_says_where_it_is_written() -> None:
    assert len(DIFFERENCES) <= MOST
    assert len({each.name for each in DIFFERENCES}) == len(DIFFERENCES)
    assert all(each.why and each.source for each in DIFFERENCES)


def test_a_difference_without_a_name_is_found_and_shown_in_few_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own test: were cloudlab to say otherwise of a VPC that is not there, it would come out."""
    ask = TwoClouds.ask

    def otherwise(self: TwoClouds, origin: str, command: object) -> Step:
        step = ask(self, origin, command)  # type: ignore[arg-type]
        changed = isinstance(command, DeleteVpc) and step.ours == "InvalidVpcID.NotFound"
        return Step(step.command, "InvalidVpcID.Odd", step.theirs) if changed else step

    monkeypatch.setattr(TwoClouds, "ask", otherwise)
    monkeypatch.setattr(differential, "MIXES", (("network",),))
    with pytest.raises(Differs) as caught:
        compare(range(40), Tally())
    assert "moto says InvalidVpcID.NotFound, cloudlab InvalidVpcID.Odd" in str(caught.value)
    assert str(caught.value).count("\n  ") <= 2


def test_what_only_one_side_takes_is_undone_there() -> None:
    with other_cloud() as other:
        clouds = TwoClouds(other)
        for number in range(5):
            assert clouds.ask(f"v{number}", CreateVpc(cidr_block="10.0.0.0/16")).agreed
        before, ids = clouds.sim.digest(), len(other.ids)
        step = clouds.ask("one too many", CreateVpc(cidr_block="10.0.0.0/16"))
        assert (step.ours, step.theirs) == ("VpcLimitExceeded", None)
        assert clouds.sim.digest() == before
        assert len(other.ids) == ids
        vpc = next(iter(clouds.world.tables[next(k for k in clouds.world.tables if k.__name__ == "Vpc")]))
        assert clouds.ask("gone", DeleteVpc(vpc_id=vpc)).theirs is None
        assert clouds.ask("gone twice", DeleteVpc(vpc_id=vpc)).theirs not in (None, BROKE)
