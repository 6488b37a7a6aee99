"""Facts pinned by hand: literals with their working, so that a slip in a table is a red test and not a wrong lesson."""

from __future__ import annotations

import pytest

from cloudlab.engine.rules.settling import latency_at
from cloudlab.levels.catalogue import load_catalogue
from cloudlab.model.catalogue import Catalogue
from cloudlab.model.money import cost, hourly_from_monthly
from cloudlab.paths import assets_dir


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(assets_dir())


# --- charges ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "micros"),
    [
        ("t3.micro", 10_400),  # 0.0104 USD/h
        ("t3.small", 20_800),  # 0.0208
        ("t3.medium", 41_600),  # 0.0416
        ("t3.large", 83_200),  # 0.0832
        ("t3.xlarge", 166_400),  # 0.1664
        ("m5.large", 96_000),  # 0.096
        ("m5.xlarge", 192_000),  # 0.192
        ("m5.12xlarge", 2_304_000),  # 2.304
        ("m6i.large", 96_000),  # 0.096
        ("c5.large", 85_000),  # 0.085
        ("c5.9xlarge", 1_530_000),  # 1.53
        ("r5.large", 126_000),  # 0.126
        ("g4dn.xlarge", 526_000),  # 0.526
        ("g5.12xlarge", 5_672_000),  # 5.672
        ("p3.8xlarge", 12_240_000),  # 12.24
        ("p4d.24xlarge", 21_957_642),  # 21.957642
        ("p5.48xlarge", 55_040_000),  # 55.04
    ],
)
def test_ec2_prices_by_the_hour(catalogue: Catalogue, name: str, micros: int) -> None:
    kind = catalogue.instance_type(name)
    assert kind is not None
    assert kind.ec2_micros_per_hour == micros


@pytest.mark.parametrize(
    ("name", "micros", "uses"),
    [
        ("ml.t3.medium", 50_000, "training processing notebook"),  # 0.05; cannot host
        ("ml.m5.large", 115_000, "training processing hosting"),  # 0.115; no notebook
        ("ml.m5.xlarge", 230_000, "training processing hosting notebook"),  # 0.23
        ("ml.c5.large", 102_000, "hosting"),  # 0.102; hosting only
        ("ml.c5.xlarge", 204_000, "training processing hosting notebook"),  # 0.204
        ("ml.g4dn.xlarge", 736_400, "training processing hosting notebook"),  # 0.7364
        ("ml.p4d.24xlarge", 25_251_286, "training hosting notebook"),  # 25.251286
    ],
)
def test_sagemaker_prices_and_uses(catalogue: Catalogue, name: str, micros: int, uses: str) -> None:
    kind = catalogue.ml_type(name)
    assert kind is not None
    assert kind.micros_per_hour == micros
    assert uses.split() == [use for use in ("training", "processing", "hosting", "notebook") if getattr(kind, use)]


def test_there_are_machines_sagemaker_does_not_rent_out(catalogue: Catalogue) -> None:
    assert catalogue.ml_type("ml.t3.micro") is None
    assert catalogue.ml_type("ml.t3.small") is None
    small, large = catalogue.instance_type("t3.small"), catalogue.hardware("ml.m5.large")
    assert small is not None
    assert small.ml is None
    assert large is not None
    assert large.name == "m5.large"


def test_sagemaker_asks_a_fifth_more_for_the_same_cpu(catalogue: Catalogue) -> None:
    # The published ml. prices of CPU types are 1.20 times EC2's, within a rounded tenth of a cent: 0.096 x 1.2 = 0.1152 -> 0.115
    for kind in catalogue.instance_types:
        if kind.gpu is None and kind.ml is not None:
            assert abs(kind.ml.micros_per_hour * 10 - kind.ec2_micros_per_hour * 12) <= 10_000, kind.name


def test_a_day_of_one_small_server(catalogue: Catalogue) -> None:
    # t3.small 20,800 x 24 = 499,200; public IPv4 5,000 x 24 = 120,000;
    # gp3 8 GB: 8 x 80,000 = 640,000 a month / 730 = 877 an hour x 24 = 21,048. Together 640,248 = 64 cents.
    small = catalogue.instance_type("t3.small")
    assert small is not None
    day = 24 * 3600
    server = cost(small.ec2_micros_per_hour, day)
    address = cost(catalogue.price("public_ipv4_hour"), day)
    disk = cost(hourly_from_monthly(8 * catalogue.price("ebs_gp3_gb_month")), day)
    assert (server, address, disk) == (499_200, 120_000, 21_048)
    assert server + address + disk == 640_248


