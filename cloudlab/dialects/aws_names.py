"""What the real aws CLI has, by name: services, actions, options. Written by tests/aws_names.py; read only to name a refusal."""

from __future__ import annotations

SERVICES = """
    accessanalyzer account acm acm-pca aiops amp amplify amplifybackend amplifyuibuilder apigateway apigatewaymanagementapi
    apigatewayv2 appconfig appconfigdata appfabric appflow appintegrations application-autoscaling application-insights
    application-signals applicationcostprofiler appmesh apprunner appstream appsync arc-region-switch arc-zonal-shift artifact
    athena auditmanager autoscaling autoscaling-plans b2bi backup backup-gateway backupsearch batch bcm-dashboards
    bcm-data-exports bcm-pricing-calculator bcm-recommended-actions bedrock bedrock-agent bedrock-agent-runtime bedrock-agentcore
    bedrock-agentcore-control bedrock-data-automation bedrock-data-automation-runtime bedrock-runtime billing billingconductor
    braket budgets ce chatbot chime chime-sdk-identity chime-sdk-media-pipelines chime-sdk-meetings chime-sdk-messaging
    chime-sdk-voice cleanrooms cleanroomsml cloud9 cloudcontrol clouddirectory cloudformation cloudfront cloudfront-keyvaluestore
    cloudhsm cloudhsmv2 cloudsearch cloudsearchdomain cloudtrail cloudtrail-data cloudwatch codeartifact codebuild codecatalyst
    codecommit codeconnections codeguru-reviewer codeguru-security codeguruprofiler codepipeline codestar-connections
    codestar-notifications cognito-identity cognito-idp cognito-sync comprehend comprehendmedical compute-optimizer
    compute-optimizer-automation configservice configure connect connect-contact-lens connectcampaigns connectcampaignsv2
    connectcases connecthealth connectparticipant controlcatalog controltower cost-optimization-hub cur customer-profiles databrew
    dataexchange datapipeline datasync datazone dax deadline deploy detective devicefarm devops-agent devops-guru directconnect
    discovery dlm dms docdb docdb-elastic drs ds ds-data dsql dynamodb dynamodbstreams ebs ec2 ec2-instance-connect ecr ecr-public
    ecs efs eks eks-auth elasticache elasticbeanstalk elb elbv2 elementalinference emr emr-containers emr-serverless
    entityresolution es events evs finspace finspace-data firehose fis fms forecast forecastquery frauddetector freetier fsx
    gamelift gameliftstreams geo-maps geo-places geo-routes glacier globalaccelerator glue grafana greengrass greengrassv2
    groundstation guardduty health healthlake history iam identitystore imagebuilder importexport inspector inspector-scan
    inspector2 interconnect internetmonitor invoicing iot iot-data iot-jobs-data iot-managed-integrations iotdeviceadvisor
    iotfleetwise iotsecuretunneling iotsitewise iotthingsgraph iottwinmaker iotwireless ivs ivs-realtime ivschat kafka
    kafkaconnect kendra kendra-ranking keyspaces keyspacesstreams kinesis kinesis-video-archived-media kinesis-video-media
    kinesis-video-signaling kinesis-video-webrtc-storage kinesisanalytics kinesisanalyticsv2 kinesisvideo kms lakeformation lambda
    lambda-core lambda-microvms launch-wizard lex-models lex-runtime lexv2-models lexv2-runtime license-manager
    license-manager-linux-subscriptions license-manager-user-subscriptions lightsail location logs lookoutequipment m2
    machinelearning macie2 mailmanager managedblockchain managedblockchain-query marketplace-agreement marketplace-catalog
    marketplace-deployment marketplace-discovery marketplace-entitlement marketplace-reporting marketplacecommerceanalytics
    mediaconnect mediaconvert medialive mediapackage mediapackage-vod mediapackagev2 mediastore mediastore-data mediatailor
    medical-imaging memorydb meteringmarketplace mgh mgn migration-hub-refactor-spaces migrationhub-config
    migrationhuborchestrator migrationhubstrategy mpa mq mturk mwaa mwaa-serverless neptune neptune-graph neptunedata
    network-firewall networkflowmonitor networkmanager networkmonitor notifications notificationscontacts nova-act oam
    observabilityadmin odb omics opensearch opensearchserverless organizations osis outposts partnercentral-account
    partnercentral-benefits partnercentral-channel partnercentral-revenue-measurement partnercentral-selling payment-cryptography
    payment-cryptography-data pca-connector-ad pca-connector-scep pcs personalize personalize-events personalize-runtime pi
    pinpoint pinpoint-email pinpoint-sms-voice pinpoint-sms-voice-v2 pipes polly pricing pricing-plan-manager proton qapps
    qbusiness qconnect quicksight ram rbin rds rds-data redshift redshift-data redshift-serverless rekognition repostspace
    resiliencehub resiliencehubv2 resource-explorer-2 resource-groups resourcegroupstaggingapi rolesanywhere route53
    route53-recovery-cluster route53-recovery-control-config route53-recovery-readiness route53domains route53globalresolver
    route53profiles route53resolver rtbfabric rum runtime.sagemaker s3 s3api s3control s3files s3outposts s3tables s3vectors
    sagemaker sagemaker-a2i-runtime sagemaker-edge sagemaker-featurestore-runtime sagemaker-geospatial sagemaker-metrics
    sagemaker-runtime sagemakerjobruntime savingsplans scheduler schemas sdb secretsmanager security-ir securityagent securityhub
    securitylake serverlessrepo service-quotas servicecatalog servicecatalog-appregistry servicediscovery ses sesv2 shield signer
    signer-data signin simpledbv2 sms-voice snow-device-management snowball sns socialmessaging sqs ssm ssm-contacts
    ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap sso sso-admin sso-oidc stepfunctions storagegateway sts supplychain
    support support-app supportauthz sustainability swf synthetics taxsettings textract timestream-influxdb timestream-query
    timestream-write tnb transcribe transfer translate trustedadvisor uxc verifiedpermissions voice-id vpc-lattice waf
    waf-regional wafv2 wellarchitected wickr wisdom workdocs workmail workmailmessageflow workspaces workspaces-instances
    workspaces-thin-client workspaces-web xray
"""
"""Every service of the aws CLI."""

