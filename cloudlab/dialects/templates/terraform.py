"""The same export in Terraform's language, for reading: nothing here runs Terraform, and nothing reads it back."""

from __future__ import annotations

import json
import re
from typing import Any

from cloudlab.commands.base import kebab
from cloudlab.dialects.templates.draft import Draft
from cloudlab.dialects.templates.export import NOTHING, draft_of
from cloudlab.model.world import World

HEAD = "# For reading; cloudlab does not run Terraform."

KINDS = {
    "AWS::IAM::Role": "aws_iam_role",
    "AWS::IAM::InstanceProfile": "aws_iam_instance_profile",
    "AWS::S3::Bucket": "aws_s3_bucket",
    "AWS::EC2::VPC": "aws_vpc",
    "AWS::EC2::Subnet": "aws_subnet",
    "AWS::EC2::InternetGateway": "aws_internet_gateway",
    "AWS::EC2::VPCGatewayAttachment": "aws_internet_gateway_attachment",
    "AWS::EC2::SecurityGroup": "aws_security_group",
    "AWS::EC2::SecurityGroupIngress": "aws_vpc_security_group_ingress_rule",
    "AWS::EC2::SecurityGroupEgress": "aws_vpc_security_group_egress_rule",
    "AWS::EC2::NetworkAcl": "aws_network_acl",
    "AWS::EC2::NetworkAclEntry": "aws_network_acl_rule",
    "AWS::EC2::SubnetNetworkAclAssociation": "aws_network_acl_association",
    "AWS::EC2::EIP": "aws_eip",
    "AWS::EC2::EIPAssociation": "aws_eip_association",
    "AWS::EC2::NatGateway": "aws_nat_gateway",
    "AWS::EC2::RouteTable": "aws_route_table",
    "AWS::EC2::Route": "aws_route",
    "AWS::EC2::SubnetRouteTableAssociation": "aws_route_table_association",
    "AWS::EC2::VPCEndpoint": "aws_vpc_endpoint",
    "AWS::EC2::Instance": "aws_instance",
    "AWS::EC2::Volume": "aws_ebs_volume",
    "AWS::EC2::VolumeAttachment": "aws_volume_attachment",
    "AWS::EC2::LaunchTemplate": "aws_launch_template",
    "AWS::AutoScaling::AutoScalingGroup": "aws_autoscaling_group",
    "AWS::AutoScaling::ScalingPolicy": "aws_autoscaling_policy",
    "AWS::CertificateManager::Certificate": "aws_acm_certificate",
    "AWS::CloudWatch::Alarm": "aws_cloudwatch_metric_alarm",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "aws_lb",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "aws_lb_target_group",
    "AWS::ElasticLoadBalancingV2::Listener": "aws_lb_listener",
    "AWS::RDS::DBSubnetGroup": "aws_db_subnet_group",
    "AWS::RDS::DBInstance": "aws_db_instance",
    "AWS::SageMaker::Model": "aws_sagemaker_model",
    "AWS::SageMaker::EndpointConfig": "aws_sagemaker_endpoint_configuration",
    "AWS::SageMaker::Endpoint": "aws_sagemaker_endpoint",
}
"""Every type an export may hold -> what Terraform calls it."""

_SAID_OTHERWISE = {
    "ImageId": "ami",
    "IamInstanceProfile": "iam_instance_profile",
    "SecurityGroupIds": "vpc_security_group_ids",
    "VPCSecurityGroups": "vpc_security_group_ids",
    "VPCZoneIdentifier": "vpc_zone_identifier",
    "TargetGroupARNs": "target_group_arns",
    "AssumeRolePolicyDocument": "assume_role_policy",
    "GroupDescription": "description",
    "SecurityGroupIngress": "ingress",
    "SecurityGroupEgress": "egress",
    "DBInstanceIdentifier": "identifier",
    "DBInstanceClass": "instance_class",
    "DBSubnetGroupDescription": "description",
    "MasterUsername": "username",
    "ManageMasterUserPassword": "manage_master_user_password",
    "DefaultActions": "default_action",
    "ProductionVariants": "production_variants",
    "MultiAZ": "multi_az",
    "BucketName": "bucket",
    "Device": "device_name",
    "OKActions": "ok_actions",
}
"""Properties that Terraform calls by another name; the others only change their spelling."""