def test_a_day_of_one_managed_endpoint(catalogue: Catalogue) -> None:
    # ml.m5.large 0.115 x 24 = 2.76 USD, over four times the small server: what the hours of people have to be weighed against
    large = catalogue.ml_type("ml.m5.large")
    assert large is not None
    assert cost(large.micros_per_hour, 24 * 3600) == 2_760_000


@pytest.mark.parametrize(
    ("key", "micros"),
    [
        ("public_ipv4_hour", 5_000),
        ("nat_gateway_hour", 45_000),
        ("nat_gateway_gb", 45_000),
        ("alb_hour", 22_500),
        ("alb_lcu_hour", 8_000),
        ("interface_endpoint_hour_per_az", 10_000),
        ("data_out_internet_gb", 90_000),
        ("data_cross_az_gb_each_way", 10_000),
        ("ebs_gp3_gb_month", 80_000),
        ("ebs_snapshot_gb_month", 50_000),
        ("s3_standard_gb_month", 23_000),
        ("s3_put_per_1000", 5_000),
        ("s3_get_per_1000", 400),
        ("sagemaker_ml_storage_gb_month", 140_000),
        ("kms_key_month", 1_000_000),
        ("cloudwatch_alarm_month", 100_000),
        ("cloudwatch_custom_metric_month", 300_000),
        ("rds_mysql_hour.db.m5.large", 171_000),
        ("rds_mysql_hour.db.t3.micro", 17_000),
        ("rds_gp3_storage_gb_month", 115_000),
        ("s3_gateway_endpoint", 0),
    ],
)
def test_prices(catalogue: Catalogue, key: str, micros: int) -> None:
    assert catalogue.price(key) == micros


# --- durations -------------------------------------------------------------------------------------------------------------------


def test_an_instance_answers_forty_seconds_after_it_was_asked_for(catalogue: Catalogue) -> None:
    # 15 s pending and 25 s of boot; its checks pass 150 s after the launch
    assert catalogue.timing("ec2_pending_to_running") + catalogue.timing("ec2_running_to_ssh_open") == 40
    assert catalogue.timing("ec2_status_checks_2of2") == 150


def test_a_training_job_starts_training_after_two_minutes_and_ten(catalogue: Catalogue) -> None:
    # Starting 15, preparing 25, downloading data 45, downloading image 45 = 130; measured 94 to 177, half of them under 124
    phases = ("starting", "preparing", "downloading_input", "downloading_image")
    assert [catalogue.timing(f"sagemaker_training_{p}") for p in phases] == [15, 25, 45, 45]
    assert catalogue.timing("sagemaker_training_before_training") == 130
    assert catalogue.timing("sagemaker_training_uploading") == 15


def test_the_least_a_training_job_on_m5_large_costs(catalogue: Catalogue) -> None:
    # Billed from Downloading: 45 + 45 + 15 = 105 s with no training at all; 105 x 115,000 / 3,600 = 3,354 micro-dollars
    billed = sum(catalogue.timing(f"sagemaker_training_{p}") for p in ("downloading_input", "downloading_image", "uploading"))
    assert billed == 105
    assert cost(115_000, billed) == 3_354


@pytest.mark.parametrize(
    ("key", "seconds"),
    [
        ("nat_gateway_pending_to_available", 120),
        ("alb_provisioning_to_active", 180),
        ("target_first_healthy", 150),  # 5 x 30
        ("target_unhealthy_detection", 60),  # 2 x 30
        ("deregistration_delay", 300),
        ("iam_role_eventual_consistency", 10),
        ("ec2_reboot_linux", 60),
        ("rds_create_single_az", 300),
        ("rds_create_multi_az", 900),
        ("rds_multi_az_failover", 60),
        ("sagemaker_create_endpoint_cpu", 300),
        ("sagemaker_endpoint_scale_out", 600),  # 300 alarm + 300 instance
        ("sagemaker_update_endpoint_blue_green", 420),
        ("sagemaker_stop_training_grace", 120),
        ("sagemaker_ping_deadline", 240),
    ],
)
def test_timings(catalogue: Catalogue, key: str, seconds: int) -> None:
    assert catalogue.timing(key) == seconds


