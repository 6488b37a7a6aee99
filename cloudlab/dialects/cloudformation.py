"""What stands in a World, written as a CloudFormation template that builds the same again elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from cloudlab.model.balancing import Listener, LoadBalancer, Target, TargetGroup
from cloudlab.model.certificates import Certificate
from cloudlab.model.compute import Instance
from cloudlab.model.database import DbInstance, DbSubnetGroup
from cloudlab.model.fleet import AutoScalingGroup, LaunchSettings, LaunchTemplate, ScalingPolicy
from cloudlab.model.identity import InstanceProfile, Role
from cloudlab.model.learning import Endpoint, EndpointConfig, SageModel
from cloudlab.model.network import (
    ANYWHERE,
    Address,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    Permission,
    RouteTable,
    SecurityGroup,
    Subnet,
    Tags,
    Vpc,
    VpcEndpoint,
)
from cloudlab.model.storage import Bucket
from cloudlab.model.world import World

PASSWORD = "MasterUserPassword"


@dataclass
class Draft:
    """A template in the making: resources by logical name, and how each real id is said in it."""

    world: World
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    """Real id -> Ref or GetAtt."""
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def add(self, kind: str, key: str, name: str, properties: dict[str, Any], *, after: str = "", said: Any = None) -> str:
        """Put a resource into the template under a free logical name; later ones may refer to it by its real id."""
        logical = self._free(name or kind.rpartition("::")[2])
        body: dict[str, Any] = {"Type": kind}
        if after:
            body["DependsOn"] = after
        kept = {k: v for k, v in properties.items() if v not in (None, [], {}, "")}
        if kept:
            body["Properties"] = kept
        self.resources[logical] = body
        self.said[key] = said(logical) if said is not None else {"Ref": logical}
        return logical

    def _free(self, name: str) -> str:
        plain = "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z0-9]+", name)) or "Resource"
        plain = plain if plain[0].isalpha() else f"R{plain}"
        found, number = plain, 1
        while found in self.resources:
            number += 1
            found = f"{plain}{number}"
        return found

    def ref(self, key: str | None) -> Any:
        """Return how a real id is said here; the id itself where it is not of this template."""
        return self.said.get(key, key) if key is not None else None

    def refs(self, keys: Iterator[str] | tuple[str, ...] | list[str]) -> list[Any]:
        return [self.ref(key) for key in keys]


def export(world: World, description: str = "") -> str:
    """Return a template in YAML that builds what stands in a World: its network, machines, databases and endpoints.

    What runs on machines is not in it (documents of Systems Manager, data in buckets and databases), and neither is what a fleet
    launched by itself.
    """
    draft = Draft(world)
    for part in (_network, _routes, _filters, _identity, _machines, _balancing, _fleets, _databases, _learning, _storage):
        part(draft)
    template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
    if description:
        template["Description"] = description
    if draft.parameters:
        template["Parameters"] = draft.parameters
    template["Resources"] = draft.resources
    notes = ["# Written by cloudlab from what stood there. Software on machines, objects and rows are not in it."]
    notes += [f"# Left out: {line}" for line in draft.left_out]
    return "\n".join([*notes, yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=120)])


class _Dumper(yaml.SafeDumper):
    """No anchors: what is said twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def tagged(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags if not key.startswith("aws:")]


def called(tags: Tags, otherwise: str) -> str:
    return dict(tags).get("Name", otherwise)


# the network -------------------------------------------------------------------------------------------------------------


def _network(draft: Draft) -> None:
    asked: dict[str, Any]
    world = draft.world
    for vpc in world.every(Vpc):
        asked = {"CidrBlock": vpc.cidr, "EnableDnsHostnames": vpc.dns_hostnames or None, "Tags": tagged(vpc.tags)}
        draft.add("AWS::EC2::VPC", vpc.id, called(vpc.tags, "Vpc"), asked | ({} if vpc.dns_support else {"EnableDnsSupport": False}))
    for subnet in world.every(Subnet):
        asked = {"VpcId": draft.ref(subnet.vpc), "CidrBlock": subnet.cidr, "AvailabilityZone": subnet.zone}
        asked |= {"MapPublicIpOnLaunch": subnet.map_public_ip or None, "Tags": tagged(subnet.tags)}
        draft.add("AWS::EC2::Subnet", subnet.id, called(subnet.tags, f"Subnet-{subnet.zone[-1]}"), asked)
    for gateway in world.every(InternetGateway):
        draft.add("AWS::EC2::InternetGateway", gateway.id, called(gateway.tags, "Gateway"), {"Tags": tagged(gateway.tags)})
        if gateway.vpc is not None:
            pair = {"VpcId": draft.ref(gateway.vpc), "InternetGatewayId": draft.ref(gateway.id)}
            draft.add("AWS::EC2::VPCGatewayAttachment", f"{gateway.id}/attached", "GatewayAttached", pair)
    for acl in world.every(NetworkAcl):
        if not acl.is_default:
            draft.left_out.append(f"network ACL {acl.id}: templates do not make them here")