_NAMES = frozenset({"RoleName", "InstanceProfileName", "GroupName", "LaunchTemplateName", "AutoScalingGroupName", "DBSubnetGroupName"})
_NAMES_OF = {
    "AWS::AutoScaling::ScalingPolicy": frozenset[str](),
    "AWS::RDS::DBInstance": frozenset[str](),
}
_ATTRIBUTES = {
    "GroupId": "id",
    "AllocationId": "allocation_id",
    "LatestVersionNumber": "latest_version",
    "DefaultSecurityGroup": "default_security_group_id",
    "Arn": "arn",
    "LoadBalancerFullName": "arn_suffix",
    "TargetGroupFullName": "arn_suffix",
}


def terraform_text(world: World) -> str:
    """Return what stands in HCL, labelled as something to read."""
    draft = draft_of(world)
    if not draft.resources:
        return f"{HEAD}\n# {NOTHING}\n"
    notes = "".join(f"# {note}\n" for note in draft.notes)
    return f"{HEAD}\n{notes}\n" + "\n".join(_resource(draft, logical) for logical in draft.resources)


def _resource(draft: Draft, logical: str) -> str:
    resource = draft.resources[logical]
    kind = resource["Type"]
    lines = [f'resource "{KINDS[kind]}" "{_label(logical)}" {{']
    for key, value in resource.get("Properties", {}).items():
        own = _NAMES_OF.get(kind, _NAMES)
        name = "name" if key in own else _SAID_OTHERWISE.get(key, kebab(key).replace("-", "_"))
        lines += _written(draft, name, value, "  ")
    if "DependsOn" in resource:
        lines.append(f"  depends_on = [{_address(draft, resource['DependsOn'])}]")
    return "\n".join([*lines, "}", ""])


def _written(draft: Draft, name: str, value: Any, indent: str) -> list[str]:
    """Return an attribute, or a block for each structure."""
    if name == "tags" and isinstance(value, list) and all("PropagateAtLaunch" not in each for each in value):
        pairs = [f"{indent}  {json.dumps(each['Key'])} = {_literal(draft, each['Value'])}" for each in value]
        return [f"{indent}tags = {{", *pairs, f"{indent}}}"]
    if name == "dimensions":
        pairs = [f"{indent}  {each['Name']} = {_literal(draft, each['Value'])}" for each in value]
        return [f"{indent}dimensions = {{", *pairs, f"{indent}}}"]
    if name == "assume_role_policy":
        return [f"{indent}assume_role_policy = {json.dumps(json.dumps(value))}"]
    if isinstance(value, list) and value and all(_is_structure(each) for each in value):
        return [line for each in value for line in _block(draft, "tag" if name == "tags" else name, each, indent)]
    if _is_structure(value):
        return _block(draft, name, value, indent)
    return [f"{indent}{name} = {_literal(draft, value)}"]


def _block(draft: Draft, name: str, value: dict[str, Any], indent: str) -> list[str]:
    inner = [line for key, each in value.items() for line in _written(draft, kebab(key).replace("-", "_"), each, f"{indent}  ")]
    return [f"{indent}{name} {{", *inner, f"{indent}}}"]


def _is_structure(value: Any) -> bool:
    return isinstance(value, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in value)


def _literal(draft: Draft, value: Any) -> str:
    match value:
        case {"Ref": logical}:
            return f"{_address(draft, logical)}.id"
        case {"Fn::GetAtt": [logical, attribute]}:
            return f"{_address(draft, logical)}.{_ATTRIBUTES.get(attribute, 'name')}"
        case {"Fn::Sub": text}:
            return json.dumps(re.sub(r"\$\{(\w+)\.\w+\}", lambda found: f"${{{_address(draft, found[1])}.arn_suffix}}", text))
        case list():
            return f"[{', '.join(_literal(draft, each) for each in value)}]"
    return json.dumps(value)


def _address(draft: Draft, logical: str) -> str:
    return f"{KINDS[draft.resources[logical]['Type']]}.{_label(logical)}"


def _label(logical: str) -> str:
    return kebab(logical).replace("-", "_")