# --- limits, promises, rates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("vpcs_per_region", 5),
        ("internet_gateways_per_region", 5),
        ("elastic_ips_per_region", 5),
        ("subnets_per_vpc", 200),
        ("rules_per_security_group", 60),
        ("security_groups_per_eni", 5),
        ("on_demand_standard_vcpus", 32),
        ("on_demand_G_and_P_vcpus", 0),
        ("sagemaker_instances_new_account", 0),
        ("sagemaker_training_cpu", 15),
        ("sagemaker_endpoint_cpu", 4),
        ("invoke_endpoint_payload_bytes", 6 * 1024 * 1024),
        ("training_default_runtime_seconds", 24 * 3600),
        ("training_max_runtime_seconds", 28 * 24 * 3600),
        ("iam_managed_policies_per_role", 10),
    ],
)
def test_quotas(catalogue: Catalogue, key: str, limit: int) -> None:
    assert catalogue.quota(key) == limit


def test_what_a_promise_leaves_open(catalogue: Catalogue) -> None:
    # A month of 730 h: 0.5 % is 3.65 h = 13,140 s for one instance; 0.05 % is 21.9 min = 1,314 s for an endpoint
    month = 730 * 3600
    assert month * (1_000_000 - catalogue.sla("ec2_instance_level")) // 1_000_000 == 13_140
    assert month * (1_000_000 - catalogue.sla("sagemaker_online_inference")) // 1_000_000 == 1_314


def test_rates_in_ppm_per_year(catalogue: Catalogue) -> None:
    assert catalogue.rate("ec2_instance_hardware_failure_per_year") == 30_000  # 0.03
    assert catalogue.rate("az_outage_per_az_year") == 100_000  # 0.1
    assert catalogue.rate("ebs_gp3_afr") == 2_000  # 0.002
    assert catalogue.rate("kev_linux_os_packages_per_year") == 5_000_000  # 5
    assert catalogue.incident("endpoint-instance-replaced").rate_ppm_per_year == 30_000
    # Ten instances over 30 days: 10 x 0.03 x 30 / 365 = 0.0247 failures, so levels that want one say how much they speed up
    assert 10 * 30_000 * 30 // 365 == 24_657


# --- who holds it ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "duty", "holder", "handler"),
    [
        ("ec2-instance", "hardware", "provider", "provider"),
        ("ec2-instance", "os-patching", "customer", "customer"),
        ("ec2-instance", "failover", "customer", "customer"),
        ("ec2-instance", "monitoring", "customer", "customer"),
        ("rds", "os-patching", "provider", "provider"),
        ("rds", "failover", "shared", "provider"),
        ("sagemaker-training", "cost", "provider", "provider"),
        ("sagemaker-training", "runtime-patching", "customer", "customer"),
        ("sagemaker-endpoint", "os-patching", "provider", "provider"),
        ("sagemaker-endpoint", "failover", "shared", "provider"),
        ("sagemaker-endpoint", "scaling", "shared", "customer"),
        ("sagemaker-endpoint", "libraries", "customer", "customer"),
        ("sagemaker-endpoint", "cost", "customer", "customer"),
        ("s3-bucket", "access", "customer", "customer"),
        ("lambda", "libraries", "shared", "customer"),
    ],
)
def test_who_holds_it(catalogue: Catalogue, service: str, duty: str, holder: str, handler: str) -> None:
    row = catalogue.holding(service, duty)
    assert (row.holder, row.handler) == (holder, handler)


def test_ticking_the_box_never_hands_over_access_or_application(catalogue: Catalogue) -> None:
    for row in catalogue.holdings:
        if row.duty in ("access", "application"):
            assert row.holder == "customer", row.service


def test_incidents_of_today(catalogue: Catalogue) -> None:
    assert [i.id for i in catalogue.incidents if i.modelled] == [
        "instance-status-check",
        "disk-full",
        "os-cve",
        "security-group-scanned",
        "endpoint-instance-replaced",
        "az-outage",
        "certificate-expired",
        "memory-leak",
        "runtime-cve",
        "database-primary-crash",
        "data-corrupted",
        "traffic-spike",
        "quota-reached",
        "slow-scale-out",
        "spot-interruption",
        "maintenance-window",
        "control-plane-outage",
    ]
    assert len(catalogue.incidents) == 23
    status = catalogue.incident("instance-status-check")
    # three datapoints of a minute, or 45 minutes until a customer has written to support
    assert (status.detect_monitored_s, status.detect_customer_s) == (180, 2_700)
    assert status.detect_monitored_s == catalogue.estimate("detect_monitored_s")
    assert status.detect_customer_s == catalogue.estimate("detect_customer_s")
    assert catalogue.incident("endpoint-instance-replaced").provider_s == 300
    assert catalogue.incident("os-cve").patience_s == 5 * 86_400


