//! Pollers: programs that ask for the same again and again, and are restarted now and then.

use crate::account::calendar::DAY;
use crate::account::ledger::{Ledger, Target};
use crate::account::place::{FAR, GLOBAL, HOME, SECOND, region_of};
use crate::account::series::Kind;
use crate::random::Random;

/// Who asks for what: the program, the service and the API.
const PROGRAMS: [(&str, &str, &str); 30] = [
    ("cluster-autoscaler", "autoscaling", "DescribeAutoScalingGroups"),
    ("cluster-autoscaler", "ec2", "DescribeLaunchTemplateVersions"),
    ("prometheus", "ec2", "DescribeInstances"),
    ("prometheus", "ec2", "DescribeAvailabilityZones"),
    ("metrics-exporter", "monitoring", "GetMetricData"),
    ("metrics-exporter", "monitoring", "ListMetrics"),
    ("metrics-exporter", "tagging", "GetResources"),
    ("load-balancer-controller", "elasticloadbalancing", "DescribeTargetHealth"),
    ("load-balancer-controller", "elasticloadbalancing", "DescribeLoadBalancers"),
    ("load-balancer-controller", "elasticloadbalancing", "DescribeRules"),
    ("external-dns", "route53", "ListResourceRecordSets"),
    ("external-dns", "route53", "ListHostedZones"),
    ("volume-driver", "ec2", "DescribeVolumes"),
    ("network-driver", "ec2", "DescribeNetworkInterfaces"),
    ("external-secrets", "secretsmanager", "GetSecretValue"),
    ("external-secrets", "ssm", "GetParametersByPath"),
    ("fleet-instance", "ssm", "UpdateInstanceInformation"),
    ("fleet-instance", "ssm", "ListInstanceAssociations"),
    ("queue-watcher", "sqs", "GetQueueAttributes"),
    ("log-shipper", "logs", "DescribeLogGroups"),
    ("image-puller", "ecr", "GetAuthorizationToken"),
    ("image-puller", "ecr", "BatchGetImage"),
    ("drift-controller", "cloudformation", "DescribeStacks"),
    ("drift-controller", "iam", "GetRole"),
    ("build-agent", "codepipeline", "PollForJobs"),
    ("stream-consumer", "kinesis", "DescribeStreamSummary"),
    ("table-watcher", "dynamodb", "DescribeTable"),
    ("certificate-agent", "acm", "ListCertificates"),
    ("health-watcher", "health", "DescribeEvents"),
    ("node-agent", "eks", "DescribeCluster"),
];

/// One API asked for by one program.
#[derive(Debug)]
struct Poller {
    series: usize,
    identity: u16,
    /// The instances of the program, and how long each waits.
    instances: u32,
    seconds: u32,
    /// How much later or earlier than its time an instance may ask, in seconds.
    jitter: u32,
    /// How uneven the number of calls is; none asks once each time.
    pages: Option<(f64, f64)>,
    /// The days from restart to restart.
    restarts: f64,
}

/// Writes down the calls of all pollers.
pub(crate) fn poll(seed: u64, ledger: &mut Ledger) {
    let mut random = Random::stream(seed, "pollers");
    let mut before: Option<(&str, &'static str)> = None;
    for (number, (program, service, name)) in PROGRAMS.into_iter().enumerate() {
        if random.chance(0.12) {
            continue;
        }
        let region = match before {
            Some((last, region)) if last == program => region,
            _ => *random.pick(&[HOME, HOME, HOME, GLOBAL, GLOBAL, SECOND, FAR]),
        };
        before = Some((program, region));
        let series = ledger.calls(Target { region: region_of(service, region), service, name });
        let seconds = *random.pick(&[10, 15, 30, 30, 60, 60, 60, 120, 300]);
        // Many instances ask at a time of their own, so that it looks like chance.
        let instances = if seconds >= 120 { random.between(2, 25) } else { random.between(1, 4) };
        let poller = Poller {
            series,
            identity: ledger.role(program, &format!("{program}-{region}")),
            instances,
            seconds,
            jitter: seconds / random.between(4, 30),
            pages: random
                .chance(0.4)
                .then(|| (random.log_normal(2.0, 0.4), random.within(0.7, 4.0))),
            restarts: random.within(4.0, 14.0),
        };
        poller.run(ledger, &mut Random::stream(seed, &format!("poller {number}")));
        match ledger.services.last_mut() {
            Some((identity, group)) if *identity == poller.identity => group.push(series),
            _ => ledger.services.push((poller.identity, vec![series])),
        }
    }
}

impl Poller {
    fn run(&self, ledger: &mut Ledger, random: &mut Random) {
        let mut calls = vec![0_u32; ledger.minutes as usize];
        for _ in 0..self.instances {
            let mut second = i64::from(random.below(self.seconds));
            // A clock that is a little off makes the calls move through the minute.
            let drift = random.within(-0.02, 0.02);
            let mut lost = 0.0;
            loop {
                let shift = i64::from(random.between(0, 2 * self.jitter)) - i64::from(self.jitter);
                let Ok(minute) = usize::try_from((second + shift).max(0) / 60) else { break };
                let Some(calls) = calls.get_mut(minute) else { break };
                *calls += self.pages.map_or(1, |(mean, shape)| random.clumped(mean, shape).max(1));
                second += i64::from(self.seconds);
                lost += drift;
                if lost.abs() > 1.0 {
                    second += if lost > 0.0 { 1 } else { -1 };
                    lost = 0.0;
                }
            }
        }
        self.restart(&mut calls, random);
        for (minute, count) in (0..).zip(calls) {
            ledger.add(self.series, minute, self.identity, count, Kind::Poller);
        }
    }

    /// Lets the program pause for a few minutes and make up for some of what it missed.
    fn restart(&self, calls: &mut [u32], random: &mut Random) {
        let mut at = random.exponential(self.restarts) * f64::from(DAY);
        while at < calls.len() as f64 - 20.0 {
            let from = crate::rounded(at) as usize;
            let to = from + random.between(1, 8) as usize;
            let missed: u32 = calls[from..to].iter().sum();
            calls[from..to].fill(0);
            let made_up = crate::rounded(f64::from(missed) * random.within(0.2, 1.0));
            let first = random.thinned(made_up, 0.7);
            calls[to] += first;
            calls[to + 1] += made_up - first;
            at += random.exponential(self.restarts) * f64::from(DAY);
        }
    }
}
