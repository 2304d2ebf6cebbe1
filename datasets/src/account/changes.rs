//! Changes: services that are born, moved or retired, and fleets that grow.

use std::ops::Range;

use crate::account::calendar::DAY;
use crate::account::label::Reason;
use crate::account::ledger::{Ledger, Target};
use crate::account::place::{FAR, GLOBAL, HOME, SECOND};
use crate::account::series::Kind;
use crate::account::traffic::{Application, Rhythm};
use crate::random::Random;

/// How long a change of level is left alone, in minutes.
const SETTLING: u32 = DAY;

/// What changes: a name, service and APIs, and how.
const CHANGES: [(&str, &str, &str, Change); 13] = [
    ("recommender", "personalize", "GetRecommendations GetPersonalizedRanking", Change::Born),
    ("chat", "lex", "RecognizeText PutSession", Change::Born),
    ("event-bus", "events", "PutEvents", Change::Born),
    ("checkout", "sqs", "ReceiveMessage DeleteMessage", Change::Moved),
    ("ledger", "qldb", "SendCommand ExecuteStatement", Change::Replaced),
    ("old-reports", "elasticmapreduce", "DescribeCluster ListInstances", Change::Retired),
    ("thumbnails", "elastictranscoder", "CreateJob ReadJob", Change::Retired),
    ("kubernetes", "ec2", "AssignPrivateIpAddresses UnassignPrivateIpAddresses", Change::Grows),
    ("sensors", "iot", "Connect UpdateThingShadow", Change::Grows),
    ("warehouse", "glue", "GetTableVersions BatchGetPartition", Change::Grows),
    ("feeds", "kinesis", "PutRecord GetShardIterator", Change::Steps),
    ("instances", "ssm", "PutInventory UpdateInstanceAssociationStatus", Change::Steps),
    ("proxies", "appmesh", "StreamAggregatedResources", Change::Steps),
];

/// How a service changes within the span.
#[derive(Clone, Copy, Debug)]
enum Change {
    Born,
    Moved,
    /// The calls of the first API go over to the second.
    Replaced,
    Retired,
    Grows,
    Steps,
}

/// Writes down the calls of all services that change.
pub(crate) fn change(seed: u64, days: u32, ledger: &mut Ledger) {
    let mut random = Random::stream(seed, "changes");
    for (number, (name, service, apis, change)) in CHANGES.into_iter().enumerate() {
        let mut own = Random::stream(seed, &format!("change {number}"));
        let region = *random.pick(&[HOME, HOME, GLOBAL, SECOND]);
        let rhythm = Rhythm::new(&mut random);
        let load = rhythm.load(ledger.minutes, &mut own);
        // After nine days at the earliest, so that there is something to compare with.
        let first = if days > 12 { 9 * DAY } else { days * DAY / 2 };
        let at = random.between(first, (days * DAY).saturating_sub(DAY).max(first));
        let takes = *random.pick(&[1, 5, 30, 120, 360]);
        let factor = random.within(1.5, 2.6);
        let rate = random.log_normal(2.0, 0.8);
        let service = Service { name, host: service, apis, rate, load: &load };
        let after =
            |minute: u32| (f64::from(minute.saturating_sub(at)) / f64::from(takes)).clamp(0.0, 1.0);
        let settling = at..at + takes + SETTLING;
        match change {
            Change::Born => {
                service.run(region, after, Some((&settling, Reason::Born)), ledger, &mut own);
            }
            Change::Retired => {
                let level = |minute| 1.0 - after(minute);
                service.run(region, level, Some((&settling, Reason::Retired)), ledger, &mut own);
            }
            Change::Moved => {
                let level = |minute| 1.0 - after(minute);
                let to = if region == FAR { HOME } else { FAR };
                service.run(region, level, Some((&settling, Reason::Moved)), ledger, &mut own);
                service.run(to, after, Some((&settling, Reason::Moved)), ledger, &mut own);
            }
            Change::Replaced => {
                let level = |minute| 1.0 - after(minute);
                let (old, new) = apis.split_once(' ').unwrap_or((apis, apis));
                let [old, new] = [old, new].map(|apis| Service { apis, ..service });
                old.run(region, level, Some((&settling, Reason::Moved)), ledger, &mut own);
                new.run(region, after, Some((&settling, Reason::Moved)), ledger, &mut own);
            }
            Change::Grows => {
                let length = f64::from(ledger.minutes);
                let level = |minute: u32| 1.0 + factor * 0.75 * f64::from(minute) / length;
                service.run(region, level, None, ledger, &mut own);
            }
            Change::Steps => {
                let level = |minute| 1.0 + (factor - 1.0) * after(minute);
                service.run(region, level, Some((&settling, Reason::Stepped)), ledger, &mut own);
            }
        }
    }
}

/// One service that changes.
#[derive(Clone, Copy, Debug)]
struct Service<'a> {
    name: &'static str,
    /// The service of AWS it calls.
    host: &'static str,
    apis: &'static str,
    rate: f64,
    load: &'a [f64],
}

impl Service<'_> {
    /// Writes down the calls in a Region, of which there are `level` times as many as else.
    fn run(
        &self,
        region: &'static str,
        level: impl Fn(u32) -> f64,
        neutral: Option<(&Range<u32>, Reason)>,
        ledger: &mut Ledger,
        random: &mut Random,
    ) {
        let identity = ledger.role(self.name, &format!("{}-{region}", self.name));
        let service = self.host;
        let mut rate = self.rate;
        let mut calls = Vec::new();
        for name in self.apis.split_whitespace() {
            let series = ledger.calls(Target { region, service, name });
            calls.push((series, rate));
            rate *= 0.5;
            if let Some((minutes, reason)) = neutral {
                ledger.neutral(series, minutes.clone(), reason);
            }
        }
        let load = (0..).zip(self.load).map(|(minute, load)| load * level(minute)).collect();
        ledger.services.push((identity, calls.iter().map(|call| call.0).collect()));
        Application { identity, calls, load }.run(Kind::Changing, ledger, random);
    }
}