# --- people ----------------------------------------------------------------------------------------------------------------------


def test_an_expert_builds_the_network_in_ten_minutes(catalogue: Catalogue) -> None:
    # The task of 10 minutes is 14 calls and three looks: VPC 60; two subnets 60 + 60; one switched to public 20; gateway 20 and
    # attached 20; two tables 30 + 30; two routes 45 + 45; two associations 30 + 30; address 30; NAT 60; looks 20 + 20 + 20 = 600 s.
    once = "CreateVpc ModifySubnetAttribute CreateInternetGateway AttachInternetGateway AllocateAddress CreateNatGateway"
    twice = "CreateSubnet CreateRouteTable CreateRoute AssociateRouteTable"
    seconds = sum(catalogue.effort(f"ec2:{op}").seconds for op in once.split())
    seconds += 2 * sum(catalogue.effort(f"ec2:{op}").seconds for op in twice.split())
    assert len(once.split()) + 2 * len(twice.split()) == 14
    assert seconds + 3 * catalogue.effort("ec2:DescribeRouteTables").seconds == 600


def test_launching_and_hardening_is_twenty_minutes(catalogue: Catalogue) -> None:
    # 360 launch, 60 group, 2 x 60 rules, 180 role, 60 policy, 45 + 30 profile, 45 associate, 30 address, 270 agent = 1,200 s
    keys = "ec2:RunInstances ec2:CreateSecurityGroup ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupIngress"
    keys += " iam:CreateRole iam:AttachRolePolicy iam:CreateInstanceProfile iam:AddRoleToInstanceProfile"
    keys += " ec2:AssociateIamInstanceProfile ec2:AssociateAddress ssm:SendCommand/AWS-ConfigureAWSPackage"
    assert sum(catalogue.effort(key).seconds for key in keys.split()) == 1_200


def test_the_hand_road_of_one_server_is_four_and_a_half_hours(catalogue: Catalogue) -> None:
    # One public subnet: 60 + 60 + 20 + 20 + 20 + 30 + 45 + 30 = 285. Launch and harden 1,200. Runtime 3,600, training 3,600,
    # server 7,200. Ten looks 200. Together 16,085 s = 4 h 28 min; patched as well (1,800) 4 h 58 min.
    network = "CreateVpc CreateSubnet ModifySubnetAttribute CreateInternetGateway AttachInternetGateway CreateRouteTable"
    network += " CreateRoute AssociateRouteTable"
    built = sum(catalogue.effort(f"ec2:{op}").seconds for op in network.split())
    assert built == 285
    documents = ("cloudlab-InstallRuntime", "cloudlab-TrainModel", "cloudlab-StartModelServer")
    hours = sum(catalogue.effort(f"ssm:SendCommand/{d}").seconds for d in documents)
    assert hours == 14_400
    assert built + 1_200 + hours + 10 * 20 == 16_085
    assert catalogue.effort("ssm:SendCommand/AWS-RunPatchBaseline").seconds == 1_800


def test_the_managed_road_is_under_an_hour(catalogue: Catalogue) -> None:
    # First job, 30 min: role 180, policy 60, bucket 60, two files 240, job 1,200, three looks 60 = 1,800.
    # Endpoint, 10 min: model 240, configuration 180, endpoint 120, a look 20, a call 40 = 600.
    # A second attempt at training, 60 % of 1,200 = 720. Together 3,120 s = 52 min.
    job = "iam:CreateRole iam:AttachRolePolicy s3:CreateBucket s3:PutObject s3:PutObject sagemaker:CreateTrainingJob"
    job += " sagemaker:DescribeTrainingJob sagemaker:DescribeTrainingJob sagemaker:DescribeTrainingJob"
    endpoint = "sagemaker:CreateModel sagemaker:CreateEndpointConfig sagemaker:CreateEndpoint sagemaker:DescribeEndpoint"
    endpoint += " sagemaker-runtime:InvokeEndpoint"
    first = sum(catalogue.effort(key).seconds for key in job.split())
    deploy = sum(catalogue.effort(key).seconds for key in endpoint.split())
    again = catalogue.people.work_seconds(catalogue.effort("sagemaker:CreateTrainingJob").seconds, 1, True)
    assert (first, deploy, again) == (1_800, 600, 720)


