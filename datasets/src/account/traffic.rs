//! Traffic: applications whose users come and go with the day and the week.

use crate::account::calendar::{DAY, Zone, is_weekend};
use crate::account::ledger::{Ledger, Target};
use crate::account::place::{FAR, GLOBAL, HOME, SECOND, region_of};
use crate::account::series::Kind;
use crate::random::{Random, exp};
use crate::rounded;

/// What applications call, most of them some of it.
const CALLS: [(&str, &str); 26] = [
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithWebIdentity"),
    ("kms", "Decrypt"),
    ("kms", "GenerateDataKey"),
    ("secretsmanager", "GetSecretValue"),
    ("dynamodb", "GetItem"),
    ("dynamodb", "Query"),
    ("dynamodb", "PutItem"),
    ("s3", "GetObject"),
    ("s3", "PutObject"),
    ("lambda", "Invoke"),
    ("sns", "Publish"),
    ("sqs", "SendMessage"),
    ("cognito-idp", "InitiateAuth"),
    ("cognito-idp", "GetUser"),
    ("cognito-idp", "SignUp"),
    ("logs", "CreateLogStream"),
    ("ssm", "GetParameter"),
    ("rekognition", "DetectLabels"),
    ("textract", "AnalyzeDocument"),
    ("ses", "SendEmail"),
    ("states", "StartExecution"),
    ("bedrock", "InvokeModel"),
    ("appconfig", "GetLatestConfiguration"),
    ("translate", "TranslateText"),
    ("geo", "SearchPlaceIndexForText"),
];

/// What is called when capacity follows the traffic.
const CAPACITY: [(&str, &str); 8] = [
    ("ec2", "RunInstances"),
    ("ec2", "TerminateInstances"),
    ("ec2", "CreateNetworkInterface"),
    ("ec2", "DeleteNetworkInterface"),
    ("elasticloadbalancing", "RegisterTargets"),
    ("elasticloadbalancing", "DeregisterTargets"),
    ("autoscaling", "CompleteLifecycleAction"),
    ("ecs", "SubmitTaskStateChange"),
];

const NAMES: [(&str, &str); 8] = [
    ("web-shop", HOME),
    ("mobile-backend", GLOBAL),
    ("partner-api", HOME),
    ("document-service", SECOND),
    ("media-service", GLOBAL),
    ("identity-service", HOME),
    ("telemetry", FAR),
    ("search", HOME),
];

/// One application.
#[derive(Debug)]
pub(crate) struct Application {
    /// Who calls.
    pub(crate) identity: u16,
    /// The series and the calls a minute at the mean of a day.
    pub(crate) calls: Vec<(usize, f64)>,
    /// How many calls there are, by minute; 1 is the mean.
    pub(crate) load: Vec<f64>,
}

/// The rhythm of an application's users.
#[derive(Debug)]
pub(crate) struct Rhythm {
    zone: Zone,
    /// The local minute of most users.
    peak: u32,
    /// How much of the traffic follows the day, from 0 to almost 1.
    depth: f64,
    /// How much of it there is on Saturdays and Sundays.
    weekend: f64,
    /// How much days differ.
    days: f64,
    /// How much the load wanders within a day, and over how many minutes.
    wander: (f64, f64),
}

impl Rhythm {
    /// Returns a rhythm like that of many applications.
    pub(crate) fn new(random: &mut Random) -> Self {
        Self {
            zone: *random.pick(&[
                Zone::Berlin,
                Zone::Berlin,
                Zone::NewYork,
                Zone::London,
                Zone::Sydney,
            ]),
            peak: random.between(10 * 60, 20 * 60),
            depth: *random.pick(&[0.35, 0.6, 0.75, 0.85, 0.93]),
            weekend: *random.pick(&[0.2, 0.5, 0.7, 0.9, 1.0, 1.25]),
            days: random.within(0.04, 0.16),
            wander: (random.within(0.05, 0.2), random.within(20.0, 120.0)),
        }
    }

