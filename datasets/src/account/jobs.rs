//! Jobs: what runs at fixed times, from every five minutes to once a month.

use crate::account::calendar::{DAY, Zone, begins_month, ends_month};
use crate::account::ledger::{Ledger, Target};
use crate::account::place::{GLOBAL, HOME, SECOND, region_of};
use crate::account::series::Kind;
use crate::random::Random;
use crate::rounded;

/// What jobs call: the service and APIs, separated by spaces. One entry is one job.
const WORK: [(&str, &str); 62] = [
    ("backup", "StartBackupJob DescribeBackupJob"),
    ("backup", "StartCopyJob ListRecoveryPointsByBackupVault"),
    ("ec2", "CreateSnapshot DescribeSnapshots"),
    ("ec2", "DeleteSnapshot"),
    ("ec2", "CreateImage DeregisterImage"),
    ("ec2", "StartInstances"),
    ("ec2", "StopInstances"),
    ("ec2", "ModifySnapshotAttribute"),
    ("rds", "CreateDBSnapshot"),
    ("rds", "DeleteDBSnapshot"),
    ("rds", "CopyDBSnapshot"),
    ("rds", "StartExportTask"),
    ("rds", "CreateDBClusterSnapshot DeleteDBClusterSnapshot"),
    ("athena", "StartQueryExecution GetQueryExecution GetQueryResults"),
    ("athena", "BatchGetQueryExecution"),
    ("glue", "StartJobRun GetJobRun"),
    ("glue", "StartCrawler GetCrawler"),
    ("glue", "BatchCreatePartition GetPartitions"),
    ("glue", "UpdateTable"),
    ("s3", "CopyObject DeleteObject"),
    ("s3", "HeadObject"),
    ("sagemaker", "CreateTrainingJob DescribeTrainingJob"),
    ("sagemaker", "CreateTransformJob"),
    ("sagemaker", "CreateProcessingJob DescribeProcessingJob"),
    ("states", "StartExecution DescribeExecution"),
    ("states", "GetExecutionHistory"),
    ("batch", "SubmitJob DescribeJobs"),
    ("batch", "TerminateJob"),
    ("ecs", "RunTask DescribeTasks"),
    ("ecs", "StopTask"),
    ("dynamodb", "CreateBackup DeleteBackup"),
    ("dynamodb", "ListBackups"),
    ("dynamodb", "ExportTableToPointInTime"),
    ("dynamodb", "BatchWriteItem"),
    ("redshift", "CreateClusterSnapshot"),
    ("redshift", "GetClusterCredentials"),
    ("elasticmapreduce", "RunJobFlow DescribeStep ListSteps"),
    ("elasticmapreduce", "AddJobFlowSteps TerminateJobFlows"),
    ("secretsmanager", "RotateSecret PutSecretValue UpdateSecretVersionStage"),
    ("ssm", "SendCommand GetCommandInvocation"),
    ("ssm", "StartAutomationExecution"),
    ("iam", "GenerateServiceLastAccessedDetails GetServiceLastAccessedDetails"),
    ("inspector2", "ListFindings"),
    ("monitoring", "PutMetricAlarm"),
    ("organizations", "ListAccounts ListTagsForResource"),
    ("ce", "GetCostAndUsage"),
    ("support", "RefreshTrustedAdvisorCheck"),
    ("logs", "CreateExportTask DescribeExportTasks"),
    ("logs", "DeleteLogStream"),
    ("datasync", "StartTaskExecution"),
    ("quicksight", "CreateIngestion DescribeIngestion"),
    ("dms", "StartReplicationTask DescribeReplicationTasks"),
    ("kms", "ReEncrypt"),
    ("lambda", "Invoke"),
    ("elasticache", "CreateSnapshot"),
    ("firehose", "DescribeDeliveryStream"),
    ("ses", "GetSendStatistics"),
    ("acm", "RenewCertificate"),
    ("servicecatalog", "SearchProvisionedProducts"),
    ("application-autoscaling", "PutScheduledAction"),
    ("config", "StartConfigRulesEvaluation"),
    ("cognito-idp", "ListUsers"),
];

/// When a job runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Schedule {
    /// Every so many minutes, from a minute on.
    Every(u32, u32),
    /// Every day at a minute.
    Nightly(u32),
    /// Monday to Friday at a minute.
    Workdays(u32),
    /// On one day of the week at a minute.
    Weekly(u32, u32),
    /// On the last day of the month at a minute.
    MonthEnd(u32),
    /// On the first day of the month at a minute.
    MonthBegin(u32),
}

/// One run of a job, as far as one series shows it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The series.
    pub(crate) series: usize,
    /// The job, for which a run has an identity of its own.
    pub(crate) identity: u16,
    /// When the job runs.
    pub(crate) schedule: Schedule,
    /// The first minute with a call.
    pub(crate) start: u32,
    /// The minute after the last.
    pub(crate) end: u32,
    /// The calls.
    pub(crate) calls: u32,
}

/// One job.
#[derive(Debug)]
struct Job {
    identity: u16,
    schedule: Schedule,
    zone: Zone,
    /// The series and the calls of a usual run.
    calls: Vec<(usize, f64)>,
    /// How long a usual run takes, in minutes.
    minutes: f64,
    /// How late a run may start, in minutes.
    jitter: u32,
    /// How much the sizes of runs differ.
    spread: f64,
    /// By how much runs grow in a day.
    growth: f64,
}

