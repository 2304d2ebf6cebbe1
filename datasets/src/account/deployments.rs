//! Deployments: on working days, at no fixed time, tens of APIs at once for some minutes.

use crate::account::calendar::Zone;
use crate::account::ledger::{Ledger, Target};
use crate::account::place::{GLOBAL, HOME, region_of};
use crate::account::series::Kind;
use crate::random::Random;
use crate::rounded;

/// The steps of deployments: service and APIs, separated by spaces, in the order they are called.
pub(crate) const STEPS: [(&str, &str); 21] = [
    ("codepipeline", "StartPipelineExecution"),
    ("codebuild", "StartBuild BatchGetBuilds"),
    ("ecr", "GetAuthorizationToken BatchCheckLayerAvailability InitiateLayerUpload"),
    ("ecr", "UploadLayerPart CompleteLayerUpload PutImage DescribeImages"),
    ("cloudformation", "ValidateTemplate CreateChangeSet DescribeChangeSet ExecuteChangeSet"),
    ("cloudformation", "DescribeStacks DescribeStackEvents ListStackResources GetTemplateSummary"),
    ("iam", "GetRole GetPolicy GetPolicyVersion PutRolePolicy AttachRolePolicy TagRole"),
    ("s3", "PutBucketTagging GetBucketTagging PutBucketPolicy"),
    ("ssm", "PutParameter GetParameters AddTagsToResource"),
    ("lambda", "UpdateFunctionCode20150331v2 GetFunctionConfiguration20150331v2"),
    ("lambda", "PublishVersion20150331 UpdateAlias20150331 TagResource20170331v2"),
    ("ecs", "RegisterTaskDefinition UpdateService DescribeServices DeregisterTaskDefinition"),
    ("ec2", "CreateLaunchTemplateVersion DescribeLaunchTemplateVersions CreateTags DescribeImages"),
    ("autoscaling", "UpdateAutoScalingGroup StartInstanceRefresh DescribeInstanceRefreshes"),
    (
        "elasticloadbalancing",
        "RegisterTargets DeregisterTargets DescribeTargetHealth ModifyListener",
    ),
    ("events", "PutRule PutTargets DescribeRule"),
    ("logs", "CreateLogGroup PutRetentionPolicy TagLogGroup"),
    ("apigateway", "PutRestApi CreateDeployment UpdateStage"),
    ("cloudfront", "GetDistributionConfig UpdateDistribution CreateInvalidation"),
    ("wafv2", "GetWebACL UpdateWebACL"),
    ("route53", "ChangeResourceRecordSets GetChange ListResourceRecordSets"),
];

const TEAMS: [(&str, Zone, &[&str]); 5] = [
    ("web", Zone::Berlin, &[HOME, GLOBAL]),
    ("platform", Zone::Berlin, &[HOME]),
    ("billing", Zone::NewYork, &[GLOBAL]),
    ("mobile", Zone::London, &[HOME]),
    ("data", Zone::Kolkata, &[HOME]),
];

/// How the software of one team is brought into operation.
#[derive(Debug)]
struct Pipeline {
    identity: u16,
    zone: Zone,
    regions: &'static [&'static str],
    calls: Vec<Step>,
}

/// One API of a pipeline.
#[derive(Debug)]
struct Step {
    service: &'static str,
    name: &'static str,
    /// When, as a share of the duration.
    place: f64,
    calls: f64,
}

/// Writes down the calls of all deployments.
pub(crate) fn deploy(seed: u64, days: u32, ledger: &mut Ledger) {
    let mut random = Random::stream(seed, "pipelines");
    let pipelines: Vec<Pipeline> =
        TEAMS.iter().map(|team| Pipeline::new(team, ledger, &mut random)).collect();
    let mut random = Random::stream(seed, "deployments");
    // Some teams deliver far more often than others.
    let mut often = [0, 0, 0, 1, 1, 2, 2, 3, 4];
    random.shuffle(&mut often[3..]);
    for day in (0..days).filter(|day| day % 7 < 5) {
        let mut count = *random.pick(&[0, 1, 1, 1, 2, 2, 3, 3, 4]);
        if day % 7 == 4 {
            count /= 2;
        }
        for _ in 0..count {
            let pipeline = &pipelines[*random.pick(&often)];
            if pipeline.zone.works(day) {
                pipeline.run(day, ledger, &mut random);
            }
        }
    }
}

impl Pipeline {
    fn new(
        &(team, zone, regions): &(&'static str, Zone, &'static [&'static str]),
        ledger: &mut Ledger,
        random: &mut Random,
    ) -> Self {
        let mut calls = Vec::new();
        let share = random.within(0.22, 0.45);
        for (number, (service, names)) in STEPS.into_iter().enumerate() {
            if !random.chance(share) {
                continue;
            }
            for name in names.split_whitespace() {
                let place = (number as f64 + random.unit()) / STEPS.len() as f64;
                calls.push(Step { service, name, place, calls: random.log_normal(4.0, 0.9) });
            }
        }
        let identity = ledger.role("deployment", &format!("{team}-pipeline"));
        Self { identity, zone, regions, calls }
    }

    fn run(&self, day: u32, ledger: &mut Ledger, random: &mut Random) {
        let late = random.chance(0.08);
        let local =
            if late { random.between(19 * 60, 23 * 60) } else { random.between(570, 1_070) };
        let mut at = self.zone.at(day, local);
        let size = random.log_normal(1.0, 0.6);
        // One Region after the other, and sometimes all of it again.
        let rounds = if random.chance(0.08) { 2 } else { 1 };
        for _ in 0..rounds {
            for region in self.regions {
                let minutes = random.within(5.0, 15.0) * (0.6 + 0.4 * size).min(1.6);
                for step in &self.calls {
                    if random.chance(0.8) {
                        self.step(step, region, (at, minutes), size, ledger, random);
                    }
                }
                at += i64::from(rounded(minutes)) + i64::from(random.between(2, 20));
            }
        }
    }

    fn step(
        &self,
        step: &Step,
        region: &'static str,
        (at, minutes): (i64, f64),
        size: f64,
        ledger: &mut Ledger,
        random: &mut Random,
    ) {
        let region = region_of(step.service, region);
        let target = Target { region, service: step.service, name: step.name };
        let series = ledger.calls(target);
        let calls = rounded(random.log_normal(step.calls * size, 0.5)).clamp(1, 150);
        // Few calls come at once, many keep a part of the deployment busy.
        let width = (f64::from(calls) / 40.0).min(0.4) * minutes;
        for _ in 0..calls {
            let when = step.place * minutes + width * random.unit();
            ledger.add(series, at + i64::from(rounded(when)), self.identity, 1, Kind::Deployment);
        }
    }
}