def test_people_cost_and_stretch(catalogue: Catalogue) -> None:
    people = catalogue.people
    assert people.engineer_micros_per_hour == 87_000_000
    assert people.overtime_permille == 2000
    # 60 s: inside 60, 36, then 19.8 rounded up to 20; outside 180, 108, then 59.4 rounded up to 60
    assert [people.work_seconds(60, n, True) for n in range(4)] == [60, 36, 20, 20]
    assert [people.work_seconds(60, n, False) for n in range(4)] == [180, 108, 60, 60]


def test_the_third_patched_server_takes_the_ten_minutes_of_a_cycle(catalogue: Catalogue) -> None:
    # 30 min by hand, 33 % of it from the third time on = 594 s, against 10 min per cycle of a fleet that was set up for it
    patch = catalogue.effort("ssm:SendCommand/AWS-RunPatchBaseline")
    assert [catalogue.people.work_seconds(patch.seconds, n, True) for n in range(3)] == [1_800, 1_080, 594]
    assert patch.machine_seconds == 300


def test_documents_are_a_fixed_list(catalogue: Catalogue) -> None:
    assert catalogue.ssm_documents == (
        "AWS-RunPatchBaseline",
        "AWS-ConfigureAWSPackage",
        "cloudlab-InstallRuntime",
        "cloudlab-TrainModel",
        "cloudlab-FetchModel",
        "cloudlab-StartModelServer",
        "cloudlab-StopModelServer",
        "cloudlab-GrowFileSystem",
        "cloudlab-CleanDisk",
        "cloudlab-InstallPostgres",
        "cloudlab-ConfigureBackup",
        "cloudlab-ConnectDatabase",
        "cloudlab-ConfigureReplica",
        "cloudlab-ConfigureFailover",
        "cloudlab-TestFailover",
        "cloudlab-FixFailover",
        "cloudlab-PromoteReplica",
        "cloudlab-RestoreBackup",
    )


# --- estimates -------------------------------------------------------------------------------------------------------------------


def test_what_servers_answer(catalogue: Catalogue) -> None:
    # 20 ms of CPU per answer: 3,000 a minute and vCPU. t3.small: 2 vCPU at 20 % = 0.4 -> 1,200. m5.large: 2 -> 6,000.
    # m5.xlarge: twice m5.large less 5 % = 11,400, kept to two digits: 11,000.
    rates = {kind.name: kind.requests_per_minute for kind in catalogue.instance_types}
    assert 60_000 // catalogue.estimate("cpu_ms_per_request") == 3_000
    assert (rates["t3.micro"], rates["t3.small"], rates["t3.medium"]) == (600, 1_200, 1_200)
    assert (rates["m5.large"], rates["m5.xlarge"]) == (6_000, 11_000)


def test_training_scales_with_vcpus_but_not_fully(catalogue: Catalogue) -> None:
    # 1,000,000 row-rounds a second and vCPU: m5.large 2,000,000; m5.xlarge 2 x 0.9 of it = 3,600,000; 2xlarge 6,480,000 -> 6,400,000
    sizes = [catalogue.instance_type(f"m5.{size}") for size in ("large", "xlarge", "2xlarge")]
    assert [kind.train_speed("xgboost") for kind in sizes if kind] == [2_000_000, 3_600_000, 6_400_000]
    large = sizes[0]
    assert large is not None
    assert large.train_speed("linear-learner") == 120_000
    assert large.train_speed("knn") is None
    # 40 million rows, 100 rounds: 4,000 million / 2 million = 2,000 s, a third of an hour and more
    assert 40_000_000 * 100 // 2_000_000 == 2_000