def _attached(draft: Draft, vpc: str) -> str:
    """Return the attachment that whatever calls out of a VPC has to wait for."""
    gateway = next((g for g in draft.world.every(InternetGateway) if g.vpc == vpc), None)
    return draft.said[f"{gateway.id}/attached"]["Ref"] if gateway is not None else ""


def _routes(draft: Draft) -> None:
    asked: dict[str, Any]
    world = draft.world
    of_address = lambda name: {"Fn::GetAtt": [name, "AllocationId"]}  # noqa: E731 - short, and used once
    for address in world.every(Address):
        after = _attached(draft, next((g.vpc for g in world.every(InternetGateway) if g.vpc), "") or "")
        asked = {"Domain": "vpc", "Tags": tagged(address.tags)}
        draft.add("AWS::EC2::EIP", address.id, called(address.tags, "Address"), asked, after=after, said=of_address)
    for nat in world.every(NatGateway):
        if nat.state in ("pending", "available"):
            asked = {"SubnetId": draft.ref(nat.subnet), "AllocationId": draft.ref(nat.allocation), "Tags": tagged(nat.tags)}
            asked |= {"ConnectivityType": nat.connectivity if nat.connectivity != "public" else None}
            after = _attached(draft, nat.vpc) if nat.connectivity == "public" else ""
            draft.add("AWS::EC2::NatGateway", nat.id, called(nat.tags, "Nat"), asked, after=after)
    for table in world.every(RouteTable):
        own = [r for r in table.routes if r.target != "local" and not r.destination.startswith("pl-")]
        if table.is_main:
            if own:
                draft.left_out.append(f"routes of the main table {table.id}: a template cannot name the table its VPC is born with")
            continue
        draft.add(
            "AWS::EC2::RouteTable", table.id, called(table.tags, "Routes"), {"VpcId": draft.ref(table.vpc), "Tags": tagged(table.tags)}
        )
        for route in own:
            target = {"igw": "GatewayId", "nat": "NatGatewayId", "i": "InstanceId"}.get(route.target.partition("-")[0], "GatewayId")
            asked = {"RouteTableId": draft.ref(table.id), "DestinationCidrBlock": route.destination, target: draft.ref(route.target)}
            name = f"{called(table.tags, 'Routes')} to {'internet' if route.destination == ANYWHERE else route.destination}"
            draft.add(
                "AWS::EC2::Route",
                f"{table.id}|{route.destination}",
                name,
                asked,
                after=_attached(draft, table.vpc) if target == "GatewayId" else "",
            )
        for each in table.associations:
            if each.subnet is not None:
                asked = {"RouteTableId": draft.ref(table.id), "SubnetId": draft.ref(each.subnet)}
                name = f"{draft.said[each.subnet]['Ref']} routes"
                draft.add("AWS::EC2::SubnetRouteTableAssociation", each.id, name, asked)