    /// Returns the load by minute.
    pub(crate) fn load(&self, minutes: u32, random: &mut Random) -> Vec<f64> {
        let mut load = Vec::with_capacity(minutes as usize);
        let keep = 1.0 - 1.0 / self.wander.1;
        let fresh = self.wander.0 * (1.0 - keep * keep).sqrt();
        let mut wander = self.wander.0 * random.normal();
        let (mut day, mut today) = (0, random.log_normal(1.0, self.days));
        for minute in 0..minutes {
            // The local day and time of this minute.
            let local = i64::from(minute) + self.zone.ahead(minute / DAY) + i64::from(7 * DAY);
            let local = u32::try_from(local).unwrap_or(0);
            if local / DAY != day {
                day = local / DAY;
                today = today.sqrt() * random.log_normal(1.0, self.days * 0.9);
            }
            let users = hump(local % DAY, self.peak);
            let level = if is_weekend(day) { self.weekend } else { 1.0 };
            let level = if self.zone.works(day.saturating_sub(7)) || is_weekend(day) {
                level
            } else {
                0.5 * (level + self.weekend.min(1.0))
            };
            wander = keep * wander + fresh * random.normal();
            let share = 1.0 - self.depth + self.depth * users;
            load.push(share * level * today * exp(wander));
        }
        load
    }
}

/// Returns the share of users at a minute of the day, around a mean of 1: a broad hump about the
/// peak and a night without.
fn hump(minute: u32, peak: u32) -> f64 {
    let distance = (minute + DAY + DAY / 2 - peak) % DAY;
    let x = (f64::from(distance) / f64::from(DAY / 2) - 1.0).abs();
    // (1 - x²)² falls smoothly to 0 half a day away; its mean is 8/15.
    let part = 1.0 - x * x;
    part * part * 15.0 / 8.0
}

/// Returns the applications and writes down their calls.
pub(crate) fn serve(seed: u64, ledger: &mut Ledger) -> Vec<Application> {
    let mut random = Random::stream(seed, "applications");
    let applications: Vec<Application> = NAMES
        .iter()
        .enumerate()
        .map(|(number, &(name, region))| {
            let mut own = Random::stream(seed, &format!("application {number}"));
            let load = Rhythm::new(&mut random).load(ledger.minutes, &mut own);
            let mut list = CALLS;
            random.shuffle(&mut list);
            let busy = random.log_normal(2.0, 0.5);
            let mut calls = Vec::new();
            for &(service, name) in &list[..random.between(4, 8) as usize] {
                let series =
                    ledger.calls(Target { region: region_of(service, region), service, name });
                calls.push((series, (busy * random.log_normal(1.0, 1.1)).clamp(0.04, 60.0)));
            }
            let identity = ledger.role(name, &format!("{name}-task"));
            let application = Application { identity, calls, load };
            application.run(Kind::Traffic, ledger, &mut own);
            application.scale(region, ledger, &mut own);
            application
        })
        .collect();
    for application in &applications {
        let series = application.calls.iter().map(|call| call.0).collect();
        ledger.services.push((application.identity, series));
    }
    applications
}

impl Application {
    /// Writes down the calls; some APIs are called in clumps.
    pub(crate) fn run(&self, kind: Kind, ledger: &mut Ledger, random: &mut Random) {
        for &(series, rate) in &self.calls {
            let shape = random.chance(0.35).then(|| random.within(0.8, 6.0));
            for (minute, load) in (0..).zip(&self.load) {
                let mean = rate * load;
                let count = match shape {
                    Some(shape) => random.clumped(mean, shape),
                    None => random.poisson(mean),
                };
                ledger.add(series, minute, self.identity, count, kind);
            }
        }
    }

    /// Lets the capacity follow the load, in bursts of some calls.
    fn scale(&self, region: &'static str, ledger: &mut Ledger, random: &mut Random) {
        let identity = ledger.role("AWSServiceRoleForAutoScaling", "AutoScaling");
        let mut list = CAPACITY;
        random.shuffle(&mut list);
        let series: Vec<(usize, f64)> = list[..random.between(2, 4) as usize]
            .iter()
            .map(|&(service, name)| {
                (ledger.calls(Target { region, service, name }), random.log_normal(5.0, 0.6))
            })
            .collect();
        // An instance more or less for each so many percent of load.
        let step = random.within(0.35, 0.7);
        let mut level = self.load[0];
        let mut rest = 0;
        for (minute, load) in (0..).zip(&self.load) {
            rest = u32::saturating_sub(rest, 1);
            let change = (load / level.max(0.02) - 1.0).abs();
            if rest == 0 && change > step && (load - level).abs() > 0.1 {
                level = *load;
                rest = random.between(30, 90);
                for &(series, calls) in &series {
                    let calls = rounded(random.log_normal(calls, 0.6)).clamp(1, 60);
                    for _ in 0..calls {
                        let later = i64::from(random.below(4));
                        ledger.add(series, minute + later, identity, 1, Kind::Scaling);
                    }
                }
            }
        }
    }
}
