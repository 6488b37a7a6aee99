"""The error codes the specification lists for these services: which moto can say too, and where the others are tested instead."""

from __future__ import annotations

OFTEN = 20
"""How often the long run has to meet each code that moto can say."""

SAID_BY_BOTH = (
    # network
    "InvalidVpc.Range",
    "InvalidSubnet.Range",
    "InvalidSubnet.Conflict",
    "InvalidParameterValue",
    "MissingParameter",
    "DependencyViolation",
    "Gateway.NotAttached",
    "Resource.AlreadyAssociated",
    "RouteAlreadyExists",
    "InvalidRoute.NotFound",
    "InvalidGroup.Duplicate",
    "InvalidPermission.Duplicate",
    "InvalidPermission.NotFound",
    "RulesPerSecurityGroupLimitExceeded",
    "NetworkAclEntryAlreadyExists",
    "InvalidVpcID.NotFound",
    "InvalidSubnetID.NotFound",
    "InvalidInternetGatewayID.NotFound",
    "InvalidRouteTableID.NotFound",
    "InvalidGroup.NotFound",
    "InvalidNetworkAclID.NotFound",
    "InvalidAllocationID.NotFound",
    "InvalidAssociationID.NotFound",
    # machines
    "InvalidAMIID.NotFound",
    "InvalidAMIID.Malformed",
    "InvalidKeyPair.NotFound",
    "InvalidInstanceID.NotFound",
    "InvalidLaunchTemplateId.NotFound",
    "InvalidLaunchTemplateId.VersionNotFound",
    "InvalidLaunchTemplateName.NotFoundException",
    "InvalidLaunchTemplateName.AlreadyExistsException",
    # load balancing, Auto Scaling
    "ValidationError",
    "LoadBalancerNotFound",
    "TargetGroupNotFound",
    "ListenerNotFound",
    "DuplicateTargetGroupName",
    "InvalidSecurityGroup",
    "InvalidTarget",
    "CertificateNotFound",
    "ResourceInUse",
    # databases
    "DBInstanceAlreadyExists",
    "DBInstanceNotFound",
    "DBSubnetGroupNotFoundFault",
    "DBSnapshotAlreadyExists",
    "DBSnapshotNotFound",
    "InvalidDBInstanceState",
    "InvalidParameterCombination",
    # identity, storage, learning
    "EntityAlreadyExists",
    "MalformedPolicyDocument",
    "NoSuchEntity",
    "LimitExceeded",
    "DeleteConflict",
    "InvalidBucketName",
    "InvalidLocationConstraint",
    "NoSuchBucket",
    "BucketNotEmpty",
    "ValidationException",
)