def _filters(draft: Draft) -> None:
    """Rules that name groups stand by themselves, so that two groups may name each other."""
    world = draft.world
    groups = [g for g in world.every(SecurityGroup) if g.name != "default"]
    for group in groups:
        asked: dict[str, Any] = {"GroupName": group.name, "GroupDescription": group.description, "VpcId": draft.ref(group.vpc)}
        asked["SecurityGroupIngress"] = [_rule(p) for p in group.ingress if p.group is None]
        outbound = [_rule(p) for p in group.egress if p.group is None]
        if outbound != [{"IpProtocol": "-1", "CidrIp": ANYWHERE}]:
            asked["SecurityGroupEgress"] = outbound
        by_id = lambda name: {"Fn::GetAtt": [name, "GroupId"]}  # noqa: E731 - short, and used once
        draft.add("AWS::EC2::SecurityGroup", group.id, group.name, asked | {"Tags": tagged(group.tags)}, said=by_id)
    for group in groups:
        for p in group.ingress:
            if p.group is not None:
                asked = {"GroupId": draft.ref(group.id)} | _rule(p) | {"SourceSecurityGroupId": draft.ref(p.group)}
                draft.add("AWS::EC2::SecurityGroupIngress", p.id, f"{group.name} lets in {p.from_port}", asked)
        if any(p.group is not None for p in group.egress):
            draft.left_out.append(f"rules of {group.name} that let out to another group")
    for endpoint in world.every(VpcEndpoint):
        if endpoint.state in ("pending", "available"):
            tables = [t.id for t in world.every(RouteTable) if any(r.target == endpoint.id for r in t.routes)]
            asked = {"VpcId": draft.ref(endpoint.vpc), "ServiceName": endpoint.service, "VpcEndpointType": endpoint.type}
            asked |= {"RouteTableIds": draft.refs(tables), "SubnetIds": draft.refs([n.subnet for n in endpoint.nodes])}
            asked |= {"SecurityGroupIds": draft.refs(endpoint.groups), "PrivateDnsEnabled": endpoint.private_dns or None}
            draft.add("AWS::EC2::VPCEndpoint", endpoint.id, endpoint.service.rpartition(".")[2], asked)


def _rule(p: Permission) -> dict[str, Any]:
    found: dict[str, Any] = {"IpProtocol": p.protocol}
    if p.protocol != "-1":
        found |= {"FromPort": p.from_port, "ToPort": p.to_port}
    if p.cidr is not None:
        found["CidrIp"] = p.cidr
    return found | ({"Description": p.description} if p.description else {})


# who may do what, and machines -------------------------------------------------------------------------------------------