/// Writes down the calls of all jobs.
pub(crate) fn run(seed: u64, days: u32, ledger: &mut Ledger) {
    let mut random = Random::stream(seed, "jobs");
    let mut work = WORK;
    random.shuffle(&mut work);
    // At the least the shares of a crontab that has grown over years.
    let shares = [5, 10, 16, 26, 33, 47, 55, 59, 61, 62];
    for (number, (service, names)) in work.into_iter().enumerate() {
        let form = shares.iter().position(|&share| number < share).unwrap_or(0);
        let night = random.between(0, 6 * 60 + 30) / 5 * 5;
        let minute = random.below(60);
        let schedule = match form {
            0 => Schedule::Every(5, minute % 5),
            1 => Schedule::Every(15, minute % 15),
            2 => Schedule::Every(30, minute % 30),
            3 => Schedule::Every(60, minute),
            4 => Schedule::Every(360, night % 360),
            5 => Schedule::Nightly(night),
            6 => Schedule::Workdays(night),
            7 => Schedule::Weekly(random.below(7), night),
            8 => Schedule::MonthEnd(18 * 60 + minute),
            _ => Schedule::MonthBegin(night),
        };
        let job = Job::new(number, schedule, (service, names), ledger, &mut random);
        job.live(days, ledger, &mut Random::stream(seed, &format!("job {number}")));
    }
}

impl Job {
    fn new(
        number: usize,
        schedule: Schedule,
        (service, names): (&'static str, &'static str),
        ledger: &mut Ledger,
        random: &mut Random,
    ) -> Self {
        let region = *random.pick(&[HOME, HOME, HOME, GLOBAL, GLOBAL, SECOND]);
        let region = region_of(service, region);
        let (median, minutes): (f64, f64) = match schedule {
            Schedule::Every(5, _) => (2.0, 1.0),
            Schedule::Every(15, _) => (3.0, 1.5),
            Schedule::Every(30, _) => (5.0, 2.5),
            Schedule::Every(60, _) => (8.0, 4.0),
            Schedule::Every(..) => (20.0, 8.0),
            _ => (45.0, 18.0),
        };
        let calls = names.split_whitespace().map(|name| {
            let series = ledger.calls(Target { region, service, name });
            (series, random.log_normal(median, 0.7).max(1.2))
        });
        let calls = calls.collect();
        // Some keep local time, by which they move when clocks change.
        let zone = if random.chance(0.25) { Zone::Berlin } else { Zone::Utc };
        let rare = !matches!(schedule, Schedule::Every(0..=60, _));
        Self {
            identity: ledger.role("scheduled-job", &format!("{service}-{number:02}")),
            schedule,
            zone: if rare { zone } else { Zone::Utc },
            calls,
            minutes: random.log_normal(minutes, 0.5).max(1.0),
            jitter: if rare { random.between(0, 12) } else { random.between(0, 1) },
            spread: random.within(0.05, 0.4),
            growth: if random.chance(0.2) { random.within(0.0, 0.02) } else { 0.0 },
        }
    }

    fn live(&self, days: u32, ledger: &mut Ledger, random: &mut Random) {
        for day in 0..=days {
            let at = |minute| self.zone.at(day, minute);
            match self.schedule {
                Schedule::Every(period, phase) => {
                    for number in 0..DAY / period {
                        self.start(at(number * period + phase), day, ledger, random);
                    }
                }
                Schedule::Nightly(minute) => self.start(at(minute), day, ledger, random),
                Schedule::Workdays(minute) if day % 7 < 5 => {
                    self.start(at(minute), day, ledger, random);
                }
                Schedule::Weekly(weekday, minute) if day % 7 == weekday => {
                    self.start(at(minute), day, ledger, random);
                }
                Schedule::MonthEnd(minute) if ends_month(day) => {
                    self.start(at(minute), day, ledger, random);
                }
                Schedule::MonthBegin(minute) if begins_month(day) => {
                    self.start(at(minute), day, ledger, random);
                }
                _ => {}
            }
        }
    }

    /// Runs once; now and then later or longer than usual.
    fn start(&self, at: i64, day: u32, ledger: &mut Ledger, random: &mut Random) {
        let often = matches!(self.schedule, Schedule::Every(0..=60, _));
        let mut start = at + i64::from(random.between(0, self.jitter));
        let mut minutes = self.minutes * random.log_normal(1.0, 0.15);
        if !often && random.chance(0.04) {
            start += i64::from(random.between(8, 45));
        }
        if !often && random.chance(0.03) {
            minutes *= random.within(1.5, 2.5);
        }
        let size = random.log_normal(1.0, self.spread) * (1.0 + self.growth * f64::from(day));
        for &(series, calls) in &self.calls {
            self.call(series, calls * size, (start, minutes), ledger, random);
        }
    }

    fn call(
        &self,
        series: usize,
        calls: f64,
        (at, minutes): (i64, f64),
        ledger: &mut Ledger,
        random: &mut Random,
    ) {
        // A run that does anything calls at least once.
        let calls = random.poisson(calls).max(1);
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        let kind = self.kind();
        for _ in 0..calls {
            let minute = at + i64::from(rounded((minutes * random.unit() - 0.5).max(0.0)));
            (first, last) = (first.min(minute), last.max(minute));
            ledger.add(series, minute, self.identity, 1, kind);
        }
        let identity = self.identity;
        let inside = |minute: i64| u32::try_from(minute).ok().filter(|&m| m < ledger.minutes);
        if let (Some(start), Some(last)) = (inside(first), inside(last)) {
            let (schedule, end) = (self.schedule, last + 1);
            ledger.runs.push(Run { series, identity, schedule, start, end, calls });
        }
    }

    const fn kind(&self) -> Kind {
        match self.schedule {
            Schedule::Every(0..=60, _) => Kind::FrequentJob,
            Schedule::Every(..) | Schedule::Nightly(_) | Schedule::Workdays(_) => Kind::DailyJob,
            _ => Kind::SeldomJob,
        }
    }
}
