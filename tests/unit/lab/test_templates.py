"""Templates on disk: what stands is written, and deployed again in the same run or another; a file an order names is read first."""

from __future__ import annotations

from typing import Any

import hcl2
import pytest

from cloudlab.dialects.script import parse_script
from cloudlab.dialects.script_tree import ScriptError
from cloudlab.lab import open as opening
from cloudlab.lab.open import unsaved_run
from cloudlab.lab.plain_stacks import stacks_text, templates_text
from cloudlab.lab.script_run import run_script
from cloudlab.lab.session import Session
from cloudlab.lab.templates import folder, saved
from cloudlab.lab.work import KnownWork
from cloudlab.model.balancing import LoadBalancer
from cloudlab.model.compute import Instance
from cloudlab.model.network import Vpc
from cloudlab.model.stacks import Stack

BUILD = r"""
ec2 describe-vpcs --query 'Vpcs[0].VpcId' -> $vpc
ec2 describe-instances --query 'Reservations[0].Instances[0].InstanceId' -> $old
ec2 describe-subnets --query 'Subnets[0].SubnetId' -> $a
ec2 describe-security-groups --query "SecurityGroups[?GroupName=='web'].GroupId | [0]" -> $web
ec2 describe-route-tables --query "RouteTables[?Associations[?SubnetId=='$a']].RouteTableId | [0]" -> $routes
acm list-certificates --query 'CertificateSummaryList[0].CertificateArn' -> $cert
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.1.0/24 --availability-zone us-east-1b -> $b
ec2 associate-route-table --route-table-id $routes --subnet-id $b -> $association
ec2 create-image --instance-id $old --name web --no-reboot -> $image
wait for image $image available max 1h
ec2 run-instances --image-id $image --instance-type m5.large --count 1 --subnet-id $a --security-group-ids $web --associate-public-ip-address --iam-instance-profile Name=harbour-server -> $one
ec2 run-instances --image-id $image --instance-type m5.large --count 1 --subnet-id $b --security-group-ids $web --associate-public-ip-address --iam-instance-profile Name=harbour-server -> $two
wait for instance $two running max 10m
ec2 terminate-instances --instance-ids $old
elbv2 create-load-balancer --name front --subnets $a $b --security-groups $web -> $front
elbv2 create-target-group --name web --protocol HTTPS --port 443 --vpc-id $vpc --health-check-path /ping -> $group
elbv2 register-targets --target-group-arn $group --targets Id=$one Id=$two
elbv2 create-listener --load-balancer-arn $front --protocol HTTPS --port 443 --certificates CertificateArn=$cert --default-actions Type=forward,TargetGroupArn=$group -> $listener
wait for target-group $group healthy max 1h
export service.yaml
export service.tf
"""  # noqa: E501 - lines of a script
TAKE_DOWN = r"""
elbv2 delete-load-balancer --load-balancer-arn $front
elbv2 delete-target-group --target-group-arn $group
ec2 terminate-instances --instance-ids $one $two
wait for instance $two terminated max 1h
acm delete-certificate --certificate-arn $cert
ec2 disassociate-route-table --association-id $association
ec2 describe-route-tables --route-table-ids $routes --query 'RouteTables[0].Associations[0].RouteTableAssociationId' -> $first
ec2 disassociate-route-table --association-id $first
ec2 delete-route-table --route-table-id $routes
ec2 delete-subnet --subnet-id $a
ec2 delete-subnet --subnet-id $b
ec2 delete-security-group --group-id $web
ec2 describe-internet-gateways --query 'InternetGateways[0].InternetGatewayId' -> $igw
ec2 detach-internet-gateway --internet-gateway-id $igw --vpc-id $vpc
ec2 delete-internet-gateway --internet-gateway-id $igw
ec2 delete-vpc --vpc-id $vpc
iam remove-role-from-instance-profile --instance-profile-name harbour-server --role-name harbour-server
iam delete-instance-profile --instance-profile-name harbour-server
iam detach-role-policy --role-name harbour-server --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore
iam detach-role-policy --role-name harbour-server --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess
iam detach-role-policy --role-name harbour-server --policy-arn arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy
iam delete-role --role-name harbour-server
s3api delete-object --bucket harbour-sagemaker-models --key churn/model.tar.gz
s3api delete-bucket --bucket harbour-sagemaker-models
"""
AGAIN = r"""
deploy service.yaml
wait for stack service CREATE_COMPLETE max 2h
elbv2 describe-target-groups --query 'TargetGroups[0].TargetGroupArn' -> $anew
wait for target-group $anew healthy max 1h
"""


async def played(script: str) -> Session:
    session = unsaved_run(opening.level("02"), KnownWork({}), seed=5)
    await run_script(session, parse_script(script))
    return session


async def test_a_service_built_by_hand_is_exported_taken_down_and_deployed_again_in_one_script() -> None:
    session = await played(BUILD + TAKE_DOWN + AGAIN)
    stack = session.world.get(Stack, "service")
    assert stack.status == "CREATE_COMPLETE"
    assert saved() == ("service.yaml",)
    machines = [i for i in session.world.every(Instance) if i.state == "running"]
    assert sorted(i.zone for i in machines) == ["us-east-1a", "us-east-1b"]
    assert all(i.software.serving is not None for i in machines)  # the image brings the server
    assert [b.name for b in session.world.every(LoadBalancer)] == ["front"]
    answered = session.world.now
    assert "service [CREATE_COMPLETE]" in stacks_text(session.world)
    assert "deploy service.yaml" in templates_text()
    session.step(answered + 600)


async def test_a_template_of_one_run_deploys_in_the_next() -> None:
    await played(BUILD)
    text = (folder() / "service.yaml").read_text(encoding="utf-8")
    image = text[text.index("ami-") :].split()[0]
    (folder() / "elsewhere.yaml").write_text(text.replace(image, "ami-0c101f26f147fa7fd").replace("harbour-s", "other-s"), encoding="utf-8")
    session = await played("deploy elsewhere.yaml\nwait for stack elsewhere CREATE_COMPLETE max 2h\n")
    assert session.world.get(Stack, "elsewhere").status == "CREATE_COMPLETE"
    assert len(session.world.table(Vpc)) == 2


async def test_terraform_is_written_for_reading_and_a_parser_of_hcl_reads_it() -> None:
    await played(BUILD)
    text = (folder() / "service.tf").read_text(encoding="utf-8")
    assert "For reading" in text.split("\n")[0]
    found: Any = hcl2.loads(text)
    names = [next(iter(block)).strip('"') for block in found["resource"]]
    assert {"aws_vpc", "aws_subnet", "aws_instance", "aws_lb", "aws_lb_listener", "aws_iam_role"} <= set(names)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("deploy nowhere.yaml", "ParamValidation"),
        ("export ../service.yaml", "A plain file name that ends in .yaml or .tf."),
        ("export service", "A plain file name that ends in .yaml or .tf."),
        ("cloudformation create-stack --stack-name x --template-body file://nowhere.yaml", "there is no such file"),
    ],
)
async def test_what_is_not_there_or_no_name_is_refused(line: str, said: str) -> None:
    with pytest.raises(ScriptError) as no:
        await played(line + "\n")
    assert said in str(no.value) + no.value.accepted
    assert saved() == ()