def _identity(draft: Draft) -> None:
    asked: dict[str, Any]
    for role in draft.world.every(Role):
        principal = role.trusted[0] if len(role.trusted) == 1 else list(role.trusted)
        statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
        asked = {"RoleName": role.id, "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
        draft.add("AWS::IAM::Role", f"role/{role.id}", f"{role.id} role", asked | {"ManagedPolicyArns": list(role.policies)})
    for profile in draft.world.every(InstanceProfile):
        if profile.role is None:
            draft.left_out.append(f"instance profile {profile.id}: it holds no role")
            continue
        asked = {"InstanceProfileName": profile.id, "Roles": [draft.ref(f"role/{profile.role}")]}
        draft.add("AWS::IAM::InstanceProfile", f"profile/{profile.id}", f"{profile.id} profile", asked)


def _machines(draft: Draft) -> None:
    for instance in draft.world.every(Instance):
        if instance.state not in ("pending", "running") or instance.fleet is not None:
            continue
        asked: dict[str, Any] = {"ImageId": instance.image, "InstanceType": instance.type, "KeyName": instance.key_name}
        if instance.profile is not None:
            asked["IamInstanceProfile"] = draft.ref(f"profile/{instance.profile}")
        if instance.wants_public_ip:
            interface = {"DeviceIndex": "0", "AssociatePublicIpAddress": True, "SubnetId": draft.ref(instance.subnet)}
            asked["NetworkInterfaces"] = [interface | {"GroupSet": draft.refs(instance.groups)}]
        else:
            asked |= {"SubnetId": draft.ref(instance.subnet), "SecurityGroupIds": draft.refs(instance.groups)}
        asked |= {"BlockDeviceMappings": _disk(instance.root_gib, instance.encrypted), "Tags": tagged(instance.tags)}
        draft.add("AWS::EC2::Instance", instance.id, called(instance.tags, "Server"), asked, after=_attached(draft, instance.vpc))
    for address in draft.world.every(Address):
        if address.instance is not None and address.instance in draft.said:
            asked = {"AllocationId": draft.ref(address.id), "InstanceId": draft.ref(address.instance)}
            draft.add("AWS::EC2::EIPAssociation", f"{address.id}/associated", "AddressOf" + draft.said[address.instance]["Ref"], asked)


def _disk(gib: int | None, encrypted: bool) -> list[dict[str, Any]]:
    if not encrypted and gib in (None, 8):
        return []
    ebs = ({"VolumeSize": gib} if gib is not None else {}) | ({"Encrypted": True} if encrypted else {})
    return [{"DeviceName": "/dev/xvda", "Ebs": ebs}]


def _balancing(draft: Draft) -> None:
    asked: dict[str, Any]
    world = draft.world
    for certificate in world.every(Certificate):
        if certificate.kind == "AMAZON_ISSUED":
            asked = {"DomainName": certificate.domain, "ValidationMethod": "DNS", "Tags": tagged(certificate.tags)}
            draft.add("AWS::CertificateManager::Certificate", certificate.id, f"Certificate {certificate.domain}", asked)
        else:
            draft.left_out.append(f"certificate {certificate.domain}: it was brought along, with a key only you have")
    for balancer in world.every(LoadBalancer):
        asked = {"Name": balancer.name, "Scheme": balancer.scheme, "Type": "application", "Tags": tagged(balancer.tags)}
        asked |= {"Subnets": draft.refs([n.subnet for n in balancer.nodes]), "SecurityGroups": draft.refs(balancer.groups)}
        after = _attached(draft, balancer.vpc) if balancer.scheme != "internal" else ""
        draft.add("AWS::ElasticLoadBalancingV2::LoadBalancer", balancer.id, f"{balancer.name} balancer", asked, after=after)
    for group in world.every(TargetGroup):
        check = group.check
        asked = {"Name": group.name, "Protocol": group.protocol, "Port": group.port, "VpcId": draft.ref(group.vpc)}
        asked |= {"HealthCheckPath": check.path, "HealthCheckProtocol": check.protocol, "HealthCheckIntervalSeconds": check.interval}
        asked |= {"HealthCheckTimeoutSeconds": check.timeout, "HealthyThresholdCount": check.healthy}
        asked |= {"UnhealthyThresholdCount": check.unhealthy, "Matcher": {"HttpCode": check.matcher}, "TargetType": "instance"}
        asked |= {"HealthCheckPort": str(check.port) if check.port is not None else None, "Tags": tagged(group.tags)}
        targets = [t for t in world.every(Target) if t.group == group.id and t.instance in draft.said and t.state != "draining"]
        asked["Targets"] = [{"Id": draft.ref(t.instance), "Port": t.port} for t in targets]
        draft.add("AWS::ElasticLoadBalancingV2::TargetGroup", group.id, f"{group.name} targets", asked)
    for listener in world.every(Listener):
        asked = {"LoadBalancerArn": draft.ref(listener.balancer), "Protocol": listener.protocol, "Port": listener.port}
        if listener.certificate is not None and listener.certificate in draft.said:
            asked["Certificates"] = [{"CertificateArn": draft.ref(listener.certificate)}]
        elif listener.certificate is not None:
            draft.left_out.append(f"the listener on port {listener.port}: its certificate is not in the template")
            continue
        asked["DefaultActions"] = [{"Type": "forward", "TargetGroupArn": draft.ref(listener.group)}]
        draft.add("AWS::ElasticLoadBalancingV2::Listener", listener.id, f"Listener {listener.port}", asked)


def _settings(draft: Draft, settings: LaunchSettings) -> dict[str, Any]:
    asked: dict[str, Any] = {"ImageId": settings.image, "InstanceType": settings.type}
    if settings.profile is not None:
        asked["IamInstanceProfile"] = {"Name": draft.ref(f"profile/{settings.profile}")}
    if settings.public_ip is not None:
        interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": settings.public_ip, "Groups": draft.refs(settings.groups)}
        asked["NetworkInterfaces"] = [interface]
    else:
        asked["SecurityGroupIds"] = draft.refs(settings.groups)
    asked["BlockDeviceMappings"] = _disk(settings.root_gib, settings.encrypted)
    if settings.tags:
        asked["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tagged(settings.tags)}]
    return {k: v for k, v in asked.items() if v not in (None, [])}


def _fleets(draft: Draft) -> None:
    asked: dict[str, Any]
    world = draft.world
    for template in world.every(LaunchTemplate):
        settings = next(v.settings for v in template.versions if v.number == template.default)
        asked = {"LaunchTemplateName": template.name, "LaunchTemplateData": _settings(draft, settings)}
        draft.add("AWS::EC2::LaunchTemplate", template.id, f"{template.name} template", asked)
    for fleet in world.every(AutoScalingGroup):
        logical = draft.said[fleet.template]["Ref"] if fleet.template in draft.said else ""
        version = {"Fn::GetAtt": [logical, "LatestVersionNumber"]} if logical else fleet.version
        asked = {"AutoScalingGroupName": fleet.id, "LaunchTemplate": {"LaunchTemplateId": draft.ref(fleet.template), "Version": version}}
        asked |= {"MinSize": str(fleet.least), "MaxSize": str(fleet.most), "DesiredCapacity": str(fleet.desired)}
        asked |= {"VPCZoneIdentifier": draft.refs(fleet.subnets), "TargetGroupARNs": draft.refs(fleet.target_groups)}
        asked |= {"HealthCheckType": fleet.health_check, "HealthCheckGracePeriod": fleet.grace or None}
        draft.add("AWS::AutoScaling::AutoScalingGroup", f"fleet/{fleet.id}", f"{fleet.id} fleet", asked)
    for policy in world.every(ScalingPolicy):
        draft.left_out.append(f"scaling policy {policy.name} of {policy.group}: put it anew (autoscaling put-scaling-policy)")


# services ----------------------------------------------------------------------------------------------------------------


def _databases(draft: Draft) -> None:
    asked: dict[str, Any]
    world = draft.world
    for group in world.every(DbSubnetGroup):
        asked = {"DBSubnetGroupName": group.id, "DBSubnetGroupDescription": group.description, "SubnetIds": draft.refs(group.subnets)}
        draft.add("AWS::RDS::DBSubnetGroup", f"db-subnets/{group.id}", f"{group.id} subnets", asked)
    for database in world.every(DbInstance):
        if database.status == "deleting":
            continue
        draft.parameters[PASSWORD] = {"Type": "String", "NoEcho": True, "Description": "eight characters at least; no template holds it"}
        asked = {"DBInstanceIdentifier": database.id, "Engine": database.engine, "EngineVersion": database.version}
        asked |= {"DBInstanceClass": database.instance_class, "AllocatedStorage": str(database.storage_gib), "StorageType": "gp3"}
        asked |= {"MasterUsername": database.username, "MasterUserPassword": {"Ref": PASSWORD}, "MultiAZ": database.multi_az}
        asked |= {"DBSubnetGroupName": draft.ref(f"db-subnets/{database.subnet_group}"), "StorageEncrypted": database.encrypted}
        asked |= {"VPCSecurityGroups": draft.refs(database.groups), "BackupRetentionPeriod": database.retention}
        asked |= {"PubliclyAccessible": database.public, "PreferredMaintenanceWindow": database.window}
        asked |= {"MaxAllocatedStorage": database.max_storage_gib, "DBName": database.name, "Tags": tagged(database.tags)}
        draft.add("AWS::RDS::DBInstance", f"db/{database.id}", f"{database.id} database", asked)


def _learning(draft: Draft) -> None:
    asked: dict[str, Any]
    world = draft.world
    for model in world.every(SageModel):
        name = model.role.rpartition("/")[2]
        role = draft.said.get(f"role/{name}")
        asked = {"ModelName": model.id, "ExecutionRoleArn": {"Fn::GetAtt": [role["Ref"], "Arn"]} if role is not None else model.role}
        asked["PrimaryContainer"] = {"Image": model.image, "ModelDataUrl": model.data_url}
        by_name = _attribute("ModelName")
        draft.add("AWS::SageMaker::Model", f"model/{model.id}", f"{model.id} model", asked, said=by_name)
    for config in world.every(EndpointConfig):
        variants = [
            {
                "VariantName": v.name,
                "ModelName": draft.ref(f"model/{v.model}") if f"model/{v.model}" in draft.said else v.model,
                "InitialInstanceCount": v.count,
                "InstanceType": v.instance_type,
                "InitialVariantWeight": v.weight / 1000,
            }
            for v in config.variants
        ]
        asked = {"EndpointConfigName": config.id, "ProductionVariants": variants}
        said = _attribute("EndpointConfigName")
        draft.add("AWS::SageMaker::EndpointConfig", f"config/{config.id}", f"{config.id} config", asked, said=said)
    for endpoint in world.every(Endpoint):
        if endpoint.status != "Failed":
            config_said = draft.said.get(f"config/{endpoint.config}", endpoint.config)
            asked = {"EndpointName": endpoint.id, "EndpointConfigName": config_said}
            draft.add("AWS::SageMaker::Endpoint", f"endpoint/{endpoint.id}", f"{endpoint.id} endpoint", asked)


def _attribute(name: str) -> Callable[[str], Any]:
    return lambda logical: {"Fn::GetAtt": [logical, name]}


def _storage(draft: Draft) -> None:
    for bucket in draft.world.every(Bucket):
        draft.add("AWS::S3::Bucket", f"bucket/{bucket.id}", f"{bucket.id} bucket", {"BucketName": bucket.id})


def as_json(text: str) -> str:
    """Return a template of ours in JSON."""
    return json.dumps(yaml.load(text, Loader=yaml.CSafeLoader), indent=2)