ACTIONS = {
    "ec2": """
    accept-address-transfer accept-capacity-reservation-billing-ownership accept-reserved-instances-exchange-quote
    accept-transit-gateway-client-vpn-attachment accept-transit-gateway-multicast-domain-associations
    accept-transit-gateway-peering-attachment accept-transit-gateway-vpc-attachment accept-vpc-endpoint-connections
    accept-vpc-peering-connection advertise-byoip-cidr allocate-address allocate-hosts allocate-ipam-pool-cidr
    apply-security-groups-to-client-vpn-target-network assign-ipv6-addresses assign-private-ip-addresses
    assign-private-nat-gateway-address associate-address associate-capacity-reservation-billing-owner
    associate-client-vpn-target-network associate-dhcp-options associate-enclave-certificate-iam-role
    associate-iam-instance-profile associate-instance-event-window associate-ipam-byoasn associate-ipam-resource-discovery
    associate-nat-gateway-address associate-route-server associate-route-table associate-security-group-vpc
    associate-subnet-cidr-block associate-transit-gateway-multicast-domain associate-transit-gateway-policy-table
    associate-transit-gateway-route-table associate-trunk-interface associate-vpc-cidr-block attach-classic-link-vpc
    attach-image-watermark attach-internet-gateway attach-network-interface attach-verified-access-trust-provider attach-volume
    attach-vpn-gateway authorize-client-vpn-ingress authorize-security-group-egress authorize-security-group-ingress
    bundle-instance cancel-bundle-task cancel-capacity-reservation cancel-capacity-reservation-fleets cancel-conversion-task
    cancel-declarative-policies-report cancel-export-task cancel-image-launch-permission cancel-import-task
    cancel-reserved-instances-listing cancel-spot-fleet-requests cancel-spot-instance-requests confirm-product-instance
    copy-fpga-image copy-image copy-snapshot copy-volumes create-capacity-manager-data-export create-capacity-reservation
    create-capacity-reservation-by-splitting create-capacity-reservation-cancellation-quote create-capacity-reservation-fleet
    create-carrier-gateway create-client-vpn-endpoint create-client-vpn-route create-coip-cidr create-coip-pool
    create-customer-gateway create-default-subnet create-default-vpc create-delegate-mac-volume-ownership-task create-dhcp-options
    create-egress-only-internet-gateway create-fleet create-flow-logs create-fpga-image create-image create-image-usage-report
    create-instance-connect-endpoint create-instance-event-window create-instance-export-task create-internet-gateway
    create-interruptible-capacity-reservation-allocation create-ipam create-ipam-external-resource-verification-token
    create-ipam-policy create-ipam-pool create-ipam-prefix-list-resolver create-ipam-prefix-list-resolver-target
    create-ipam-resource-discovery create-ipam-scope create-key-pair create-launch-template create-launch-template-version
    create-local-gateway-route create-local-gateway-route-table
    create-local-gateway-route-table-virtual-interface-group-association create-local-gateway-route-table-vpc-association
    create-local-gateway-virtual-interface create-local-gateway-virtual-interface-group
    create-mac-system-integrity-protection-modification-task create-managed-prefix-list create-nat-gateway create-network-acl
    create-network-acl-entry create-network-insights-access-scope create-network-insights-path create-network-interface
    create-network-interface-permission create-placement-group create-public-ipv4-pool create-replace-root-volume-task
    create-reserved-instances-listing create-restore-image-task create-route create-route-server create-route-server-endpoint
    create-route-server-peer create-route-table create-secondary-network create-secondary-subnet create-security-group
    create-snapshot create-snapshots create-spot-datafeed-subscription create-store-image-task create-subnet
    create-subnet-cidr-reservation create-tags create-traffic-mirror-filter create-traffic-mirror-filter-rule
    create-traffic-mirror-session create-traffic-mirror-target create-transit-gateway create-transit-gateway-connect
    create-transit-gateway-connect-peer create-transit-gateway-metering-policy create-transit-gateway-metering-policy-entry
    create-transit-gateway-multicast-domain create-transit-gateway-peering-attachment create-transit-gateway-policy-table
    create-transit-gateway-policy-table-entry create-transit-gateway-prefix-list-reference create-transit-gateway-route
    create-transit-gateway-route-table create-transit-gateway-route-table-announcement create-transit-gateway-vpc-attachment
    create-verified-access-endpoint create-verified-access-group create-verified-access-instance
    create-verified-access-trust-provider create-volume create-vpc create-vpc-block-public-access-exclusion
    create-vpc-encryption-control create-vpc-endpoint create-vpc-endpoint-connection-notification
    create-vpc-endpoint-service-configuration create-vpc-peering-connection create-vpn-concentrator create-vpn-connection
    create-vpn-connection-route create-vpn-gateway delete-capacity-manager-data-export delete-carrier-gateway
    delete-client-vpn-endpoint delete-client-vpn-route delete-coip-cidr delete-coip-pool delete-customer-gateway
    delete-dhcp-options delete-egress-only-internet-gateway delete-fleets delete-flow-logs delete-fpga-image
    delete-image-usage-report delete-instance-connect-endpoint delete-instance-event-window delete-internet-gateway delete-ipam
    delete-ipam-external-resource-verification-token delete-ipam-policy delete-ipam-pool delete-ipam-prefix-list-resolver
    delete-ipam-prefix-list-resolver-target delete-ipam-resource-discovery delete-ipam-scope delete-key-pair
    delete-launch-template delete-launch-template-versions delete-local-gateway-route delete-local-gateway-route-table
    delete-local-gateway-route-table-virtual-interface-group-association delete-local-gateway-route-table-vpc-association
    delete-local-gateway-virtual-interface delete-local-gateway-virtual-interface-group delete-managed-prefix-list
    delete-nat-gateway delete-network-acl delete-network-acl-entry delete-network-insights-access-scope
    delete-network-insights-access-scope-analysis delete-network-insights-analysis delete-network-insights-path
    delete-network-interface delete-network-interface-permission delete-placement-group delete-public-ipv4-pool
    delete-queued-reserved-instances delete-route delete-route-server delete-route-server-endpoint delete-route-server-peer
    delete-route-table delete-secondary-network delete-secondary-subnet delete-security-group delete-snapshot
    delete-spot-datafeed-subscription delete-subnet delete-subnet-cidr-reservation delete-tags delete-traffic-mirror-filter
    delete-traffic-mirror-filter-rule delete-traffic-mirror-session delete-traffic-mirror-target delete-transit-gateway
    delete-transit-gateway-client-vpn-attachment delete-transit-gateway-connect delete-transit-gateway-connect-peer
    delete-transit-gateway-metering-policy delete-transit-gateway-metering-policy-entry delete-transit-gateway-multicast-domain
    delete-transit-gateway-peering-attachment delete-transit-gateway-policy-table delete-transit-gateway-policy-table-entry
    delete-transit-gateway-prefix-list-reference delete-transit-gateway-route delete-transit-gateway-route-table
    delete-transit-gateway-route-table-announcement delete-transit-gateway-vpc-attachment delete-verified-access-endpoint
    delete-verified-access-group delete-verified-access-instance delete-verified-access-trust-provider delete-volume delete-vpc
    delete-vpc-block-public-access-exclusion delete-vpc-encryption-control delete-vpc-endpoint-connection-notifications
    delete-vpc-endpoint-service-configurations delete-vpc-endpoints delete-vpc-peering-connection delete-vpn-concentrator
    delete-vpn-connection delete-vpn-connection-route delete-vpn-gateway deprovision-byoip-cidr deprovision-ipam-byoasn
    deprovision-ipam-pool-cidr deprovision-public-ipv4-pool-cidr deregister-image
    deregister-instance-event-notification-attributes deregister-transit-gateway-multicast-group-members
    deregister-transit-gateway-multicast-group-sources describe-account-attributes describe-account-vpc-encryption-control
    describe-address-transfers describe-addresses describe-addresses-attribute describe-aggregate-id-format
    describe-availability-zones describe-aws-network-performance-metric-subscriptions describe-bundle-tasks describe-byoip-cidrs
    describe-capacity-block-extension-history describe-capacity-block-extension-offerings describe-capacity-block-offerings
    describe-capacity-block-status describe-capacity-blocks describe-capacity-manager-data-exports
    describe-capacity-reservation-billing-requests describe-capacity-reservation-cancellation-quotes
    describe-capacity-reservation-fleets describe-capacity-reservation-topology describe-capacity-reservations
    describe-carrier-gateways describe-classic-link-instances describe-client-vpn-authorization-rules
    describe-client-vpn-connections describe-client-vpn-endpoints describe-client-vpn-routes describe-client-vpn-target-networks
    describe-coip-pools describe-conversion-tasks describe-customer-gateways describe-declarative-policies-reports
    describe-dhcp-options describe-egress-only-internet-gateways describe-elastic-gpus describe-export-image-tasks
    describe-export-tasks describe-fast-launch-images describe-fast-snapshot-restores describe-fleet-history
    describe-fleet-instances describe-fleets describe-flow-logs describe-fpga-image-attribute describe-fpga-images
    describe-host-reservation-offerings describe-host-reservations describe-hosts describe-iam-instance-profile-associations
    describe-id-format describe-identity-id-format describe-image-attribute describe-image-references
    describe-image-usage-report-entries describe-image-usage-reports describe-images describe-import-image-tasks
    describe-import-snapshot-tasks describe-instance-attribute describe-instance-connect-endpoints
    describe-instance-credit-specifications describe-instance-event-notification-attributes describe-instance-event-windows
    describe-instance-image-metadata describe-instance-sql-ha-history-states describe-instance-sql-ha-states
    describe-instance-status describe-instance-topology describe-instance-type-offerings describe-instance-types
    describe-instances describe-internet-gateways describe-ipam-byoasn describe-ipam-external-resource-verification-tokens
    describe-ipam-policies describe-ipam-pool-allocations describe-ipam-pools describe-ipam-prefix-list-resolver-targets
    describe-ipam-prefix-list-resolvers describe-ipam-resource-discoveries describe-ipam-resource-discovery-associations
    describe-ipam-scopes describe-ipams describe-ipv6-pools describe-key-pairs describe-launch-template-versions
    describe-launch-templates describe-local-gateway-route-table-virtual-interface-group-associations
    describe-local-gateway-route-table-vpc-associations describe-local-gateway-route-tables
    describe-local-gateway-virtual-interface-groups describe-local-gateway-virtual-interfaces describe-local-gateways
    describe-locked-snapshots describe-mac-hosts describe-mac-modification-tasks describe-managed-prefix-lists
    describe-moving-addresses describe-nat-gateways describe-network-acls describe-network-insights-access-scope-analyses
    describe-network-insights-access-scopes describe-network-insights-analyses describe-network-insights-paths
    describe-network-interface-attribute describe-network-interface-permissions describe-network-interfaces describe-outpost-lags
    describe-placement-groups describe-prefix-lists describe-principal-id-format describe-public-ipv4-pools describe-regions
    describe-replace-root-volume-tasks describe-reserved-instances describe-reserved-instances-listings
    describe-reserved-instances-modifications describe-reserved-instances-offerings describe-route-server-endpoints
    describe-route-server-peers describe-route-servers describe-route-tables describe-scheduled-instance-availability
    describe-scheduled-instances describe-secondary-interfaces describe-secondary-networks describe-secondary-subnets
    describe-security-group-references describe-security-group-rules describe-security-group-vpc-associations
    describe-security-groups describe-service-link-virtual-interfaces describe-snapshot-attribute describe-snapshot-tier-status
    describe-snapshots describe-spot-datafeed-subscription describe-spot-fleet-instances describe-spot-fleet-request-history
    describe-spot-fleet-requests describe-spot-instance-requests describe-spot-price-history describe-stale-security-groups
    describe-store-image-tasks describe-subnets describe-tags describe-traffic-mirror-filter-rules describe-traffic-mirror-filters
    describe-traffic-mirror-sessions describe-traffic-mirror-targets describe-transit-gateway-attachments
    describe-transit-gateway-connect-peers describe-transit-gateway-connects describe-transit-gateway-metering-policies
    describe-transit-gateway-multicast-domains describe-transit-gateway-peering-attachments describe-transit-gateway-policy-tables
    describe-transit-gateway-route-table-announcements describe-transit-gateway-route-tables
    describe-transit-gateway-vpc-attachments describe-transit-gateways describe-trunk-interface-associations
    describe-verified-access-endpoints describe-verified-access-groups describe-verified-access-instance-logging-configurations
    describe-verified-access-instances describe-verified-access-trust-providers describe-volume-attribute describe-volume-status
    describe-volumes describe-volumes-modifications describe-vpc-attribute describe-vpc-block-public-access-exclusions
    describe-vpc-block-public-access-options describe-vpc-classic-link describe-vpc-classic-link-dns-support
    describe-vpc-encryption-controls describe-vpc-endpoint-associations describe-vpc-endpoint-connection-notifications
    describe-vpc-endpoint-connections describe-vpc-endpoint-service-configurations describe-vpc-endpoint-service-permissions
    describe-vpc-endpoint-services describe-vpc-endpoints describe-vpc-peering-connections describe-vpcs
    describe-vpn-concentrators describe-vpn-connections describe-vpn-gateways detach-classic-link-vpc detach-image-watermark
    detach-internet-gateway detach-network-interface detach-verified-access-trust-provider detach-volume detach-vpn-gateway
    disable-address-transfer disable-allowed-images-settings disable-aws-network-performance-metric-subscription
    disable-capacity-manager disable-ebs-encryption-by-default disable-fast-launch disable-fast-snapshot-restores disable-image
    disable-image-block-public-access disable-image-deprecation disable-image-deregistration-protection
    disable-instance-sql-ha-standby-detections disable-ipam-organization-admin-account disable-ipam-policy
    disable-route-server-propagation disable-serial-console-access disable-snapshot-block-public-access
    disable-transit-gateway-route-table-propagation disable-vgw-route-propagation disable-vpc-classic-link
    disable-vpc-classic-link-dns-support disassociate-address disassociate-capacity-reservation-billing-owner
    disassociate-client-vpn-target-network disassociate-enclave-certificate-iam-role disassociate-iam-instance-profile
    disassociate-instance-event-window disassociate-ipam-byoasn disassociate-ipam-resource-discovery
    disassociate-nat-gateway-address disassociate-route-server disassociate-route-table disassociate-security-group-vpc
    disassociate-subnet-cidr-block disassociate-transit-gateway-multicast-domain disassociate-transit-gateway-policy-table
    disassociate-transit-gateway-route-table disassociate-trunk-interface disassociate-vpc-cidr-block enable-address-transfer
    enable-allowed-images-settings enable-aws-network-performance-metric-subscription enable-capacity-manager
    enable-ebs-encryption-by-default enable-fast-launch enable-fast-snapshot-restores enable-image
    enable-image-block-public-access enable-image-deprecation enable-image-deregistration-protection
    enable-instance-sql-ha-standby-detections enable-ipam-organization-admin-account enable-ipam-policy
    enable-reachability-analyzer-organization-sharing enable-route-server-propagation enable-serial-console-access
    enable-snapshot-block-public-access enable-transit-gateway-route-table-propagation enable-vgw-route-propagation
    enable-volume-io enable-vpc-classic-link enable-vpc-classic-link-dns-support
    export-client-vpn-client-certificate-revocation-list export-client-vpn-client-configuration export-image
    export-transit-gateway-routes export-verified-access-instance-client-configuration get-active-vpn-tunnel-status
    get-allowed-images-settings get-associated-enclave-certificate-iam-roles get-associated-ipv6-pool-cidrs
    get-aws-network-performance-data get-capacity-manager-attributes get-capacity-manager-metric-data
    get-capacity-manager-metric-dimensions get-capacity-manager-monitored-tag-keys get-capacity-reservation-usage
    get-coip-pool-usage get-console-output get-console-screenshot get-declarative-policies-report-summary
    get-default-credit-specification get-ebs-default-kms-key-id get-ebs-encryption-by-default get-enabled-ipam-policy
    get-flow-logs-integration-template get-groups-for-capacity-reservation get-host-reservation-purchase-preview
    get-image-ancestry get-image-block-public-access-state get-instance-metadata-defaults get-instance-tpm-ek-pub
    get-instance-types-from-instance-requirements get-instance-uefi-data get-ipam-address-history get-ipam-discovered-accounts
    get-ipam-discovered-public-addresses get-ipam-discovered-resource-cidrs get-ipam-policy-allocation-rules
    get-ipam-policy-organization-targets get-ipam-pool-allocations get-ipam-pool-cidrs get-ipam-prefix-list-resolver-rules
    get-ipam-prefix-list-resolver-version-entries get-ipam-prefix-list-resolver-versions get-ipam-resource-cidrs
    get-launch-template-data get-managed-prefix-list-associations get-managed-prefix-list-entries get-managed-resource-visibility
    get-network-insights-access-scope-analysis-findings get-network-insights-access-scope-content get-password-data
    get-reserved-instances-exchange-quote get-route-server-associations get-route-server-propagations
    get-route-server-routing-database get-security-groups-for-vpc get-serial-console-access-status
    get-snapshot-block-public-access-state get-spot-placement-scores get-subnet-cidr-reservations
    get-transit-gateway-attachment-propagations get-transit-gateway-metering-policy-entries
    get-transit-gateway-multicast-domain-associations get-transit-gateway-policy-table-associations
    get-transit-gateway-policy-table-entries get-transit-gateway-prefix-list-references
    get-transit-gateway-route-table-associations get-transit-gateway-route-table-propagations get-verified-access-endpoint-policy
    get-verified-access-endpoint-targets get-verified-access-group-policy get-vpc-resources-blocking-encryption-enforcement
    get-vpn-connection-device-sample-configuration get-vpn-connection-device-types get-vpn-tunnel-replacement-status
    import-client-vpn-client-certificate-revocation-list import-image import-key-pair import-snapshot list-images-in-recycle-bin
    list-snapshots-in-recycle-bin list-volumes-in-recycle-bin lock-snapshot modify-account-vpc-encryption-control
    modify-address-attribute modify-availability-zone-group modify-capacity-reservation modify-capacity-reservation-fleet
    modify-client-vpn-endpoint modify-default-credit-specification modify-ebs-default-kms-key-id modify-fleet
    modify-fpga-image-attribute modify-hosts modify-id-format modify-identity-id-format modify-image-attribute
    modify-instance-attribute modify-instance-capacity-reservation-attributes modify-instance-connect-endpoint
    modify-instance-cpu-options modify-instance-credit-specification modify-instance-event-start-time modify-instance-event-window
    modify-instance-maintenance-options modify-instance-metadata-defaults modify-instance-metadata-options
    modify-instance-network-performance-options modify-instance-placement modify-ipam modify-ipam-policy-allocation-rules
    modify-ipam-pool modify-ipam-pool-allocation modify-ipam-prefix-list-resolver modify-ipam-prefix-list-resolver-target
    modify-ipam-resource-cidr modify-ipam-resource-discovery modify-ipam-scope modify-launch-template modify-local-gateway-route
    modify-managed-prefix-list modify-managed-resource-visibility modify-network-interface-attribute
    modify-private-dns-name-options modify-public-ip-dns-name-options modify-reserved-instances modify-route-server
    modify-security-group-rules modify-snapshot-attribute modify-snapshot-tier modify-spot-fleet-request modify-subnet-attribute
    modify-traffic-mirror-filter-network-services modify-traffic-mirror-filter-rule modify-traffic-mirror-session
    modify-transit-gateway modify-transit-gateway-metering-policy modify-transit-gateway-policy-table-entry
    modify-transit-gateway-prefix-list-reference modify-transit-gateway-vpc-attachment modify-verified-access-endpoint
    modify-verified-access-endpoint-policy modify-verified-access-group modify-verified-access-group-policy
    modify-verified-access-instance modify-verified-access-instance-logging-configuration modify-verified-access-trust-provider
    modify-volume modify-volume-attribute modify-vpc-attribute modify-vpc-block-public-access-exclusion
    modify-vpc-block-public-access-options modify-vpc-encryption-control modify-vpc-endpoint
    modify-vpc-endpoint-connection-notification modify-vpc-endpoint-payer-responsibility modify-vpc-endpoint-service-configuration
    modify-vpc-endpoint-service-payer-responsibility modify-vpc-endpoint-service-permissions modify-vpc-peering-connection-options
    modify-vpc-tenancy modify-vpn-connection modify-vpn-connection-options modify-vpn-tunnel-certificate modify-vpn-tunnel-options
    monitor-instances move-address-to-vpc move-byoip-cidr-to-ipam move-capacity-reservation-instances provision-byoip-cidr
    provision-ipam-byoasn provision-ipam-pool-cidr provision-public-ipv4-pool-cidr purchase-capacity-block
    purchase-capacity-block-extension purchase-host-reservation purchase-reserved-instances-offering purchase-scheduled-instances
    reboot-instances register-image register-instance-event-notification-attributes
    register-transit-gateway-multicast-group-members register-transit-gateway-multicast-group-sources
    reject-capacity-reservation-billing-ownership reject-transit-gateway-client-vpn-attachment
    reject-transit-gateway-multicast-domain-associations reject-transit-gateway-peering-attachment
    reject-transit-gateway-vpc-attachment reject-vpc-endpoint-connections reject-vpc-peering-connection release-address
    release-hosts release-ipam-pool-allocation replace-iam-instance-profile-association
    replace-image-criteria-in-allowed-images-settings replace-network-acl-association replace-network-acl-entry replace-route
    replace-route-table-association replace-transit-gateway-route replace-vpn-tunnel report-instance-status request-spot-fleet
    request-spot-instances reset-address-attribute reset-ebs-default-kms-key-id reset-fpga-image-attribute reset-image-attribute
    reset-instance-attribute reset-network-interface-attribute reset-snapshot-attribute restore-address-to-classic
    restore-image-from-recycle-bin restore-managed-prefix-list-version restore-snapshot-from-recycle-bin restore-snapshot-tier
    restore-volume-from-recycle-bin revoke-client-vpn-ingress revoke-security-group-egress revoke-security-group-ingress
    run-instances run-scheduled-instances search-local-gateway-routes search-transit-gateway-multicast-groups
    search-transit-gateway-routes send-diagnostic-interrupt start-declarative-policies-report start-instances
    start-network-insights-access-scope-analysis start-network-insights-analysis
    start-vpc-endpoint-service-private-dns-verification stop-instances terminate-client-vpn-connections terminate-instances
    unassign-ipv6-addresses unassign-private-ip-addresses unassign-private-nat-gateway-address unlock-snapshot unmonitor-instances
    update-capacity-manager-monitored-tag-keys update-capacity-manager-organizations-access
    update-interruptible-capacity-reservation-allocation update-security-group-rule-descriptions-egress
    update-security-group-rule-descriptions-ingress wait withdraw-byoip-cidr
""",
    "s3api": """
    abort-multipart-upload complete-multipart-upload copy-object create-bucket create-bucket-metadata-configuration
    create-bucket-metadata-table-configuration create-multipart-upload create-session delete-bucket
    delete-bucket-analytics-configuration delete-bucket-cors delete-bucket-encryption
    delete-bucket-intelligent-tiering-configuration delete-bucket-inventory-configuration delete-bucket-lifecycle
    delete-bucket-metadata-configuration delete-bucket-metadata-table-configuration delete-bucket-metrics-configuration
    delete-bucket-ownership-controls delete-bucket-policy delete-bucket-replication delete-bucket-tagging delete-bucket-website
    delete-object delete-object-annotation delete-object-tagging delete-objects delete-public-access-block get-bucket-abac
    get-bucket-accelerate-configuration get-bucket-acl get-bucket-analytics-configuration get-bucket-cors get-bucket-encryption
    get-bucket-intelligent-tiering-configuration get-bucket-inventory-configuration get-bucket-lifecycle
    get-bucket-lifecycle-configuration get-bucket-location get-bucket-logging get-bucket-metadata-configuration
    get-bucket-metadata-table-configuration get-bucket-metrics-configuration get-bucket-notification
    get-bucket-notification-configuration get-bucket-ownership-controls get-bucket-policy get-bucket-policy-status
    get-bucket-replication get-bucket-request-payment get-bucket-tagging get-bucket-versioning get-bucket-website get-object
    get-object-acl get-object-annotation get-object-attributes get-object-legal-hold get-object-lock-configuration
    get-object-retention get-object-tagging get-object-torrent get-public-access-block head-bucket head-object
    list-bucket-analytics-configurations list-bucket-intelligent-tiering-configurations list-bucket-inventory-configurations
    list-bucket-metrics-configurations list-buckets list-directory-buckets list-multipart-uploads list-object-annotations
    list-object-versions list-objects list-objects-v2 list-parts put-bucket-abac put-bucket-accelerate-configuration
    put-bucket-acl put-bucket-analytics-configuration put-bucket-cors put-bucket-encryption
    put-bucket-intelligent-tiering-configuration put-bucket-inventory-configuration put-bucket-lifecycle
    put-bucket-lifecycle-configuration put-bucket-logging put-bucket-metrics-configuration put-bucket-notification
    put-bucket-notification-configuration put-bucket-ownership-controls put-bucket-policy put-bucket-replication
    put-bucket-request-payment put-bucket-tagging put-bucket-versioning put-bucket-website put-object put-object-acl
    put-object-annotation put-object-legal-hold put-object-lock-configuration put-object-retention put-object-tagging
    put-public-access-block rename-object restore-object select-object-content
    update-bucket-metadata-annotation-table-configuration update-bucket-metadata-inventory-table-configuration
    update-bucket-metadata-journal-table-configuration update-object-encryption upload-part upload-part-copy wait
    write-get-object-response
""",
    "iam": """
    accept-delegation-request add-client-id-to-open-id-connect-provider add-role-to-instance-profile add-user-to-group
    associate-delegation-request attach-group-policy attach-role-policy attach-user-policy change-password create-access-key
    create-account-alias create-delegation-request create-group create-instance-profile create-login-profile
    create-open-id-connect-provider create-policy create-policy-version create-role create-saml-provider
    create-service-linked-role create-service-specific-credential create-user create-virtual-mfa-device deactivate-mfa-device
    delete-access-key delete-account-alias delete-account-password-policy delete-group delete-group-policy delete-instance-profile
    delete-login-profile delete-open-id-connect-provider delete-policy delete-policy-version delete-role
    delete-role-permissions-boundary delete-role-policy delete-saml-provider delete-server-certificate delete-service-linked-role
    delete-service-specific-credential delete-signing-certificate delete-ssh-public-key delete-user
    delete-user-permissions-boundary delete-user-policy delete-virtual-mfa-device detach-group-policy detach-role-policy
    detach-user-policy disable-organizations-root-credentials-management disable-organizations-root-sessions
    disable-outbound-web-identity-federation enable-mfa-device enable-organizations-root-credentials-management
    enable-organizations-root-sessions enable-outbound-web-identity-federation generate-credential-report
    generate-organizations-access-report generate-service-last-accessed-details get-access-key-last-used
    get-account-authorization-details get-account-password-policy get-account-summary get-context-keys-for-custom-policy
    get-context-keys-for-principal-policy get-credential-report get-delegation-request get-group get-group-policy
    get-human-readable-summary get-instance-profile get-login-profile get-mfa-device get-open-id-connect-provider
    get-organizations-access-report get-outbound-web-identity-federation-info get-policy get-policy-version get-role
    get-role-policy get-saml-provider get-server-certificate get-service-last-accessed-details
    get-service-last-accessed-details-with-entities get-service-linked-role-deletion-status get-ssh-public-key get-user
    get-user-policy list-access-keys list-account-aliases list-attached-group-policies list-attached-role-policies
    list-attached-user-policies list-delegation-requests list-entities-for-policy list-group-policies list-groups
    list-groups-for-user list-instance-profile-tags list-instance-profiles list-instance-profiles-for-role list-mfa-device-tags
    list-mfa-devices list-open-id-connect-provider-tags list-open-id-connect-providers list-organizations-features list-policies
    list-policies-granting-service-access list-policy-tags list-policy-versions list-role-policies list-role-tags list-roles
    list-saml-provider-tags list-saml-providers list-server-certificate-tags list-server-certificates
    list-service-specific-credentials list-signing-certificates list-ssh-public-keys list-user-policies list-user-tags list-users
    list-virtual-mfa-devices put-group-policy put-role-permissions-boundary put-role-policy put-user-permissions-boundary
    put-user-policy reject-delegation-request remove-client-id-from-open-id-connect-provider remove-role-from-instance-profile
    remove-user-from-group reset-service-specific-credential resync-mfa-device send-delegation-token set-default-policy-version
    set-security-token-service-preferences simulate-custom-policy simulate-principal-policy tag-instance-profile tag-mfa-device
    tag-open-id-connect-provider tag-policy tag-role tag-saml-provider tag-server-certificate tag-user untag-instance-profile
    untag-mfa-device untag-open-id-connect-provider untag-policy untag-role untag-saml-provider untag-server-certificate
    untag-user update-access-key update-account-password-policy update-assume-role-policy update-delegation-request update-group
    update-login-profile update-open-id-connect-provider-thumbprint update-role update-role-description update-saml-provider
    update-server-certificate update-service-specific-credential update-signing-certificate update-ssh-public-key update-user
    upload-server-certificate upload-signing-certificate upload-ssh-public-key wait
""",
    "ssm": """
    add-tags-to-resource associate-ops-item-related-item cancel-command cancel-maintenance-window-execution create-activation
    create-association create-association-batch create-cloud-connector create-document create-maintenance-window create-ops-item
    create-ops-metadata create-patch-baseline create-resource-data-sync delete-activation delete-association
    delete-cloud-connector delete-document delete-inventory delete-maintenance-window delete-ops-item delete-ops-metadata
    delete-parameter delete-parameters delete-patch-baseline delete-resource-data-sync delete-resource-policy
    deregister-managed-instance deregister-patch-baseline-for-patch-group deregister-target-from-maintenance-window
    deregister-task-from-maintenance-window describe-activations describe-association describe-association-execution-targets
    describe-association-executions describe-automation-executions describe-automation-step-executions describe-available-patches
    describe-document describe-document-permission describe-effective-instance-associations
    describe-effective-patches-for-patch-baseline describe-instance-associations-status describe-instance-information
    describe-instance-patch-states describe-instance-patch-states-for-patch-group describe-instance-patches
    describe-instance-properties describe-inventory-deletions describe-maintenance-window-execution-task-invocations
    describe-maintenance-window-execution-tasks describe-maintenance-window-executions describe-maintenance-window-schedule
    describe-maintenance-window-targets describe-maintenance-window-tasks describe-maintenance-windows
    describe-maintenance-windows-for-target describe-ops-items describe-parameters describe-patch-baselines
    describe-patch-group-state describe-patch-groups describe-patch-properties describe-sessions
    disassociate-ops-item-related-item get-access-token get-automation-execution get-calendar-state get-cloud-connector
    get-command-invocation get-connection-status get-default-patch-baseline get-deployable-patch-snapshot-for-instance
    get-document get-execution-preview get-inventory get-inventory-schema get-maintenance-window get-maintenance-window-execution
    get-maintenance-window-execution-task get-maintenance-window-execution-task-invocation get-maintenance-window-task
    get-ops-item get-ops-metadata get-ops-summary get-parameter get-parameter-history get-parameters get-parameters-by-path
    get-patch-baseline get-patch-baseline-for-patch-group get-resource-policies get-service-setting label-parameter-version
    list-association-versions list-associations list-cloud-connectors list-command-invocations list-commands list-compliance-items
    list-compliance-summaries list-document-metadata-history list-document-versions list-documents list-inventory-entries
    list-nodes list-nodes-summary list-ops-item-events list-ops-item-related-items list-ops-metadata
    list-resource-compliance-summaries list-resource-data-sync list-tags-for-resource modify-document-permission
    put-compliance-items put-inventory put-parameter put-resource-policy register-default-patch-baseline
    register-patch-baseline-for-patch-group register-target-with-maintenance-window register-task-with-maintenance-window
    remove-tags-from-resource reset-service-setting resume-session send-automation-signal send-command start-access-request
    start-associations-once start-automation-execution start-change-request-execution start-execution-preview start-session
    stop-automation-execution terminate-session unlabel-parameter-version update-association update-association-status
    update-cloud-connector update-document update-document-default-version update-document-metadata update-maintenance-window
    update-maintenance-window-target update-maintenance-window-task update-managed-instance-role update-ops-item
    update-ops-metadata update-patch-baseline update-resource-data-sync update-service-setting validate-cloud-connector wait
""",
    "sagemaker": """
    add-association add-tags associate-trial-component attach-cluster-node-volume batch-add-cluster-nodes
    batch-delete-cluster-nodes batch-describe-model-package batch-reboot-cluster-nodes batch-replace-cluster-nodes create-action
    create-ai-benchmark-job create-ai-recommendation-job create-ai-workload-config create-algorithm create-app
    create-app-image-config create-artifact create-auto-ml-job create-auto-ml-job-v2 create-cluster
    create-cluster-scheduler-config create-code-repository create-compilation-job create-compute-quota create-context
    create-data-quality-job-definition create-device-fleet create-domain create-edge-deployment-plan create-edge-deployment-stage
    create-edge-packaging-job create-endpoint create-endpoint-config create-experiment create-feature-group create-flow-definition
    create-hub create-hub-content-presigned-urls create-hub-content-reference create-human-task-ui
    create-hyper-parameter-tuning-job create-image create-image-version create-inference-component create-inference-experiment
    create-inference-recommendations-job create-job create-labeling-job create-mlflow-app create-mlflow-tracking-server
    create-model create-model-bias-job-definition create-model-card create-model-card-export-job
    create-model-explainability-job-definition create-model-package create-model-package-group create-model-quality-job-definition
    create-monitoring-schedule create-notebook-instance create-notebook-instance-lifecycle-config create-optimization-job
    create-partner-app create-partner-app-presigned-url create-pipeline create-presigned-domain-url
    create-presigned-mlflow-app-url create-presigned-mlflow-tracking-server-url create-presigned-notebook-instance-url
    create-processing-job create-project create-space create-studio-lifecycle-config create-training-job create-training-plan
    create-transform-job create-trial create-trial-component create-user-profile create-workforce create-workteam delete-action
    delete-ai-benchmark-job delete-ai-recommendation-job delete-ai-workload-config delete-algorithm delete-app
    delete-app-image-config delete-artifact delete-association delete-cluster delete-cluster-scheduler-config
    delete-code-repository delete-compilation-job delete-compute-quota delete-context delete-data-quality-job-definition
    delete-device-fleet delete-domain delete-edge-deployment-plan delete-edge-deployment-stage delete-endpoint
    delete-endpoint-config delete-experiment delete-feature-group delete-flow-definition delete-hub delete-hub-content
    delete-hub-content-reference delete-human-task-ui delete-hyper-parameter-tuning-job delete-image delete-image-version
    delete-inference-component delete-inference-experiment delete-job delete-mlflow-app delete-mlflow-tracking-server delete-model
    delete-model-bias-job-definition delete-model-card delete-model-explainability-job-definition delete-model-package
    delete-model-package-group delete-model-package-group-policy delete-model-quality-job-definition delete-monitoring-schedule
    delete-notebook-instance delete-notebook-instance-lifecycle-config delete-optimization-job delete-partner-app delete-pipeline
    delete-processing-job delete-project delete-space delete-studio-lifecycle-config delete-tags delete-training-job delete-trial
    delete-trial-component delete-user-profile delete-workforce delete-workteam deregister-devices describe-action
    describe-ai-benchmark-job describe-ai-recommendation-job describe-ai-workload-config describe-algorithm describe-app
    describe-app-image-config describe-artifact describe-auto-ml-job describe-auto-ml-job-v2 describe-cluster
    describe-cluster-event describe-cluster-node describe-cluster-scheduler-config describe-code-repository
    describe-compilation-job describe-compute-quota describe-context describe-data-quality-job-definition describe-device
    describe-device-fleet describe-domain describe-edge-deployment-plan describe-edge-packaging-job describe-endpoint
    describe-endpoint-config describe-experiment describe-feature-group describe-feature-metadata describe-flow-definition
    describe-hub describe-hub-content describe-human-task-ui describe-hyper-parameter-tuning-job describe-image
    describe-image-version describe-inference-component describe-inference-experiment describe-inference-recommendations-job
    describe-job describe-job-schema-version describe-labeling-job describe-lineage-group describe-mlflow-app
    describe-mlflow-tracking-server describe-model describe-model-bias-job-definition describe-model-card
    describe-model-card-export-job describe-model-explainability-job-definition describe-model-package
    describe-model-package-group describe-model-quality-job-definition describe-monitoring-schedule describe-notebook-instance
    describe-notebook-instance-lifecycle-config describe-optimization-job describe-partner-app describe-pipeline
    describe-pipeline-definition-for-execution describe-pipeline-execution describe-processing-job describe-project
    describe-reserved-capacity describe-space describe-studio-lifecycle-config describe-subscribed-workteam describe-training-job
    describe-training-plan describe-training-plan-extension-history describe-transform-job describe-trial describe-trial-component
    describe-user-profile describe-workforce describe-workteam detach-cluster-node-volume
    disable-sagemaker-servicecatalog-portfolio disassociate-trial-component enable-sagemaker-servicecatalog-portfolio
    extend-training-plan get-device-fleet-report get-lineage-group-policy get-model-package-group-policy
    get-sagemaker-servicecatalog-portfolio-status get-scaling-configuration-recommendation get-search-suggestions
    import-hub-content list-actions list-ai-benchmark-jobs list-ai-recommendation-jobs list-ai-workload-configs list-algorithms
    list-aliases list-app-image-configs list-apps list-artifacts list-associations list-auto-ml-jobs
    list-candidates-for-auto-ml-job list-cluster-events list-cluster-nodes list-cluster-scheduler-configs list-clusters
    list-code-repositories list-compilation-jobs list-compute-quotas list-contexts list-data-quality-job-definitions
    list-device-fleets list-devices list-domains list-edge-deployment-plans list-edge-packaging-jobs list-endpoint-configs
    list-endpoints list-experiments list-feature-groups list-flow-definitions list-hub-content-versions list-hub-contents
    list-hubs list-human-task-uis list-hyper-parameter-tuning-jobs list-image-versions list-images list-inference-components
    list-inference-experiments list-inference-recommendations-job-steps list-inference-recommendations-jobs
    list-job-schema-versions list-jobs list-labeling-jobs list-labeling-jobs-for-workteam list-lineage-groups list-mlflow-apps
    list-mlflow-tracking-servers list-model-bias-job-definitions list-model-card-export-jobs list-model-card-versions
    list-model-cards list-model-explainability-job-definitions list-model-metadata list-model-package-groups list-model-packages
    list-model-quality-job-definitions list-models list-monitoring-alert-history list-monitoring-alerts list-monitoring-executions
    list-monitoring-schedules list-notebook-instance-lifecycle-configs list-notebook-instances list-optimization-jobs
    list-partner-apps list-pipeline-execution-steps list-pipeline-executions list-pipeline-parameters-for-execution
    list-pipeline-versions list-pipelines list-processing-jobs list-projects list-resource-catalogs list-spaces list-stage-devices
    list-studio-lifecycle-configs list-subscribed-workteams list-tags list-training-jobs
    list-training-jobs-for-hyper-parameter-tuning-job list-training-plans list-transform-jobs list-trial-components list-trials
    list-ultra-servers-by-reserved-capacity list-user-profiles list-workforces list-workteams put-model-package-group-policy
    query-lineage register-devices render-ui-template retry-pipeline-execution search search-training-plan-offerings
    send-pipeline-execution-step-failure send-pipeline-execution-step-success start-cluster-health-check
    start-edge-deployment-stage start-inference-experiment start-mlflow-tracking-server start-monitoring-schedule
    start-notebook-instance start-pipeline-execution start-session stop-ai-benchmark-job stop-ai-recommendation-job
    stop-auto-ml-job stop-compilation-job stop-edge-deployment-stage stop-edge-packaging-job stop-hyper-parameter-tuning-job
    stop-inference-experiment stop-inference-recommendations-job stop-job stop-labeling-job stop-mlflow-tracking-server
    stop-monitoring-schedule stop-notebook-instance stop-optimization-job stop-pipeline-execution stop-processing-job
    stop-training-job stop-transform-job update-action update-app-image-config update-artifact update-cluster
    update-cluster-scheduler-config update-cluster-software update-code-repository update-compute-quota update-context
    update-device-fleet update-devices update-domain update-endpoint update-endpoint-weights-and-capacities update-experiment
    update-feature-group update-feature-metadata update-hub update-hub-content update-hub-content-reference update-image
    update-image-version update-inference-component update-inference-component-runtime-config update-inference-experiment
    update-mlflow-app update-mlflow-tracking-server update-model-card update-model-package update-monitoring-alert
    update-monitoring-schedule update-notebook-instance update-notebook-instance-lifecycle-config update-partner-app
    update-pipeline update-pipeline-execution update-pipeline-version update-project update-space update-training-job update-trial
    update-trial-component update-user-profile update-workforce update-workteam wait
""",
    "sagemaker-runtime": """
    invoke-endpoint invoke-endpoint-async
""",
    "cloudwatch": """
    associate-dataset-kms-key delete-alarm-mute-rule delete-alarms delete-anomaly-detector delete-dashboards delete-insight-rules
    delete-metric-stream describe-alarm-contributors describe-alarm-history describe-alarms describe-alarms-for-metric
    describe-anomaly-detectors describe-insight-rules disable-alarm-actions disable-insight-rules disassociate-dataset-kms-key
    enable-alarm-actions enable-insight-rules get-alarm-mute-rule get-dashboard get-dataset get-insight-rule-report
    get-metric-data get-metric-statistics get-metric-stream get-metric-widget-image get-o-tel-enrichment get-otel-enrichment
    list-alarm-mute-rules list-dashboards list-managed-insight-rules list-metric-streams list-metrics list-tags-for-resource
    put-alarm-mute-rule put-anomaly-detector put-composite-alarm put-dashboard put-insight-rule put-log-alarm
    put-managed-insight-rules put-metric-alarm put-metric-data put-metric-stream set-alarm-state start-metric-streams
    start-o-tel-enrichment start-otel-enrichment stop-metric-streams stop-o-tel-enrichment stop-otel-enrichment tag-resource
    untag-resource wait
""",
    "logs": """
    associate-kms-key associate-source-to-s3-table-integration cancel-export-task cancel-import-task create-delivery
    create-export-task create-import-task create-log-anomaly-detector create-log-group create-log-stream create-lookup-table
    create-scheduled-query delete-account-policy delete-data-protection-policy delete-delivery delete-delivery-destination
    delete-delivery-destination-policy delete-delivery-source delete-destination delete-index-policy delete-integration
    delete-log-anomaly-detector delete-log-group delete-log-stream delete-lookup-table delete-metric-filter
    delete-query-definition delete-resource-policy delete-retention-policy delete-scheduled-query delete-subscription-filter
    delete-syslog-configuration delete-transformer describe-account-policies describe-configuration-templates describe-deliveries
    describe-delivery-destinations describe-delivery-sources describe-destinations describe-export-tasks describe-field-indexes
    describe-import-task-batches describe-import-tasks describe-index-policies describe-log-groups describe-log-streams
    describe-lookup-tables describe-metric-filters describe-queries describe-query-definitions describe-resource-policies
    describe-subscription-filters disassociate-kms-key disassociate-source-from-s3-table-integration filter-log-events
    get-data-protection-policy get-delivery get-delivery-destination get-delivery-destination-policy get-delivery-source
    get-integration get-log-anomaly-detector get-log-events get-log-fields get-log-group-fields get-log-record get-lookup-table
    get-query-results get-scheduled-query get-scheduled-query-history get-storage-tier-policy get-transformer
    list-aggregate-log-group-summaries list-anomalies list-integrations list-log-anomaly-detectors list-log-groups
    list-log-groups-for-query list-scheduled-queries list-sources-for-s3-table-integration list-syslog-configurations
    list-tags-for-resource list-tags-log-group put-account-policy put-bearer-token-authentication put-data-protection-policy
    put-delivery-destination put-delivery-destination-policy put-delivery-source put-destination put-destination-policy
    put-index-policy put-integration put-log-events put-log-group-deletion-protection put-metric-filter put-query-definition
    put-resource-policy put-retention-policy put-storage-tier-policy put-subscription-filter put-syslog-configuration
    put-transformer start-live-tail start-query stop-query tag-log-group tag-resource test-metric-filter test-transformer
    untag-log-group untag-resource update-anomaly update-delivery-configuration update-log-anomaly-detector update-lookup-table
    update-scheduled-query
""",
    "sts": """
    assume-role assume-role-with-saml assume-role-with-web-identity assume-root decode-authorization-message get-access-key-info
    get-caller-identity get-delegated-access-token get-federation-token get-session-token get-web-identity-token
""",
    "elbv2": """
    add-listener-certificates add-tags add-trust-store-revocations create-listener create-load-balancer create-rule
    create-target-group create-trust-store delete-listener delete-load-balancer delete-rule delete-shared-trust-store-association
    delete-target-group delete-trust-store deregister-targets describe-account-limits describe-capacity-reservation
    describe-listener-attributes describe-listener-certificates describe-listeners describe-load-balancer-attributes
    describe-load-balancers describe-rules describe-ssl-policies describe-tags describe-target-group-attributes
    describe-target-groups describe-target-health describe-trust-store-associations describe-trust-store-revocations
    describe-trust-stores get-resource-policy get-trust-store-ca-certificates-bundle get-trust-store-revocation-content
    modify-capacity-reservation modify-ip-pools modify-listener modify-listener-attributes modify-load-balancer-attributes
    modify-rule modify-target-group modify-target-group-attributes modify-trust-store register-targets
    remove-listener-certificates remove-tags remove-trust-store-revocations set-ip-address-type set-rule-priorities
    set-security-groups set-subnets wait
""",
    "rds": """
    add-option-to-option-group add-role-to-db-cluster add-role-to-db-instance add-source-identifier-to-subscription
    add-tags-to-resource apply-pending-maintenance-action authorize-db-security-group-ingress backtrack-db-cluster
    cancel-export-task copy-db-cluster-parameter-group copy-db-cluster-snapshot copy-db-parameter-group copy-db-snapshot
    copy-option-group create-blue-green-deployment create-custom-db-engine-version create-db-cluster create-db-cluster-endpoint
    create-db-cluster-parameter-group create-db-cluster-snapshot create-db-instance create-db-instance-read-replica
    create-db-parameter-group create-db-proxy create-db-proxy-endpoint create-db-security-group create-db-shard-group
    create-db-snapshot create-db-subnet-group create-event-subscription create-global-cluster create-integration
    create-option-group create-tenant-database delete-blue-green-deployment delete-custom-db-engine-version delete-db-cluster
    delete-db-cluster-automated-backup delete-db-cluster-endpoint delete-db-cluster-parameter-group delete-db-cluster-snapshot
    delete-db-instance delete-db-instance-automated-backup delete-db-parameter-group delete-db-proxy delete-db-proxy-endpoint
    delete-db-security-group delete-db-shard-group delete-db-snapshot delete-db-subnet-group delete-event-subscription
    delete-global-cluster delete-integration delete-option-group delete-tenant-database deregister-db-proxy-targets
    describe-account-attributes describe-blue-green-deployments describe-certificates describe-db-cluster-automated-backups
    describe-db-cluster-backtracks describe-db-cluster-endpoints describe-db-cluster-parameter-groups
    describe-db-cluster-parameters describe-db-cluster-snapshot-attributes describe-db-cluster-snapshots describe-db-clusters
    describe-db-engine-versions describe-db-instance-automated-backups describe-db-instances describe-db-log-files
    describe-db-major-engine-versions describe-db-parameter-groups describe-db-parameters describe-db-proxies
    describe-db-proxy-endpoints describe-db-proxy-target-groups describe-db-proxy-targets describe-db-recommendations
    describe-db-security-groups describe-db-shard-groups describe-db-snapshot-attributes describe-db-snapshot-tenant-databases
    describe-db-snapshots describe-db-subnet-groups describe-engine-default-cluster-parameters describe-engine-default-parameters
    describe-event-categories describe-event-subscriptions describe-events describe-export-tasks describe-global-clusters
    describe-integrations describe-option-group-options describe-option-groups describe-orderable-db-instance-options
    describe-pending-maintenance-actions describe-reserved-db-instances describe-reserved-db-instances-offerings
    describe-serverless-v2-platform-versions describe-source-regions describe-tenant-databases
    describe-valid-db-instance-modifications disable-http-endpoint download-db-log-file-portion enable-http-endpoint
    failover-db-cluster failover-global-cluster generate-db-auth-token list-tags-for-resource modify-activity-stream
    modify-certificates modify-current-db-cluster-capacity modify-custom-db-engine-version modify-db-cluster
    modify-db-cluster-endpoint modify-db-cluster-parameter-group modify-db-cluster-snapshot-attribute modify-db-instance
    modify-db-parameter-group modify-db-proxy modify-db-proxy-endpoint modify-db-proxy-target-group modify-db-recommendation
    modify-db-shard-group modify-db-snapshot modify-db-snapshot-attribute modify-db-subnet-group modify-event-subscription
    modify-global-cluster modify-integration modify-tenant-database promote-read-replica promote-read-replica-db-cluster
    purchase-reserved-db-instances-offering reboot-db-cluster reboot-db-instance reboot-db-shard-group register-db-proxy-targets
    remove-from-global-cluster remove-option-from-option-group remove-role-from-db-cluster remove-role-from-db-instance
    remove-source-identifier-from-subscription remove-tags-from-resource reset-db-cluster-parameter-group reset-db-parameter-group
    restore-db-cluster-from-s3 restore-db-cluster-from-snapshot restore-db-cluster-to-point-in-time
    restore-db-instance-from-db-snapshot restore-db-instance-from-s3 restore-db-instance-to-point-in-time
    revoke-db-security-group-ingress start-activity-stream start-db-cluster start-db-instance
    start-db-instance-automated-backups-replication start-export-task stop-activity-stream stop-db-cluster stop-db-instance
    stop-db-instance-automated-backups-replication switchover-blue-green-deployment switchover-global-cluster
    switchover-read-replica wait
""",
    "autoscaling": """
    attach-instances attach-load-balancer-target-groups attach-load-balancers attach-traffic-sources batch-delete-scheduled-action
    batch-put-scheduled-update-group-action cancel-instance-refresh complete-lifecycle-action create-auto-scaling-group
    create-launch-configuration create-or-update-tags delete-auto-scaling-group delete-launch-configuration delete-lifecycle-hook
    delete-notification-configuration delete-policy delete-scheduled-action delete-tags delete-warm-pool describe-account-limits
    describe-adjustment-types describe-auto-scaling-groups describe-auto-scaling-instances
    describe-auto-scaling-notification-types describe-instance-refreshes describe-launch-configurations
    describe-lifecycle-hook-types describe-lifecycle-hooks describe-load-balancer-target-groups describe-load-balancers
    describe-metric-collection-types describe-notification-configurations describe-policies describe-scaling-activities
    describe-scaling-process-types describe-scheduled-actions describe-tags describe-termination-policy-types
    describe-traffic-sources describe-warm-pool detach-instances detach-load-balancer-target-groups detach-load-balancers
    detach-traffic-sources disable-metrics-collection enable-metrics-collection enter-standby execute-policy exit-standby
    get-predictive-scaling-forecast launch-instances put-lifecycle-hook put-notification-configuration put-scaling-policy
    put-scheduled-update-group-action put-warm-pool record-lifecycle-action-heartbeat resume-processes rollback-instance-refresh
    set-desired-capacity set-instance-health set-instance-protection start-instance-refresh suspend-processes
    terminate-instance-in-auto-scaling-group update-auto-scaling-group
""",
    "application-autoscaling": """
    delete-scaling-policy delete-scheduled-action deregister-scalable-target describe-scalable-targets describe-scaling-activities
    describe-scaling-policies describe-scheduled-actions get-predictive-scaling-forecast list-tags-for-resource put-scaling-policy
    put-scheduled-action register-scalable-target tag-resource untag-resource
""",
    "kms": """
    cancel-key-deletion connect-custom-key-store create-alias create-custom-key-store create-grant create-key decrypt delete-alias
    delete-custom-key-store delete-imported-key-material derive-shared-secret describe-custom-key-stores describe-key disable-key
    disable-key-rotation disconnect-custom-key-store enable-key enable-key-rotation encrypt generate-data-key
    generate-data-key-pair generate-data-key-pair-without-plaintext generate-data-key-without-plaintext generate-mac
    generate-random get-key-last-usage get-key-policy get-key-rotation-status get-parameters-for-import get-public-key
    import-key-material list-aliases list-grants list-key-policies list-key-rotations list-keys list-resource-tags
    list-retirable-grants put-key-policy re-encrypt replicate-key retire-grant revoke-grant rotate-key-on-demand
    schedule-key-deletion sign tag-resource untag-resource update-alias update-custom-key-store update-key-description
    update-primary-region verify verify-mac
""",
    "cloudformation": """
    activate-organizations-access activate-type batch-describe-type-configurations cancel-update-stack continue-update-rollback
    create-change-set create-generated-template create-stack create-stack-instances create-stack-refactor create-stack-set
    deactivate-organizations-access deactivate-type delete-change-set delete-generated-template delete-stack
    delete-stack-instances delete-stack-set deploy deregister-type describe-account-limits describe-change-set
    describe-change-set-hooks describe-events describe-generated-template describe-organizations-access describe-publisher
    describe-resource-scan describe-stack-drift-detection-status describe-stack-events describe-stack-instance
    describe-stack-refactor describe-stack-resource describe-stack-resource-drifts describe-stack-resources describe-stack-set
    describe-stack-set-operation describe-stacks describe-type describe-type-registration detect-stack-drift
    detect-stack-resource-drift detect-stack-set-drift estimate-template-cost execute-change-set execute-stack-refactor
    get-generated-template get-hook-result get-stack-policy get-template get-template-summary import-stacks-to-stack-set
    list-change-sets list-exports list-generated-templates list-hook-results list-imports list-resource-scan-related-resources
    list-resource-scan-resources list-resource-scans list-stack-instance-resource-drifts list-stack-instances
    list-stack-refactor-actions list-stack-refactors list-stack-resources list-stack-set-auto-deployment-targets
    list-stack-set-operation-results list-stack-set-operations list-stack-sets list-stacks list-type-registrations
    list-type-versions list-types package publish-type record-handler-progress register-publisher register-type rollback-stack
    set-stack-policy set-type-configuration set-type-default-version signal-resource start-resource-scan stop-stack-set-operation
    test-type update-generated-template update-stack update-stack-instances update-stack-set update-termination-protection
    validate-template wait
""",
    "ecr": """
    batch-check-layer-availability batch-delete-image batch-get-image batch-get-repository-scanning-configuration
    complete-layer-upload create-pull-through-cache-rule create-repository create-repository-creation-template
    delete-lifecycle-policy delete-pull-through-cache-rule delete-registry-policy delete-repository
    delete-repository-creation-template delete-repository-policy delete-signing-configuration
    deregister-pull-time-update-exclusion describe-image-replication-status describe-image-scan-findings
    describe-image-signing-status describe-images describe-pull-through-cache-rules describe-registry describe-repositories
    describe-repository-creation-templates get-account-setting get-authorization-token get-download-url-for-layer
    get-lifecycle-policy get-lifecycle-policy-preview get-login get-login-password get-registry-policy
    get-registry-scanning-configuration get-repository-policy get-signing-configuration initiate-layer-upload list-image-referrers
    list-images list-pull-time-update-exclusions list-tags-for-resource put-account-setting put-image
    put-image-scanning-configuration put-image-tag-mutability put-lifecycle-policy put-registry-policy
    put-registry-scanning-configuration put-replication-configuration put-signing-configuration
    register-pull-time-update-exclusion set-repository-policy start-image-scan start-lifecycle-policy-preview tag-resource
    untag-resource update-image-storage-class update-pull-through-cache-rule update-repository-creation-template upload-layer-part
    validate-pull-through-cache-rule wait
""",
    "acm": """
    add-tags-to-certificate create-acme-domain-validation create-acme-endpoint create-acme-external-account-binding
    delete-acme-domain-validation delete-acme-endpoint delete-acme-external-account-binding delete-certificate
    describe-acme-account describe-acme-domain-validation describe-acme-endpoint describe-acme-external-account-binding
    describe-certificate export-certificate get-account-configuration get-acme-external-account-binding-credentials
    get-certificate import-certificate list-acme-accounts list-acme-domain-validations list-acme-endpoints
    list-acme-external-account-bindings list-certificates list-tags-for-certificate list-tags-for-resource
    put-account-configuration remove-tags-from-certificate renew-certificate request-certificate resend-validation-email
    revoke-acme-account revoke-acme-external-account-binding revoke-certificate search-certificates tag-resource untag-resource
    update-acme-domain-validation update-acme-endpoint update-certificate-options wait
""",
    "service-quotas": """
    associate-service-quota-template create-support-case delete-service-quota-increase-request-from-template
    disassociate-service-quota-template get-association-for-service-quota-template get-auto-management-configuration
    get-aws-default-service-quota get-quota-utilization-report get-requested-service-quota-change get-service-quota
    get-service-quota-increase-request-from-template list-aws-default-service-quotas list-requested-service-quota-change-history
    list-requested-service-quota-change-history-by-quota list-service-quota-increase-requests-in-template list-service-quotas
    list-services list-tags-for-resource put-service-quota-increase-request-into-template request-service-quota-increase
    start-auto-management start-quota-utilization-report stop-auto-management tag-resource untag-resource update-auto-management
""",
    "cloudtrail": """
    add-tags cancel-query create-channel create-dashboard create-event-data-store create-subscription create-trail delete-channel
    delete-dashboard delete-event-data-store delete-resource-policy delete-trail deregister-organization-delegated-admin
    describe-query describe-trails disable-federation enable-federation generate-query get-channel get-dashboard
    get-event-configuration get-event-data-store get-event-selectors get-import get-insight-selectors get-query-results
    get-resource-policy get-trail get-trail-status list-channels list-dashboards list-event-data-stores list-import-failures
    list-imports list-insights-data list-insights-metric-data list-public-keys list-queries list-tags list-trails lookup-events
    put-event-configuration put-event-selectors put-insight-selectors put-resource-policy register-organization-delegated-admin
    remove-tags restore-event-data-store search-sample-queries start-dashboard-refresh start-event-data-store-ingestion
    start-import start-logging start-query stop-event-data-store-ingestion stop-import stop-logging update-channel
    update-dashboard update-event-data-store update-subscription update-trail validate-logs
""",
}
"""Service -> its actions."""

