//! The long tail: APIs of which only the name is particular.

use super::{Api, Caller, Kind};

/// Names by service, separated by spaces, the more common services first.
const NAMES: &[(&str, &str)] = &[
    (
        "ec2",
        "DescribeRouteTables DescribeAddresses DescribeKeyPairs DescribeVpcEndpoints \
         DescribeLaunchTemplates DescribeInternetGateways DescribeNatGateways DescribeRegions \
         DescribeAvailabilityZones DescribeVpcAttribute DescribeNetworkAcls DescribeDhcpOptions \
         DescribeInstanceTypes DescribeInstanceAttribute DescribeVolumeStatus DescribeFlowLogs \
         DescribePrefixLists DescribeTransitGateways DescribeSpotPriceHistory GetConsoleOutput \
         GetEbsEncryptionByDefault CreateVolume DeleteVolume AttachVolume DetachVolume \
         ModifyInstanceAttribute ModifyVolume CreateSecurityGroup DeleteSecurityGroup CreateImage \
         DeregisterImage AllocateAddress AssociateAddress CreateLaunchTemplateVersion \
         CreateKeyPair DeleteKeyPair RebootInstances CreateVpcEndpoint ModifySnapshotAttribute \
         CreateRoute DeleteTags",
    ),
    (
        "iam",
        "GetUser ListUsers ListAccessKeys GetPolicy GetPolicyVersion ListAttachedRolePolicies \
         ListRolePolicies ListPolicies ListInstanceProfiles GetInstanceProfile ListMFADevices \
         ListGroupsForUser GetLoginProfile GetAccessKeyLastUsed ListSAMLProviders CreateRole \
         DeleteRole DeleteAccessKey UpdateAccessKey AttachRolePolicy DetachRolePolicy \
         PutRolePolicy CreatePolicyVersion TagRole CreateInstanceProfile UpdateAssumeRolePolicy \
         DeleteUser CreateLoginProfile",
    ),
    (
        "rds",
        "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBParameterGroups \
         DescribeEvents DescribePendingMaintenanceActions ListTagsForResource CreateDBSnapshot \
         DeleteDBSnapshot ModifyDBInstance StartDBCluster StopDBCluster",
    ),
    (
        "lambda",
        "ListFunctions20150331 GetPolicy20150331v2 ListTags20170331 ListEventSourceMappings20150331 \
         ListVersionsByFunction20150331 GetFunctionConfiguration20150331v2 \
         UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 \
         PublishVersion20150331 AddPermission20150331v2 CreateFunction20150331",
    ),
    (
        "ecs",
        "DescribeClusters DescribeTaskDefinition ListServices ListTasks \
         DescribeContainerInstances ListTaskDefinitions StopTask UpdateService \
         DeregisterTaskDefinition TagResource CreateService",
    ),
    (
        "elasticloadbalancing",
        "DescribeListeners DescribeRules DescribeTargetGroups DescribeLoadBalancerAttributes \
         DescribeTags DescribeTargetGroupAttributes DeregisterTargets ModifyListener CreateRule \
         SetRulePriorities",
    ),
    (
        "cloudformation",
        "DescribeStackEvents ListStackResources GetTemplate DescribeStackResources ListStacks \
         DescribeChangeSet ExecuteChangeSet CreateStack UpdateStack DeleteChangeSet",
    ),
    (
        "monitoring",
        "DescribeAlarmHistory DescribeAlarmsForMetric ListDashboards GetDashboard ListMetrics \
         PutMetricAlarm DeleteAlarms PutDashboard SetAlarmState",
    ),
    (
        "dynamodb",
        "ListTables DescribeTimeToLive DescribeContinuousBackups DescribeLimits ListBackups \
         CreateTable UpdateTable CreateBackup DeleteBackup TagResource",
    ),
    (
        "s3",
        "GetBucketVersioning GetBucketTagging GetBucketEncryption GetBucketLifecycle \
         GetBucketLogging GetBucketPublicAccessBlock GetAccountPublicAccessBlock \
         PutBucketPolicy PutBucketLifecycle PutBucketTagging CreateBucket",
    ),
    (
        "logs",
        "DescribeMetricFilters DescribeSubscriptionFilters GetQueryResults ListTagsLogGroup \
         DescribeResourcePolicies PutRetentionPolicy CreateLogGroup StartQuery DeleteLogStream",
    ),
    (
        "ecr",
        "DescribeRepositories DescribeImages GetDownloadUrlForLayer BatchCheckLayerAvailability \
         ListImages InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage \
         BatchDeleteImage",
    ),
    (
        "eks",
        "ListClusters ListNodegroups DescribeNodegroup ListAddons DescribeAddon \
         UpdateNodegroupVersion CreateAddon TagResource",
    ),
    (
        "sns",
        "ListTopics GetTopicAttributes ListSubscriptionsByTopic GetSubscriptionAttributes \
         Subscribe CreateTopic SetTopicAttributes",
    ),
    ("sqs", "ListQueues GetQueueUrl ListQueueTags CreateQueue SetQueueAttributes PurgeQueue"),
    (
        "kms",
        "ListKeys ListAliases DescribeKey GetKeyPolicy GetKeyRotationStatus ListGrants \
         RetireGrant CreateAlias ScheduleKeyDeletion",
    ),
    (
        "secretsmanager",
        "ListSecrets DescribeSecret ListSecretVersionIds PutSecretValue RotateSecret CreateSecret \
         UpdateSecret",
    ),
    (
        "route53",
        "ListHostedZones GetHostedZone GetChange ListHealthChecks ChangeResourceRecordSets \
         CreateHealthCheck",
    ),
    (
        "codebuild",
        "BatchGetProjects BatchGetBuilds ListBuildsForProject ListProjects StopBuild \
         UpdateProject",
    ),
    (
        "config",
        "DescribeConfigRules DescribeConfigurationRecorders GetResourceConfigHistory \
         DescribeComplianceByConfigRule PutEvaluations StartConfigRulesEvaluation",
    ),
    (
        "glue",
        "GetTable GetTables GetDatabases GetPartitions GetJobRun GetCrawler StartJobRun \
         UpdateTable CreatePartition",
    ),
    ("athena", "GetQueryExecution ListWorkGroups GetWorkGroup StopQueryExecution"),
    ("cloudtrail", "DescribeTrails GetTrailStatus GetEventSelectors LookupEvents ListTrails"),
    (
        "application-autoscaling",
        "DescribeScalableTargets DescribeScalingPolicies RegisterScalableTarget",
    ),
    (
        "elasticache",
        "DescribeCacheClusters DescribeReplicationGroups ModifyCacheCluster CreateSnapshot",
    ),
    ("cloudfront", "ListDistributions GetDistribution GetDistributionConfig CreateInvalidation"),
    ("organizations", "ListAccounts DescribeOrganization ListRoots"),
    ("guardduty", "ListDetectors GetDetector ListFindings UpdateDetector"),
    ("backup", "ListBackupPlans ListRecoveryPointsByBackupVault StartBackupJob"),
    ("acm", "ListCertificates DescribeCertificate RequestCertificate"),
    ("wafv2", "ListWebACLs GetWebACL UpdateWebACL"),
    ("kinesis", "DescribeStreamSummary ListShards UpdateShardCount"),
    ("es", "DescribeElasticsearchDomains ListDomainNames UpdateElasticsearchDomainConfig"),
];

