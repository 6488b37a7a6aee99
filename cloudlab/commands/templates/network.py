"""Resource types of the network: VPC, subnets, gateways, routes, security groups, addresses, NAT gateways, endpoints."""

from __future__ import annotations

from typing import Any

from cloudlab.commands import ec2_access, ec2_acl, ec2_egress, ec2_network
from cloudlab.commands.templates.kinds import ASSOCIATION_OF, DEFAULT_OF, SELF, Order, Properties, kind, permission, said, tagged, yes

_EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@kind("AWS::EC2::VPC", "CidrBlock EnableDnsSupport EnableDnsHostnames InstanceTenancy Tags", "CidrBlock", identity="Vpc.VpcId")
def vpc(p: Properties, name: str) -> list[Order]:
    orders: list[Order] = [(ec2_network.CreateVpc, said(p, "CidrBlock", "InstanceTenancy") | tagged(p, "vpc"))]
    for attribute, usual in (("EnableDnsSupport", True), ("EnableDnsHostnames", False)):
        if attribute in p and yes(p[attribute]) is not usual:
            orders.append((ec2_network.ModifyVpcAttribute, {"VpcId": SELF, attribute: {"Value": yes(p[attribute])}}))
    return orders


@vpc
def delete_vpc(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DeleteVpc, {"VpcId": key})]


@kind("AWS::EC2::Subnet", "VpcId CidrBlock AvailabilityZone MapPublicIpOnLaunch Tags", "VpcId CidrBlock", identity="Subnet.SubnetId")
def subnet(p: Properties, name: str) -> list[Order]:
    orders: list[Order] = [(ec2_network.CreateSubnet, said(p, "VpcId", "CidrBlock", "AvailabilityZone") | tagged(p, "subnet"))]
    if yes(p.get("MapPublicIpOnLaunch", False)):
        orders.append((ec2_network.ModifySubnetAttribute, {"SubnetId": SELF, "MapPublicIpOnLaunch": {"Value": True}}))
    return orders


@subnet
def delete_subnet(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DeleteSubnet, {"SubnetId": key})]


@kind("AWS::EC2::InternetGateway", "Tags", identity="InternetGateway.InternetGatewayId")
def gateway(p: Properties, name: str) -> list[Order]:
    return [(ec2_network.CreateInternetGateway, tagged(p, "internet-gateway"))]


@gateway
def delete_gateway(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DeleteInternetGateway, {"InternetGatewayId": key})]


@kind("AWS::EC2::VPCGatewayAttachment", "VpcId InternetGatewayId", "VpcId InternetGatewayId")
def attachment(p: Properties, name: str) -> list[Order]:
    return [(ec2_network.AttachInternetGateway, said(p, "VpcId", "InternetGatewayId"))]


@attachment
def detach(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DetachInternetGateway, said(p, "VpcId", "InternetGatewayId"))]


@kind("AWS::EC2::RouteTable", "VpcId Tags", "VpcId", identity="RouteTable.RouteTableId")
def route_table(p: Properties, name: str) -> list[Order]:
    return [(ec2_network.CreateRouteTable, said(p, "VpcId") | tagged(p, "route-table"))]


@route_table
def delete_route_table(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DeleteRouteTable, {"RouteTableId": key})]


@kind("AWS::EC2::Route", "RouteTableId DestinationCidrBlock GatewayId NatGatewayId InstanceId", "RouteTableId DestinationCidrBlock")
def route(p: Properties, name: str) -> list[Order]:
    return [(ec2_network.CreateRoute, said(p, "RouteTableId", "DestinationCidrBlock", "GatewayId", "NatGatewayId", "InstanceId"))]


@route
def delete_route(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DeleteRoute, said(p, "RouteTableId", "DestinationCidrBlock"))]


@kind("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId SubnetId", "RouteTableId SubnetId", identity="AssociationId")
def association(p: Properties, name: str) -> list[Order]:
    return [(ec2_network.AssociateRouteTable, said(p, "RouteTableId", "SubnetId"))]


@association
def disassociate(p: Properties, key: str) -> list[Order]:
    return [(ec2_network.DisassociateRouteTable, {"AssociationId": key})]


