//! Scanners: sweeps over all resources that come every day, at another time each day.

use crate::account::calendar::DAY;
use crate::account::ledger::{Ledger, Target};
use crate::account::people::{PAGES, targets};
use crate::account::place::{FAR, GLOBAL, HOME, SECOND, region_of};
use crate::account::series::Kind;
use crate::random::Random;
use crate::rounded;

/// What only scanners ask for: service and APIs, separated by spaces.
const MORE: [(&str, &str); 22] = [
    (
        "ec2",
        "DescribeFlowLogs DescribeSnapshots DescribeInternetGateways GetEbsEncryptionByDefault",
    ),
    ("iam", "GetAccountPasswordPolicy GenerateCredentialReport GetCredentialReport"),
    ("iam", "ListInstanceProfiles ListRolePolicies GetAccountAuthorizationDetails"),
    ("s3", "GetBucketEncryption GetBucketLogging GetBucketPolicy GetBucketLifecycle"),
    ("acm", "ListCertificates DescribeCertificate"),
    ("backup", "ListBackupPlans ListBackupVaults"),
    ("config", "DescribeConfigurationRecorders DescribeConfigRules"),
    ("ecr", "DescribeRepositories GetLifecyclePolicy"),
    ("elasticache", "DescribeCacheClusters DescribeReplicationGroups"),
    ("es", "ListDomainNames DescribeElasticsearchDomains"),
    ("kinesis", "ListStreams DescribeStreamSummary"),
    ("redshift", "DescribeClusters DescribeClusterParameters"),
    ("sns", "ListTopics GetTopicAttributes ListSubscriptionsByTopic"),
    ("sqs", "ListQueues GetQueueAttributes"),
    ("wafv2", "ListWebACLs"),
    ("autoscaling", "DescribeAutoScalingGroups DescribeLaunchConfigurations"),
    ("apigateway", "GetRestApis GetStages"),
    ("cloudfront", "ListDistributions"),
    ("route53", "ListHostedZones"),
    ("elasticfilesystem", "DescribeFileSystems DescribeMountTargets"),
    ("states", "ListStateMachines DescribeStateMachine"),
    ("events", "ListRules ListTargetsByRule"),
];

/// One scanner.
#[derive(Debug)]
struct Scanner {
    identity: u16,
    /// What is asked for in this order, and about how many calls that takes.
    list: Vec<(usize, f64)>,
    /// About how long a sweep takes, in minutes.
    minutes: f64,
}

/// Writes down the calls of both scanners.
pub(crate) fn sweep(seed: u64, days: u32, ledger: &mut Ledger) {
    let mut random = Random::stream(seed, "scanner");
    // One starts a little later every day.
    let scanner =
        Scanner::new("config-audit", &[HOME, GLOBAL, SECOND, FAR], 1.0, ledger, &mut random);
    let step = random.within(20.0, 35.0);
    let mut at = random.within(0.0, f64::from(DAY));
    while at < f64::from(days * DAY) {
        scanner.run(at, ledger, &mut random);
        at += f64::from(DAY) + step + random.within(-6.0, 8.0);
    }
    // The other waits for a day when it is done.
    let mut random = Random::stream(seed, "inventory");
    let scanner = Scanner::new("asset-inventory", &[HOME, GLOBAL], 0.3, ledger, &mut random);
    let mut at = random.within(0.0, f64::from(DAY));
    while at < f64::from(days * DAY) {
        let took = scanner.run(at, ledger, &mut random);
        at += took + f64::from(DAY) + random.exponential(4.0);
    }
}

impl Scanner {
    fn new(
        name: &str,
        regions: &[&'static str],
        share: f64,
        ledger: &mut Ledger,
        random: &mut Random,
    ) -> Self {
        let mut list = Vec::new();
        for (number, &region) in regions.iter().enumerate() {
            let own = MORE.iter().flat_map(|&(service, names)| {
                let region = region_of(service, region);
                names.split_whitespace().map(move |name| Target { region, service, name })
            });
            let pages = (0..PAGES.len()).flat_map(|page| targets(page, region));
            let mut all: Vec<Target> = pages.chain(own).collect();
            all.sort_unstable();
            for target in all {
                // Services without Regions are asked for once; small Regions have little.
                let is_new = number == 0 || region_of(target.service, region) == region;
                let part = if number < 2 { 0.36 } else { 0.09 };
                if is_new && is_scanned(target) && random.chance(share * part) {
                    let few = if number < 2 { 14.0 } else { 4.0 };
                    list.push((
                        ledger.calls(target),
                        random.log_normal(few, 0.9).clamp(1.0, 160.0),
                    ));
                }
            }
        }
        let identity = ledger.role(name, "scan");
        Self { identity, list, minutes: random.within(22.0, 50.0) * (0.4 + 0.6 * share) }
    }

    /// Sweeps once from a minute on and returns how long it took.
    fn run(&self, at: f64, ledger: &mut Ledger, random: &mut Random) -> f64 {
        let calls: Vec<u32> = self
            .list
            .iter()
            .map(|&(_, calls)| {
                // There is a little more or less of everything every day.
                let mean = random.log_normal(calls, 0.08);
                random.poisson(mean)
            })
            .collect();
        let total: u32 = calls.iter().sum();
        let minutes = self.minutes * random.log_normal(1.0, 0.12);
        let pace = minutes / f64::from(total.max(1));
        let mut now = at;
        for (&(series, _), calls) in self.list.iter().zip(calls) {
            for _ in 0..calls {
                let minute = i64::from(rounded(now - 0.5));
                ledger.add(series, minute, self.identity, 1, Kind::Scanner);
                now += pace * 2.0 * random.unit();
            }
        }
        now - at
    }
}

/// Returns true if the API only shows what there is.
fn is_scanned(target: Target) -> bool {
    let skipped = ["ce", "athena", "glue", "securityhub", "guardduty", "cloudtrail"];
    let reads = ["Describe", "List", "Get", "Generate"];
    !skipped.contains(&target.service)
        && reads.iter().any(|verb| target.name.starts_with(verb))
        && !["GetMetricData", "GetLogEvents", "GetQueryResults"].contains(&target.name)
}