/// Returns the long tail, the services mixed so that any beginning of it is varied.
pub(super) fn apis() -> Vec<Api<'static>> {
    let mut services: Vec<_> =
        NAMES.iter().map(|(service, names)| (*service, names.split_whitespace())).collect();
    let mut apis = Vec::new();
    loop {
        let before = apis.len();
        for (service, names) in &mut services {
            if let Some(name) = names.next() {
                apis.push(plain(service, name, apis.len()));
            }
        }
        if apis.len() == before {
            return apis;
        }
    }
}

/// Returns an API with the usual parameters of its verb.
fn plain(service: &'static str, name: &'static str, rank: usize) -> Api<'static> {
    let starts = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
    let is_read = starts(&["Describe", "List", "Get", "BatchGet", "BatchCheck", "Lookup"]);
    let (request, response) = if starts(&["Describe"]) {
        (
            r#"{"filterSet":{"items":[{"name":"tag:Service","valueSet":{"items":[{"value":"$word"}]}}]},"maxResults":100,"nextToken":"$base120="}"#,
            "null",
        )
    } else if starts(&["List"]) {
        (r#"{"maxResults":50,"nextToken":"$base120="}"#, "null")
    } else if is_read {
        (r#"{"$nounName":"$word-$small","includeDetails":true}"#, "null")
    } else if starts(&["Create", "Allocate", "Request", "Register", "Put", "Publish", "Add"]) {
        (
            r#"{"$nounName":"$word-$small","clientToken":"$uuid","description":"Managed by the platform pipeline","tags":[{"key":"Service","value":"$word"},{"key":"Owner","value":"platform"},{"key":"Revision","value":"$hex40"}]}"#,
            r#"{"$noun":{"$nounId":"$hex17","$nounArn":"arn:aws:$service:$region:$account:$word/$hex17","$nounName":"$word-$small","status":"CREATING","creationTime":"$time"}}"#,
        )
    } else if starts(&["Delete", "Deregister", "Detach", "Retire", "Schedule", "Purge"]) {
        (
            r#"{"$nounName":"$word-$small","$nounId":"$hex17","force":false}"#,
            r#"{"requestId":"$uuid","_return":true}"#,
        )
    } else {
        (
            r#"{"$nounName":"$word-$small","$nounId":"$hex17","configuration":{"enabled":true,"revision":$int,"checksum":"$hex64"},"clientRequestToken":"$uuid"}"#,
            r#"{"$noun":{"$nounId":"$hex17","$nounArn":"arn:aws:$service:$region:$account:$word/$hex17","status":"UPDATING","lastModified":"$time","revision":$int}}"#,
        )
    };
    Api {
        service,
        name,
        kind: if is_read { Kind::Read } else { Kind::Write },
        // Falls with the rank as in life, writes to a fifth of that of reads.
        weight: 90.0 / (rank as f64 + 15.0) * if is_read { 1.0 } else { 0.2 },
        caller: if rank.is_multiple_of(3) { Caller::Console } else { Caller::Tool },
        request,
        response,
        resources: "",
    }
}