def test_how_answers_slow_down(catalogue: Catalogue) -> None:
    # M/M/2 with 20 ms: half loaded 26.7 -> 27 ms; at nine tenths 105.3 -> 106 ms with 14.4 % over 200 ms; a full queue 2 s
    assert latency_at(catalogue.latency, 0).latency_ms == 22
    assert latency_at(catalogue.latency, 500).latency_ms == 27
    assert latency_at(catalogue.latency, 501).latency_ms == 32
    assert (latency_at(catalogue.latency, 900).latency_ms, latency_at(catalogue.latency, 900).slow_permille) == (106, 145)
    assert latency_at(catalogue.latency, 1_000_000).slow_permille == 1000
    steps = catalogue.latency
    assert list(steps) == sorted(steps, key=lambda s: (s.utilisation_permille, s.latency_ms, s.slow_permille))


def test_a_server_keeps_its_objective_up_to_seven_tenths(catalogue: Catalogue) -> None:
    # The objective leaves 5 permille: 4 are slow at 700, 9 at 750
    left = (1_000_000 - catalogue.estimate("slo_target_ppm")) // 1000
    assert left == 5
    assert latency_at(catalogue.latency, 700).slow_permille <= left < latency_at(catalogue.latency, 701).slow_permille


def test_the_page_on_estimates_says_what_the_tables_use(catalogue: Catalogue) -> None:
    page = (assets_dir().parent / "docs" / "estimates.md").read_text(encoding="utf-8")
    estimates = [f for f in catalogue.facts if f.group == "estimates" and f.used is not None]
    assert len(estimates) == 32
    rules = [catalogue.fact("effort", key) for key in ("outside_expertise_permille", "repetition_later_permille", "overtime_permille")]
    for fact in [*estimates, *rules]:
        assert f"| `{fact.key}` | {fact.used:,}" in page, fact.key


@pytest.mark.parametrize(
    ("name", "rpm"),
    [("t3.micro", 600), ("t3.medium", 1_200), ("t3.large", 1_800), ("t3.xlarge", 4_800), ("c5.large", 6_600), ("m5.2xlarge", 21_000)],
)
def test_the_page_on_estimates_lists_what_servers_answer(catalogue: Catalogue, name: str, rpm: int) -> None:
    page = (assets_dir().parent / "docs" / "estimates.md").read_text(encoding="utf-8")
    kind = catalogue.instance_type(name)
    assert kind is not None
    assert kind.requests_per_minute == rpm
    assert any(name in line and f"| {rpm:,} |" in line for line in page.splitlines())


def test_a_database_by_hand_takes_over_two_days_and_the_tick_two_minutes(catalogue: Catalogue) -> None:
    """90 minutes for the primary, two working days for replica and failover; the documents share them out."""

    def seconds(*names: str) -> int:
        return sum(catalogue.effort(f"ssm:SendCommand/cloudlab-{name}").seconds for name in names)

    assert seconds("InstallPostgres", "ConfigureBackup", "ConnectDatabase") == 90 * 60
    assert seconds("ConfigureReplica", "ConfigureFailover", "TestFailover", "FixFailover") == 960 * 60
    assert seconds("PromoteReplica") == 45 * 60
    assert catalogue.effort("rds:ModifyDBInstance").seconds == 120


# --- volumes, spot, quotas -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "micros"),
    [
        ("ebs_gp3_gb_month", 80_000),  # 0.08 USD
        ("ebs_gp3_iops_month", 5_000),  # 0.005, beyond 3,000
        ("ebs_gp3_throughput_month", 40_000),  # 0.04, beyond 125 MiB/s
        ("ebs_gp2_gb_month", 100_000),  # 0.10
        ("ebs_io2_gb_month", 125_000),  # 0.125
        ("ebs_io2_iops_month", 65_000),  # 0.065
        ("ebs_st1_gb_month", 45_000),  # 0.045
        ("ebs_sc1_gb_month", 15_000),  # 0.015
        ("ebs_snapshot_gb_month", 50_000),  # 0.05
    ],
)
def test_storage_by_the_month(catalogue: Catalogue, key: str, micros: int) -> None:
    assert catalogue.price(key) == micros


def test_a_spot_instance_costs_a_third_and_a_quota_takes_one_to_two_days(catalogue: Catalogue) -> None:
    assert catalogue.price("ec2_spot_saving") == 650  # permille saved
    assert catalogue.rate("spot_interruption_notice_s") == 120
    assert catalogue.rate("spot_interruption_per_year") == 600_000  # 5 % a month x 12
    assert (catalogue.timing("quota_increase_earliest"), catalogue.timing("quota_increase_latest")) == (86_400, 172_800)  # 24-48 h
    assert catalogue.timing("ebs_modification_pause") == 6 * 3_600