@kind(
    "AWS::EC2::SecurityGroup",
    "GroupDescription GroupName VpcId SecurityGroupIngress SecurityGroupEgress Tags",
    "GroupDescription",
    identity="GroupId",
)
def security_group(p: Properties, name: str) -> list[Order]:
    """The rule that lets everything out is there at birth; one that the template gives takes its place."""
    asked: dict[str, Any] = {"GroupName": p.get("GroupName", name), "Description": p["GroupDescription"]}
    orders: list[Order] = [(ec2_access.CreateSecurityGroup, asked | said(p, "VpcId") | tagged(p, "security-group"))]
    inbound = [permission(rule, "SourceSecurityGroupId") for rule in p.get("SecurityGroupIngress") or ()]
    if inbound:
        orders.append((ec2_access.AuthorizeSecurityGroupIngress, {"GroupId": SELF, "IpPermissions": inbound}))
    if "SecurityGroupEgress" in p:
        outbound = [permission(rule, "DestinationSecurityGroupId") for rule in p["SecurityGroupEgress"]]
        if _EVERYTHING not in outbound:
            orders.append((ec2_access.RevokeSecurityGroupEgress, {"GroupId": SELF, "IpPermissions": [_EVERYTHING]}))
        others = [rule for rule in outbound if rule != _EVERYTHING]
        if others:
            orders.append((ec2_access.AuthorizeSecurityGroupEgress, {"GroupId": SELF, "IpPermissions": others}))
    return orders


@security_group
def delete_security_group(p: Properties, key: str) -> list[Order]:
    return [(ec2_access.DeleteSecurityGroup, {"GroupId": key})]


@kind(
    "AWS::EC2::SecurityGroupIngress",
    "GroupId IpProtocol FromPort ToPort CidrIp SourceSecurityGroupId Description",
    "GroupId IpProtocol",
    identity="SecurityGroupRules[0].SecurityGroupRuleId",
)
def ingress(p: Properties, name: str) -> list[Order]:
    rule = permission(p, "SourceSecurityGroupId")
    return [(ec2_access.AuthorizeSecurityGroupIngress, {"GroupId": p["GroupId"], "IpPermissions": [rule]})]


@ingress
def delete_ingress(p: Properties, key: str) -> list[Order]:
    rule = permission(p, "SourceSecurityGroupId")
    return [(ec2_access.RevokeSecurityGroupIngress, {"GroupId": p["GroupId"], "IpPermissions": [rule]})]


@kind("AWS::EC2::EIP", "Domain InstanceId Tags", identity="AllocationId")
def address(p: Properties, name: str) -> list[Order]:
    orders: list[Order] = [(ec2_access.AllocateAddress, said(p, "Domain") | tagged(p, "elastic-ip"))]
    if "InstanceId" in p:
        orders.append((ec2_access.AssociateAddress, {"AllocationId": SELF, "InstanceId": p["InstanceId"]}))
    return orders


@address
def release(p: Properties, key: str) -> list[Order]:
    return [(ec2_access.ReleaseAddress, {"AllocationId": key})]


@kind("AWS::EC2::EIPAssociation", "AllocationId InstanceId", "AllocationId InstanceId", identity="AssociationId")
def address_association(p: Properties, name: str) -> list[Order]:
    return [(ec2_access.AssociateAddress, said(p, "AllocationId", "InstanceId"))]


@address_association
def disassociate_address(p: Properties, key: str) -> list[Order]:
    return [(ec2_access.DisassociateAddress, {"AssociationId": key})]


@kind("AWS::EC2::NatGateway", "SubnetId AllocationId ConnectivityType Tags", "SubnetId", identity="NatGateway.NatGatewayId")
def nat_gateway(p: Properties, name: str) -> list[Order]:
    return [(ec2_egress.CreateNatGateway, said(p, "SubnetId", "AllocationId", "ConnectivityType") | tagged(p, "natgateway"))]


@nat_gateway
def delete_nat_gateway(p: Properties, key: str) -> list[Order]:
    return [(ec2_egress.DeleteNatGateway, {"NatGatewayId": key})]