OPTIONS = {
    "acm delete-certificate": """
    certificate-arn
""",
    "acm describe-certificate": """
    certificate-arn
""",
    "acm import-certificate": """
    certificate certificate-arn certificate-chain private-key tags
""",
    "acm list-certificates": """
    certificate-key-pair-origins certificate-statuses includes max-items next-token page-size sort-by sort-order starting-token
""",
    "acm request-certificate": """
    certificate-authority-arn domain-name domain-validation-options idempotency-token key-algorithm managed-by options
    subject-alternative-names tags validation-method
""",
    "autoscaling attach-load-balancer-target-groups": """
    auto-scaling-group-name target-group-arns
""",
    "autoscaling cancel-instance-refresh": """
    auto-scaling-group-name wait-for-transitioning-instances
""",
    "autoscaling create-auto-scaling-group": """
    auto-scaling-group-name availability-zone-distribution availability-zone-ids availability-zone-impairment-policy
    availability-zones capacity-rebalance capacity-reservation-specification context default-cooldown default-instance-warmup
    deletion-protection desired-capacity desired-capacity-type health-check-grace-period health-check-type instance-id
    instance-lifecycle-policy instance-maintenance-policy launch-configuration-name launch-template
    lifecycle-hook-specification-list load-balancer-names max-instance-lifetime max-size min-size mixed-instances-policy
    new-instances-protected-from-scale-in placement-group service-linked-role-arn skip-zonal-shift-validation tags
    target-group-arns termination-policies traffic-sources vpc-zone-identifier
""",
    "autoscaling delete-auto-scaling-group": """
    auto-scaling-group-name force-delete
""",
    "autoscaling delete-policy": """
    auto-scaling-group-name policy-name
""",
    "autoscaling describe-auto-scaling-groups": """
    auto-scaling-group-names filters include-instances max-items max-records next-token page-size starting-token
""",
    "autoscaling describe-instance-refreshes": """
    auto-scaling-group-name instance-refresh-ids max-records next-token
""",
    "autoscaling describe-policies": """
    auto-scaling-group-name max-items max-records next-token page-size policy-names policy-types starting-token
""",
    "autoscaling describe-scaling-activities": """
    activity-ids auto-scaling-group-name filters include-deleted-groups max-items max-records next-token page-size starting-token
""",
    "autoscaling detach-load-balancer-target-groups": """
    auto-scaling-group-name target-group-arns
""",
    "autoscaling put-scaling-policy": """
    adjustment-type auto-scaling-group-name cooldown enabled estimated-instance-warmup metric-aggregation-type
    min-adjustment-magnitude min-adjustment-step policy-name policy-type predictive-scaling-configuration scaling-adjustment
    step-adjustments target-tracking-configuration
""",
    "autoscaling resume-processes": """
    auto-scaling-group-name scaling-processes
""",
    "autoscaling set-desired-capacity": """
    auto-scaling-group-name desired-capacity honor-cooldown
""",
    "autoscaling start-instance-refresh": """
    auto-scaling-group-name desired-configuration preferences strategy
""",
    "autoscaling suspend-processes": """
    auto-scaling-group-name scaling-processes
""",
    "autoscaling terminate-instance-in-auto-scaling-group": """
    instance-id should-decrement-desired-capacity
""",
    "autoscaling update-auto-scaling-group": """
    auto-scaling-group-name availability-zone-distribution availability-zone-ids availability-zone-impairment-policy
    availability-zones capacity-rebalance capacity-reservation-specification context default-cooldown default-instance-warmup
    deletion-protection desired-capacity desired-capacity-type health-check-grace-period health-check-type
    instance-lifecycle-policy instance-maintenance-policy launch-configuration-name launch-template max-instance-lifetime max-size
    min-size mixed-instances-policy new-instances-protected-from-scale-in placement-group service-linked-role-arn
    skip-zonal-shift-validation termination-policies vpc-zone-identifier
""",
    "cloudformation create-change-set": """
    capabilities change-set-name change-set-type client-token deployment-config deployment-mode description disable-validation
    import-existing-resources include-nested-stacks notification-arns on-stack-failure parameters resource-types
    resources-to-import role-arn rollback-configuration stack-name tags template-body template-url use-previous-template
""",
    "cloudformation create-stack": """
    capabilities client-request-token deployment-config disable-rollback disable-validation enable-termination-protection
    notification-arns on-failure parameters resource-types retain-except-on-create role-arn rollback-configuration stack-name
    stack-policy-body stack-policy-url tags template-body template-url timeout-in-minutes
""",
    "cloudformation delete-change-set": """
    change-set-name stack-name
""",
    "cloudformation delete-stack": """
    client-request-token deletion-mode deployment-config retain-resources role-arn stack-name
""",
    "cloudformation describe-change-set": """
    change-set-name include-property-values max-items next-token stack-name starting-token
""",
    "cloudformation describe-stack-events": """
    max-items next-token stack-name starting-token
""",
    "cloudformation describe-stack-resources": """
    logical-resource-id physical-resource-id stack-name
""",
    "cloudformation describe-stacks": """
    max-items next-token stack-name starting-token
""",
    "cloudformation execute-change-set": """
    change-set-name client-request-token disable-rollback retain-except-on-create stack-name
""",
    "cloudformation get-template": """
    change-set-name stack-name template-stage
""",
    "cloudformation list-change-sets": """
    max-items next-token stack-name starting-token
""",
    "cloudformation update-stack": """
    capabilities client-request-token deployment-config disable-rollback disable-validation notification-arns parameters
    resource-types retain-except-on-create role-arn rollback-configuration stack-name stack-policy-body
    stack-policy-during-update-body stack-policy-during-update-url stack-policy-url tags template-body template-url
    use-previous-template
""",
    "cloudformation validate-template": """
    template-body template-url
""",
    "cloudtrail lookup-events": """
    end-time event-category lookup-attributes max-items max-results next-token page-size start-time starting-token
""",
    "cloudwatch delete-alarms": """
    alarm-names
""",
    "cloudwatch describe-alarms": """
    action-prefix alarm-name-prefix alarm-names alarm-types children-of-alarm-name max-items max-records next-token page-size
    parents-of-alarm-name starting-token state-value
""",
    "cloudwatch get-metric-statistics": """
    dimensions end-time extended-statistics metric-name namespace period start-time statistics unit
""",
    "cloudwatch list-metrics": """
    dimensions include-linked-accounts max-items metric-name namespace next-token owning-account recently-active starting-token
""",
    "cloudwatch put-metric-alarm": """
    actions-enabled alarm-actions alarm-description alarm-name comparison-operator datapoints-to-alarm dimensions
    evaluate-low-sample-count-percentile evaluation-criteria evaluation-interval evaluation-periods evaluation-window
    extended-statistic insufficient-data-actions metric-name metrics namespace ok-actions period statistic tags threshold
    threshold-metric-id treat-missing-data unit
""",
    "ec2 allocate-address": """
    address customer-owned-ipv4-pool domain dry-run ipam-pool-id network-border-group public-ipv4-pool tag-specifications
""",
    "ec2 associate-address": """
    allocation-id allow-reassociation dry-run instance-id network-interface-id private-ip-address public-ip
""",
    "ec2 associate-iam-instance-profile": """
    iam-instance-profile instance-id
""",
    "ec2 associate-route-table": """
    dry-run gateway-id public-ipv4-pool route-table-id subnet-id
""",
    "ec2 attach-internet-gateway": """
    dry-run internet-gateway-id vpc-id
""",
    "ec2 attach-volume": """
    device dry-run ebs-card-index instance-id volume-id
""",
    "ec2 authorize-security-group-egress": """
    cidr cidr-ip dry-run from-port group-id group-owner ip-permissions ip-protocol port protocol source-group
    source-security-group-name source-security-group-owner-id tag-specifications to-port
""",
    "ec2 authorize-security-group-ingress": """
    cidr cidr-ip dry-run from-port group-id group-name group-owner ip-permissions ip-protocol port protocol source-group
    source-security-group-name source-security-group-owner-id tag-specifications to-port
""",
    "ec2 cancel-spot-instance-requests": """
    dry-run spot-instance-request-ids
""",
    "ec2 copy-snapshot": """
    completion-duration-minutes description destination-availability-zone destination-outpost-arn destination-region dry-run
    encrypted kms-key-id presigned-url source-region source-snapshot-id tag-specifications
""",
    "ec2 create-image": """
    block-device-mappings description dry-run instance-id name no-reboot reboot snapshot-location tag-specifications
""",
    "ec2 create-internet-gateway": """
    dry-run tag-specifications
""",
    "ec2 create-launch-template": """
    client-token dry-run launch-template-data launch-template-name operator tag-specifications version-description
""",
    "ec2 create-launch-template-version": """
    client-token dry-run launch-template-data launch-template-id launch-template-name resolve-alias source-version
    version-description
""",
    "ec2 create-nat-gateway": """
    allocation-id availability-mode availability-zone-addresses client-token connectivity-type dry-run private-ip-address
    secondary-allocation-ids secondary-private-ip-address-count secondary-private-ip-addresses subnet-id tag-specifications vpc-id
""",
    "ec2 create-network-acl": """
    client-token dry-run tag-specifications vpc-id
""",
    "ec2 create-network-acl-entry": """
    cidr-block dry-run egress icmp-type-code ingress ipv6-cidr-block network-acl-id port-range protocol rule-action rule-number
""",
    "ec2 create-route": """
    carrier-gateway-id core-network-arn destination-cidr-block destination-ipv6-cidr-block destination-prefix-list-id dry-run
    egress-only-internet-gateway-id gateway-id instance-id local-gateway-id nat-gateway-id network-interface-id odb-network-arn
    route-table-id transit-gateway-id vpc-endpoint-id vpc-peering-connection-id
""",
    "ec2 create-route-table": """
    client-token dry-run tag-specifications vpc-id
""",
    "ec2 create-security-group": """
    description dry-run group-name tag-specifications vpc-id
""",
    "ec2 create-snapshot": """
    description dry-run location outpost-arn tag-specifications volume-id
""",
    "ec2 create-subnet": """
    availability-zone availability-zone-id cidr-block dry-run ipv4-ipam-pool-id ipv4-netmask-length ipv6-cidr-block
    ipv6-ipam-pool-id ipv6-native ipv6-netmask-length outpost-arn tag-specifications vpc-id
""",
    "ec2 create-tags": """
    dry-run resources tags
""",
    "ec2 create-volume": """
    availability-zone availability-zone-id client-token dry-run encrypted iops kms-key-id multi-attach-enabled operator
    outpost-arn size snapshot-id tag-specifications throughput volume-initialization-rate volume-type
""",
    "ec2 create-vpc": """
    amazon-provided-ipv6-cidr-block cidr-block dry-run instance-tenancy ipv4-ipam-pool-id ipv4-netmask-length ipv6-cidr-block
    ipv6-cidr-block-network-border-group ipv6-ipam-pool-id ipv6-netmask-length ipv6-pool tag-specifications vpc-encryption-control
""",
    "ec2 create-vpc-endpoint": """
    client-token dns-options dry-run ip-address-type policy-document private-dns-enabled resource-configuration-arn
    route-table-ids security-group-ids service-name service-network-arn service-region subnet-configurations subnet-ids
    tag-specifications vpc-endpoint-type vpc-id
""",
    "ec2 delete-internet-gateway": """
    dry-run internet-gateway-id
""",
    "ec2 delete-launch-template": """
    dry-run launch-template-id launch-template-name
""",
    "ec2 delete-nat-gateway": """
    dry-run nat-gateway-id
""",
    "ec2 delete-network-acl": """
    dry-run network-acl-id
""",
    "ec2 delete-network-acl-entry": """
    dry-run egress ingress network-acl-id rule-number
""",
    "ec2 delete-route": """
    destination-cidr-block destination-ipv6-cidr-block destination-prefix-list-id dry-run route-table-id
""",
    "ec2 delete-route-table": """
    dry-run route-table-id
""",
    "ec2 delete-security-group": """
    dry-run group-id group-name
""",
    "ec2 delete-snapshot": """
    dry-run snapshot-id
""",
    "ec2 delete-subnet": """
    dry-run subnet-id
""",
    "ec2 delete-tags": """
    dry-run resources tags
""",
    "ec2 delete-volume": """
    dry-run volume-id
""",
    "ec2 delete-vpc": """
    dry-run vpc-id
""",
    "ec2 delete-vpc-endpoints": """
    dry-run vpc-endpoint-ids
""",
    "ec2 deregister-image": """
    delete-associated-snapshots dry-run image-id
""",
    "ec2 describe-addresses": """
    allocation-ids dry-run filters public-ips
""",
    "ec2 describe-availability-zones": """
    all-availability-zones dry-run filters zone-ids zone-names
""",
    "ec2 describe-iam-instance-profile-associations": """
    association-ids filters max-items max-results next-token page-size starting-token
""",
    "ec2 describe-images": """
    dry-run executable-users filters image-ids include-deprecated include-disabled max-items max-results next-token owners
    page-size starting-token
""",
    "ec2 describe-instance-status": """
    dry-run filters include-all-instances include-managed-resources instance-ids max-items max-results next-token page-size
    starting-token
""",
    "ec2 describe-instance-types": """
    dry-run filters include-unsupported-in-region instance-types max-items max-results next-token page-size starting-token
""",
    "ec2 describe-instances": """
    dry-run filters include-managed-resources instance-ids max-items max-results next-token page-size starting-token
""",
    "ec2 describe-internet-gateways": """
    dry-run filters internet-gateway-ids max-items max-results next-token page-size starting-token
""",
    "ec2 describe-launch-template-versions": """
    dry-run filters include-managed-resources launch-template-id launch-template-name max-items max-results max-version
    min-version next-token page-size resolve-alias starting-token versions
""",
    "ec2 describe-launch-templates": """
    dry-run filters include-managed-resources launch-template-ids launch-template-names max-items max-results next-token page-size
    starting-token
""",
    "ec2 describe-nat-gateways": """
    dry-run filter max-items max-results nat-gateway-ids next-token page-size starting-token
""",
    "ec2 describe-network-acls": """
    dry-run filters max-items max-results network-acl-ids next-token page-size starting-token
""",
    "ec2 describe-network-interfaces": """
    dry-run filters include-managed-resources max-items max-results network-interface-ids next-token page-size starting-token
""",
    "ec2 describe-prefix-lists": """
    dry-run filters max-items max-results next-token page-size prefix-list-ids starting-token
""",
    "ec2 describe-route-tables": """
    dry-run filters max-items max-results next-token page-size route-table-ids starting-token
""",
    "ec2 describe-security-groups": """
    dry-run filters group-ids group-names max-items max-results next-token page-size starting-token
""",
    "ec2 describe-snapshots": """
    dry-run filters max-items max-results next-token owner-ids page-size restorable-by-user-ids snapshot-ids starting-token
""",
    "ec2 describe-spot-instance-requests": """
    dry-run filters max-items max-results next-token page-size spot-instance-request-ids starting-token
""",
    "ec2 describe-spot-price-history": """
    availability-zone availability-zone-id dry-run end-time filters instance-types max-items max-results next-token page-size
    product-descriptions start-time starting-token
""",
    "ec2 describe-subnets": """
    dry-run filters max-items max-results next-token page-size starting-token subnet-ids
""",
    "ec2 describe-volumes": """
    dry-run filters include-managed-resources max-items max-results next-token page-size starting-token volume-ids
""",
    "ec2 describe-volumes-modifications": """
    dry-run filters include-managed-resources max-items max-results next-token page-size starting-token volume-ids
""",
    "ec2 describe-vpc-endpoint-services": """
    dry-run filters max-items max-results next-token page-size service-names service-regions starting-token
""",
    "ec2 describe-vpc-endpoints": """
    dry-run filters max-items max-results next-token page-size starting-token vpc-endpoint-ids
""",
    "ec2 describe-vpcs": """
    dry-run filters max-items max-results next-token page-size starting-token vpc-ids
""",
    "ec2 detach-internet-gateway": """
    dry-run internet-gateway-id vpc-id
""",
    "ec2 detach-volume": """
    device dry-run force instance-id volume-id
""",
    "ec2 disassociate-address": """
    association-id dry-run public-ip
""",
    "ec2 disassociate-iam-instance-profile": """
    association-id
""",
    "ec2 disassociate-route-table": """
    association-id dry-run
""",
    "ec2 modify-instance-attribute": """
    attribute block-device-mappings disable-api-stop disable-api-termination dry-run ebs-optimized ena-support enclave-options
    groups instance-id instance-initiated-shutdown-behavior instance-type kernel ramdisk source-dest-check sriov-net-support
    user-data value
""",
    "ec2 modify-launch-template": """
    client-token default-version dry-run launch-template-id launch-template-name
""",
    "ec2 modify-subnet-attribute": """
    assign-ipv6-address-on-creation customer-owned-ipv4-pool disable-lni-at-device-index enable-dns64 enable-lni-at-device-index
    enable-resource-name-dns-a-record-on-launch enable-resource-name-dns-aaaa-record-on-launch map-customer-owned-ip-on-launch
    map-public-ip-on-launch private-dns-hostname-type-on-launch subnet-id
""",
    "ec2 modify-volume": """
    dry-run iops multi-attach-enabled size throughput volume-id volume-type
""",
    "ec2 modify-vpc-attribute": """
    enable-dns-hostnames enable-dns-support enable-network-address-usage-metrics vpc-id
""",
    "ec2 modify-vpc-endpoint": """
    add-route-table-ids add-security-group-ids add-subnet-ids dns-options dry-run ip-address-type policy-document
    private-dns-enabled remove-route-table-ids remove-security-group-ids remove-subnet-ids reset-policy subnet-configurations
    vpc-endpoint-id
""",
    "ec2 reboot-instances": """
    dry-run instance-ids
""",
    "ec2 register-image": """
    architecture billing-products block-device-mappings boot-mode description dry-run ena-support image-location imds-support
    kernel-id name ramdisk-id root-device-name sriov-net-support tag-specifications tpm-support uefi-data virtualization-type
""",
    "ec2 release-address": """
    allocation-id dry-run network-border-group public-ip
""",
    "ec2 replace-iam-instance-profile-association": """
    association-id iam-instance-profile
""",
    "ec2 replace-network-acl-association": """
    association-id dry-run network-acl-id
""",
    "ec2 replace-network-acl-entry": """
    cidr-block dry-run egress icmp-type-code ingress ipv6-cidr-block network-acl-id port-range protocol rule-action rule-number
""",
    "ec2 replace-route": """
    carrier-gateway-id core-network-arn destination-cidr-block destination-ipv6-cidr-block destination-prefix-list-id dry-run
    egress-only-internet-gateway-id gateway-id instance-id local-gateway-id local-target nat-gateway-id network-interface-id
    odb-network-arn route-table-id transit-gateway-id vpc-endpoint-id vpc-peering-connection-id
""",
    "ec2 replace-route-table-association": """
    association-id dry-run route-table-id
""",
    "ec2 revoke-security-group-egress": """
    cidr cidr-ip dry-run from-port group-id group-owner ip-permissions ip-protocol port protocol security-group-rule-ids
    source-group source-security-group-name source-security-group-owner-id to-port
""",
    "ec2 revoke-security-group-ingress": """
    cidr cidr-ip dry-run from-port group-id group-name group-owner ip-permissions ip-protocol port protocol
    security-group-rule-ids source-group source-security-group-name source-security-group-owner-id to-port
""",
    "ec2 run-instances": """
    additional-info associate-public-ip-address block-device-mappings capacity-reservation-specification client-token count
    cpu-options credit-specification disable-api-stop disable-api-termination dry-run ebs-optimized elastic-gpu-specification
    elastic-inference-accelerators enable-api-termination enable-primary-ipv6 enclave-options hibernation-options
    iam-instance-profile image-id instance-initiated-shutdown-behavior instance-market-options instance-type ipv6-address-count
    ipv6-addresses kernel-id key-name launch-template license-specifications maintenance-options metadata-options monitoring
    network-interfaces network-performance-options operator placement private-dns-name-options private-ip-address ramdisk-id
    secondary-interfaces secondary-private-ip-address-count secondary-private-ip-addresses security-group-ids security-groups
    subnet-id tag-specifications user-data
""",
    "ec2 start-instances": """
    additional-info dry-run instance-ids
""",
    "ec2 stop-instances": """
    dry-run force hibernate instance-ids skip-os-shutdown
""",
    "ec2 terminate-instances": """
    dry-run force instance-ids skip-os-shutdown
""",
    "elbv2 create-listener": """
    alpn-policy certificates default-actions load-balancer-arn mutual-authentication port protocol ssl-policy tags
""",
    "elbv2 create-load-balancer": """
    customer-owned-ipv4-pool enable-prefix-for-ipv6-source-nat ip-address-type ipam-pools name scheme security-groups
    subnet-mappings subnets tags type
""",
    "elbv2 create-target-group": """
    health-check-enabled health-check-interval-seconds health-check-path health-check-port health-check-protocol
    health-check-timeout-seconds healthy-threshold-count ip-address-type matcher name port protocol protocol-version tags
    target-control-port target-type unhealthy-threshold-count vpc-id
""",
    "elbv2 delete-listener": """
    listener-arn
""",
    "elbv2 delete-load-balancer": """
    load-balancer-arn
""",
    "elbv2 delete-target-group": """
    target-group-arn
""",
    "elbv2 deregister-targets": """
    target-group-arn targets
""",
    "elbv2 describe-listeners": """
    listener-arns load-balancer-arn marker max-items page-size starting-token
""",
    "elbv2 describe-load-balancer-attributes": """
    load-balancer-arn
""",
    "elbv2 describe-load-balancers": """
    load-balancer-arns marker max-items names page-size starting-token
""",
    "elbv2 describe-target-group-attributes": """
    target-group-arn
""",
    "elbv2 describe-target-groups": """
    load-balancer-arn marker max-items names page-size starting-token target-group-arns
""",
    "elbv2 describe-target-health": """
    include target-group-arn targets
""",
    "elbv2 modify-listener": """
    alpn-policy certificates default-actions listener-arn mutual-authentication port protocol ssl-policy
""",
    "elbv2 modify-load-balancer-attributes": """
    attributes load-balancer-arn
""",
    "elbv2 modify-target-group": """
    health-check-enabled health-check-interval-seconds health-check-path health-check-port health-check-protocol
    health-check-timeout-seconds healthy-threshold-count matcher target-group-arn unhealthy-threshold-count
""",
    "elbv2 modify-target-group-attributes": """
    attributes target-group-arn
""",
    "elbv2 register-targets": """
    target-group-arn targets
""",
    "elbv2 set-security-groups": """
    enforce-security-group-inbound-rules-on-private-link-traffic load-balancer-arn security-groups
""",
    "elbv2 set-subnets": """
    enable-prefix-for-ipv6-source-nat ip-address-type load-balancer-arn subnet-mappings subnets
""",
    "iam add-role-to-instance-profile": """
    instance-profile-name role-name
""",
    "iam attach-role-policy": """
    policy-arn role-name
""",
    "iam create-instance-profile": """
    instance-profile-name path tags
""",
    "iam create-role": """
    assume-role-policy-document description max-session-duration path permissions-boundary role-name tags
""",
    "iam delete-instance-profile": """
    instance-profile-name
""",
    "iam delete-role": """
    role-name
""",
    "iam detach-role-policy": """
    policy-arn role-name
""",
    "iam get-role": """
    role-name
""",
    "iam list-attached-role-policies": """
    marker max-items page-size path-prefix role-name starting-token
""",
    "iam list-instance-profiles": """
    marker max-items page-size path-prefix starting-token
""",
    "iam list-roles": """
    marker max-items page-size path-prefix starting-token
""",
    "iam remove-role-from-instance-profile": """
    instance-profile-name role-name
""",
    "iam update-assume-role-policy": """
    policy-document role-name
""",
    "rds copy-db-snapshot": """
    copy-option-group copy-tags kms-key-id option-group-name pre-signed-url snapshot-availability-zone snapshot-target
    source-db-snapshot-identifier source-region tags target-custom-availability-zone target-db-snapshot-identifier
""",
    "rds create-db-instance": """
    additional-storage-volumes allocated-storage auto-minor-version-upgrade availability-zone backup-retention-period
    backup-target ca-certificate-identifier character-set-name copy-tags-to-snapshot custom-iam-instance-profile
    database-insights-mode db-cluster-identifier db-instance-class db-instance-identifier db-name db-parameter-group-name
    db-security-groups db-subnet-group-name db-system-id dedicated-log-volume deletion-protection domain domain-auth-secret-arn
    domain-dns-ips domain-fqdn domain-iam-role-name domain-ou enable-cloudwatch-logs-exports enable-customer-owned-ip
    enable-iam-database-authentication enable-performance-insights engine engine-lifecycle-support engine-version iops kms-key-id
    license-model manage-master-user-password master-user-authentication-type master-user-password master-user-secret-kms-key-id
    master-username max-allocated-storage monitoring-interval monitoring-role-arn multi-az multi-tenant nchar-character-set-name
    network-type option-group-name performance-insights-kms-key-id performance-insights-retention-period port
    preferred-backup-window preferred-maintenance-window processor-features promotion-tier publicly-accessible storage-encrypted
    storage-throughput storage-type tag-specifications tags tde-credential-arn tde-credential-password timezone
    vpc-security-group-ids
""",
    "rds create-db-snapshot": """
    db-instance-identifier db-snapshot-identifier tags
""",
    "rds create-db-subnet-group": """
    db-subnet-group-description db-subnet-group-name subnet-ids tags
""",
    "rds delete-db-instance": """
    db-instance-identifier delete-automated-backups final-db-snapshot-identifier skip-final-snapshot
""",
    "rds delete-db-snapshot": """
    db-snapshot-identifier
""",
    "rds delete-db-subnet-group": """
    db-subnet-group-name
""",
    "rds describe-db-instances": """
    db-instance-identifier filters marker max-items max-records page-size starting-token
""",
    "rds describe-db-snapshots": """
    db-instance-identifier db-snapshot-identifier dbi-resource-id filters include-public include-shared marker max-items
    max-records page-size snapshot-type starting-token
""",
    "rds describe-db-subnet-groups": """
    db-subnet-group-name filters marker max-items max-records page-size starting-token
""",
    "rds describe-events": """
    duration end-time event-categories filters marker max-items max-records page-size source-identifier source-type start-time
    starting-token
""",
    "rds describe-pending-maintenance-actions": """
    filters marker max-items max-records page-size resource-identifier starting-token
""",
    "rds modify-db-instance": """
    additional-storage-volumes allocated-storage allow-major-version-upgrade apply-immediately auto-minor-version-upgrade
    automation-mode aws-backup-recovery-point-arn backup-retention-period ca-certificate-identifier certificate-rotation-restart
    cloudwatch-logs-export-configuration copy-tags-to-snapshot database-insights-mode db-instance-class db-instance-identifier
    db-parameter-group-name db-port-number db-security-groups db-subnet-group-name dedicated-log-volume deletion-protection
    disable-domain domain domain-auth-secret-arn domain-dns-ips domain-fqdn domain-iam-role-name domain-ou
    enable-customer-owned-ip enable-iam-database-authentication enable-performance-insights engine engine-lifecycle-support
    engine-version iops license-model manage-master-user-password master-user-authentication-type master-user-password
    master-user-secret-kms-key-id max-allocated-storage monitoring-interval monitoring-role-arn multi-az multi-tenant network-type
    new-db-instance-identifier option-group-name performance-insights-kms-key-id performance-insights-retention-period
    preferred-backup-window preferred-maintenance-window processor-features promotion-tier publicly-accessible replica-mode
    resume-full-automation-mode-minutes rotate-master-user-password storage-throughput storage-type tag-specifications
    tde-credential-arn tde-credential-password use-default-processor-features vpc-security-group-ids
""",
    "rds modify-db-subnet-group": """
    db-subnet-group-description db-subnet-group-name subnet-ids
""",
    "rds reboot-db-instance": """
    db-instance-identifier force-failover
""",
    "rds restore-db-instance-from-db-snapshot": """
    additional-storage-volumes allocated-storage auto-minor-version-upgrade availability-zone backup-retention-period
    backup-target ca-certificate-identifier copy-tags-to-snapshot custom-iam-instance-profile db-cluster-snapshot-identifier
    db-instance-class db-instance-identifier db-name db-parameter-group-name db-snapshot-identifier db-subnet-group-name
    dedicated-log-volume deletion-protection domain domain-auth-secret-arn domain-dns-ips domain-fqdn domain-iam-role-name
    domain-ou enable-cloudwatch-logs-exports enable-customer-owned-ip enable-iam-database-authentication engine
    engine-lifecycle-support iops license-model manage-master-user-password master-user-secret-kms-key-id multi-az network-type
    option-group-name port preferred-backup-window processor-features publicly-accessible storage-throughput storage-type
    tag-specifications tags tde-credential-arn tde-credential-password use-default-processor-features vpc-security-group-ids
""",
    "rds restore-db-instance-to-point-in-time": """
    additional-storage-volumes allocated-storage auto-minor-version-upgrade availability-zone backup-retention-period
    backup-target ca-certificate-identifier copy-tags-to-snapshot custom-iam-instance-profile db-instance-class db-name
    db-parameter-group-name db-subnet-group-name dedicated-log-volume deletion-protection domain domain-auth-secret-arn
    domain-dns-ips domain-fqdn domain-iam-role-name domain-ou enable-cloudwatch-logs-exports enable-customer-owned-ip
    enable-iam-database-authentication engine engine-lifecycle-support iops license-model manage-master-user-password
    master-user-secret-kms-key-id max-allocated-storage multi-az network-type option-group-name port preferred-backup-window
    processor-features publicly-accessible restore-time source-db-instance-automated-backups-arn source-db-instance-identifier
    source-dbi-resource-id storage-throughput storage-type tag-specifications tags target-db-instance-identifier
    tde-credential-arn tde-credential-password use-default-processor-features use-latest-restorable-time vpc-security-group-ids
""",
    "rds start-db-instance": """
    db-instance-identifier
""",
    "rds stop-db-instance": """
    db-instance-identifier db-snapshot-identifier
""",
    "s3api create-bucket": """
    acl bucket bucket-namespace create-bucket-configuration grant-full-control grant-read grant-read-acp grant-write
    grant-write-acp object-lock-enabled-for-bucket object-ownership
""",
    "s3api delete-bucket": """
    bucket expected-bucket-owner
""",
    "s3api delete-object": """
    bucket bypass-governance-retention expected-bucket-owner if-match if-match-last-modified-time if-match-size key mfa
    request-payer version-id
""",
    "s3api list-buckets": """
    bucket-region continuation-token max-buckets max-items page-size prefix starting-token
""",
    "s3api list-objects-v2": """
    bucket continuation-token delimiter encoding-type expected-bucket-owner fetch-owner max-items max-keys
    optional-object-attributes page-size prefix request-payer start-after starting-token
""",
    "s3api put-object": """
    acl body bucket bucket-key-enabled cache-control checksum-algorithm checksum-crc32 checksum-crc32-c checksum-crc64-nvme
    checksum-md5 checksum-sha1 checksum-sha256 checksum-sha512 checksum-xxhash128 checksum-xxhash3 checksum-xxhash64
    content-disposition content-encoding content-language content-length content-md5 content-type expected-bucket-owner expires
    grant-full-control grant-read grant-read-acp grant-write-acp if-match if-none-match key metadata object-lock-legal-hold-status
    object-lock-mode object-lock-retain-until-date request-payer server-side-encryption sse-customer-algorithm sse-customer-key
    sse-customer-key-md5 ssekms-encryption-context ssekms-key-id storage-class tagging website-redirect-location
    write-offset-bytes
""",
    "sagemaker create-endpoint": """
    deployment-config endpoint-config-name endpoint-name tags
""",
    "sagemaker create-endpoint-config": """
    async-inference-config data-capture-config enable-network-isolation endpoint-config-name execution-role-arn explainer-config
    kms-key-id metrics-config production-variants shadow-production-variants tags vpc-config
""",
    "sagemaker create-model": """
    containers enable-network-isolation execution-role-arn inference-execution-config model-name primary-container tags vpc-config
""",
    "sagemaker create-training-job": """
    algorithm-specification checkpoint-config debug-hook-config debug-rule-configurations
    enable-inter-container-traffic-encryption enable-managed-spot-training enable-network-isolation environment experiment-config
    hyper-parameters infra-check-config input-data-config mlflow-config model-package-config output-data-config profiler-config
    profiler-rule-configurations remote-debug-config resource-config retry-strategy role-arn serverless-job-config
    session-chaining-config stopping-condition tags tensor-board-output-config training-job-name vpc-config
""",
    "sagemaker delete-endpoint": """
    endpoint-name
""",
    "sagemaker delete-endpoint-config": """
    endpoint-config-name
""",
    "sagemaker delete-model": """
    model-name
""",
    "sagemaker describe-endpoint": """
    endpoint-name
""",
    "sagemaker describe-endpoint-config": """
    endpoint-config-name
""",
    "sagemaker describe-model": """
    model-name
""",
    "sagemaker describe-training-job": """
    training-job-name
""",
    "sagemaker list-endpoints": """
    creation-time-after creation-time-before last-modified-time-after last-modified-time-before max-items max-results
    name-contains next-token page-size sort-by sort-order starting-token status-equals
""",
    "sagemaker list-training-jobs": """
    creation-time-after creation-time-before last-modified-time-after last-modified-time-before max-items max-results
    name-contains next-token page-size sort-by sort-order starting-token status-equals training-plan-arn-equals
    warm-pool-status-equals
""",
    "sagemaker stop-training-job": """
    training-job-name
""",
    "sagemaker-runtime invoke-endpoint": """
    accept body content-type custom-attributes enable-explanations endpoint-name inference-component-name inference-id outfile
    session-id target-container-hostname target-model target-variant
""",
    "service-quotas get-aws-default-service-quota": """
    quota-code service-code
""",
    "service-quotas get-requested-service-quota-change": """
    request-id
""",
    "service-quotas get-service-quota": """
    context-id quota-code service-code
""",
    "service-quotas list-requested-service-quota-change-history": """
    max-items max-results next-token page-size quota-requested-at-level service-code starting-token status
""",
    "service-quotas list-service-quotas": """
    max-items max-results next-token page-size quota-applied-at-level quota-code service-code starting-token
""",
    "service-quotas list-services": """
    max-items max-results next-token page-size starting-token
""",
    "service-quotas request-service-quota-increase": """
    context-id desired-value quota-code service-code support-case-allowed
""",
    "ssm create-maintenance-window": """
    allow-unassociated-targets client-token cutoff description duration end-date name schedule schedule-offset schedule-timezone
    start-date tags
""",
    "ssm create-patch-baseline": """
    approval-rules approved-patches approved-patches-compliance-level approved-patches-enable-non-security
    available-security-updates-compliance-status client-token description global-filters name operating-system rejected-patches
    rejected-patches-action sources tags
""",
    "ssm delete-maintenance-window": """
    window-id
""",
    "ssm delete-patch-baseline": """
    baseline-id
""",
    "ssm deregister-target-from-maintenance-window": """
    safe window-id window-target-id
""",
    "ssm deregister-task-from-maintenance-window": """
    window-id window-task-id
""",
    "ssm describe-instance-information": """
    filters instance-information-filter-list max-items max-results next-token page-size starting-token
""",
    "ssm describe-instance-patch-states": """
    instance-ids max-items max-results next-token page-size starting-token
""",
    "ssm describe-instance-patches": """
    filters instance-id max-items max-results next-token page-size starting-token
""",
    "ssm describe-maintenance-window-executions": """
    filters max-items max-results next-token page-size starting-token window-id
""",
    "ssm describe-maintenance-window-targets": """
    filters max-items max-results next-token page-size starting-token window-id
""",
    "ssm describe-maintenance-window-tasks": """
    filters max-items max-results next-token page-size starting-token window-id
""",
    "ssm describe-maintenance-windows": """
    filters max-items max-results next-token page-size starting-token
""",
    "ssm describe-patch-baselines": """
    filters max-items max-results next-token page-size starting-token
""",
    "ssm get-command-invocation": """
    command-id instance-id plugin-name
""",
    "ssm get-maintenance-window": """
    window-id
""",
    "ssm get-patch-baseline": """
    baseline-id
""",
    "ssm list-command-invocations": """
    command-id details filters instance-id max-items max-results next-token page-size starting-token
""",
    "ssm register-default-patch-baseline": """
    baseline-id
""",
    "ssm register-target-with-maintenance-window": """
    client-token description name owner-information resource-type targets window-id
""",
    "ssm register-task-with-maintenance-window": """
    alarm-configuration client-token cutoff-behavior description logging-info max-concurrency max-errors name priority
    service-role-arn targets task-arn task-invocation-parameters task-parameters task-type window-id
""",
    "ssm send-command": """
    alarm-configuration cloud-watch-output-config comment document-hash document-hash-type document-name document-version
    instance-ids max-concurrency max-errors notification-config output-s3-bucket-name output-s3-key-prefix output-s3-region
    parameters service-role-arn targets timeout-seconds
""",
    "ssm update-maintenance-window": """
    allow-unassociated-targets cutoff description duration enabled end-date name replace schedule schedule-offset
    schedule-timezone start-date window-id
""",
    "ssm update-patch-baseline": """
    approval-rules approved-patches approved-patches-compliance-level approved-patches-enable-non-security
    available-security-updates-compliance-status baseline-id description global-filters name rejected-patches
    rejected-patches-action replace sources
""",
    "sts get-caller-identity": """

""",
}
"""`service action` -> its options (without the `--no-` forms), for every action that is modelled."""
