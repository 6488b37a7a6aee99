"""A fleet of two zones behind a load balancer that follows its load through a day's ups and downs, for tests and benchmarks."""

from __future__ import annotations

from cloudlab.commands.autoscaling import CreateAutoScalingGroup, PutScalingPolicy
from cloudlab.commands.ec2_template import CreateLaunchTemplate
from cloudlab.engine.rules.arrivals import arrivals
from cloudlab.engine.rules.fleets import members
from cloudlab.engine.rules.traffic import tally
from cloudlab.model.balancing import TargetGroup
from cloudlab.model.compute import Image, Instance
from cloudlab.model.events.compute import InstanceRan, InstanceShuttingDown
from cloudlab.model.events.fleet import DesiredCapacitySet
from cloudlab.model.scenario import Need, Traffic
from cloudlab.model.time import HOUR, MINUTE, at
from tests.balanced import SERVES, Fleet, open_fleet
from tests.network import ask
from tests.truth.fleet_models import Fleet as Told
from tests.truth.fleet_models import Totals

HOURS = (300,) * 8 + (1000,) * 12 + (600,) * 4
"""Permille of the base rate, hour by hour: a shop that opens at 08:00 and has its rush until 20:00."""
NEED = Need("answers", "Answers", "tiny", Traffic(6_000, HOURS, noise=40))
TARGET, WARMUP, LEAST, MOST = 1_500, 300, 2, 8


def open_following(days: int, need: Need = NEED) -> Fleet:
    """Build a group of 2 to 8 machines that tracks 1,500 requests a minute and machine, and let it come into service."""
    fleet = open_fleet(instances=(), needs=(need,), ends=at(1, "09:00") + days * 24 * HOUR)
    sim = fleet.sim
    for key in ("web-a", "web-b"):
        sim.world = sim.world.drop(Instance, key)
    sim.world = sim.world.put(Image("ami-web", "web", "web-a", sim.now, sim.now, SERVES, 8, False, state="available"))
    data = {"ImageId": "ami-web", "InstanceType": "t3.large", "SecurityGroupIds": ["sg-app"]}
    ask(sim, CreateLaunchTemplate.model_validate({"LaunchTemplateName": "web", "LaunchTemplateData": data}))
    group = {
        "AutoScalingGroupName": "web",
        "LaunchTemplate": {"LaunchTemplateName": "web"},
        "MinSize": LEAST,
        "MaxSize": MOST,
        "DesiredCapacity": 4,
        "VPCZoneIdentifier": "subnet-a,subnet-b",
        "TargetGroupARNs": [fleet.group],
        "HealthCheckType": "ELB",
        "DefaultInstanceWarmup": WARMUP,
    }
    ask(sim, CreateAutoScalingGroup.model_validate(group))
    sim.advance(sim.now + 600)
    label = f"{fleet.balancer.partition('loadbalancer/')[2]}/{fleet.group.rpartition(':')[2]}"
    metric = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    tracking = {"TargetValue": TARGET, "PredefinedMetricSpecification": metric}
    order = {"AutoScalingGroupName": "web", "PolicyName": "follow", "TargetTrackingConfiguration": tracking}
    ask(sim, PutScalingPolicy.model_validate(order))
    return fleet


def told_for_models(fleet: Fleet) -> Told:
    """Return what the fleet is from now to the run's end, as the other models take it; now is brought to a whole minute."""
    sim = fleet.sim
    sim.advance(-(-sim.now // MINUTE) * MINUTE)
    need, timing = sim.scenario.needs[0], sim.scenario.catalogue.timing
    scenario = sim.scenario
    flow = arrivals(need.traffic, need.id, scenario.starts, scenario.ends, sim.world.seed, scenario.calendar.first_weekday)
    check = sim.world.get(TargetGroup, fleet.group).check
    running = timing("ec2_pending_to_running")
    return Told(
        per_minute=flow.minutes(sim.now, scenario.ends),
        machines=len(fleet.now()),
        least=LEAST,
        most=MOST,
        target=TARGET,
        capacity=fleet.now()[0].capacity,
        running_after=running,
        serving_after=running + check.healthy * check.interval,
        drain=sim.world.get(TargetGroup, fleet.group).drain,
        quiet=WARMUP,
    )


def engine_totals(fleet: Fleet) -> Totals:
    """Let the run go to its end, and add up what came of it from now on."""
    sim = fleet.sim.fork()
    since, ends, need = sim.now, sim.scenario.ends, sim.scenario.needs[0]
    started = dict.fromkeys((i.id for i in members(sim.world, "web")), since)
    totals, lasted = Totals(), 0
    for happening in sim.advance(ends).happenings:
        match happening.event:
            case InstanceRan(instance=key):
                started[key] = happening.at
            case InstanceShuttingDown(instance=key):
                lasted += happening.at - started.pop(key)
            case DesiredCapacitySet():
                totals.changes += 1
    got = tally(sim.world, sim.scenario, need, since, ends)
    totals.offered, totals.served, totals.failed = got.offered, got.served, sum(number for _, number in got.failed)
    totals.instance_seconds = lasted + sum(ends - began for began in started.values())
    return totals