@kind(
    "AWS::EC2::VPCEndpoint",
    "VpcId ServiceName VpcEndpointType RouteTableIds SubnetIds SecurityGroupIds PrivateDnsEnabled Tags",
    "VpcId ServiceName",
    identity="VpcEndpoint.VpcEndpointId",
)
def endpoint(p: Properties, name: str) -> list[Order]:
    asked = said(p, "VpcId", "ServiceName", "VpcEndpointType", "RouteTableIds", "SubnetIds", "SecurityGroupIds")
    if "PrivateDnsEnabled" in p:
        asked["PrivateDnsEnabled"] = yes(p["PrivateDnsEnabled"])
    return [(ec2_egress.CreateVpcEndpoint, asked | tagged(p, "vpc-endpoint"))]


@endpoint
def delete_endpoint(p: Properties, key: str) -> list[Order]:
    return [(ec2_egress.DeleteVpcEndpoints, {"VpcEndpointIds": [key]})]


@kind(
    "AWS::EC2::SecurityGroupEgress",
    "GroupId IpProtocol FromPort ToPort CidrIp DestinationSecurityGroupId Description",
    "GroupId IpProtocol",
    identity="SecurityGroupRules[0].SecurityGroupRuleId",
)
def egress(p: Properties, name: str) -> list[Order]:
    rule = permission(p, "DestinationSecurityGroupId")
    return [(ec2_access.AuthorizeSecurityGroupEgress, {"GroupId": p["GroupId"], "IpPermissions": [rule]})]


@egress
def delete_egress(p: Properties, key: str) -> list[Order]:
    rule = permission(p, "DestinationSecurityGroupId")
    return [(ec2_access.RevokeSecurityGroupEgress, {"GroupId": p["GroupId"], "IpPermissions": [rule]})]


@kind("AWS::EC2::NetworkAcl", "VpcId Tags", "VpcId", identity="NetworkAcl.NetworkAclId")
def acl(p: Properties, name: str) -> list[Order]:
    return [(ec2_acl.CreateNetworkAcl, said(p, "VpcId") | tagged(p, "network-acl"))]


@acl
def delete_acl(p: Properties, key: str) -> list[Order]:
    return [(ec2_acl.DeleteNetworkAcl, {"NetworkAclId": key})]


_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp"}


@kind(
    "AWS::EC2::NetworkAclEntry",
    "NetworkAclId RuleNumber Protocol RuleAction Egress CidrBlock PortRange Icmp",
    "NetworkAclId RuleNumber Protocol RuleAction",
)
def acl_entry(p: Properties, name: str) -> list[Order]:
    """A template names protocols by their numbers."""
    asked = said(p, "NetworkAclId", "RuleAction", "CidrBlock")
    asked |= {"RuleNumber": int(p["RuleNumber"]), "Egress": yes(p.get("Egress", False))}
    asked["Protocol"] = _PROTOCOLS.get(str(p["Protocol"]), str(p["Protocol"]))
    if "PortRange" in p:
        asked["PortRange"] = {edge: int(port) for edge, port in p["PortRange"].items()}
    if "Icmp" in p:
        asked["IcmpTypeCode"] = {part: int(number) for part, number in p["Icmp"].items()}
    return [(ec2_acl.CreateNetworkAclEntry, asked)]


@acl_entry
def delete_acl_entry(p: Properties, key: str) -> list[Order]:
    asked = said(p, "NetworkAclId") | {"RuleNumber": int(p["RuleNumber"]), "Egress": yes(p.get("Egress", False))}
    return [(ec2_acl.DeleteNetworkAclEntry, asked)]


@kind("AWS::EC2::SubnetNetworkAclAssociation", "SubnetId NetworkAclId", "SubnetId NetworkAclId", identity="NewAssociationId")
def acl_association(p: Properties, name: str) -> list[Order]:
    """A subnet always has an ACL; another one takes its place."""
    asked = {"AssociationId": {ASSOCIATION_OF: p["SubnetId"]}, "NetworkAclId": p["NetworkAclId"]}
    return [(ec2_acl.ReplaceNetworkAclAssociation, asked)]


@acl_association
def back_to_the_default(p: Properties, key: str) -> list[Order]:
    asked = {"AssociationId": {ASSOCIATION_OF: p["SubnetId"]}, "NetworkAclId": {DEFAULT_OF: p["SubnetId"]}}
    return [(ec2_acl.ReplaceNetworkAclAssociation, asked)]
