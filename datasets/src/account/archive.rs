//! An account as the log files of CloudTrail: a record for each call.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::slice::Iter;

use crate::account::calendar::DAY;
use crate::account::series::{Cell, Series};
use crate::account::{ACCOUNT, Account};
use crate::catalog::{Api, Caller, Failure, Kind, denial};
use crate::clock::MINUTE;
use crate::delivery::{Delivery, Summary};
use crate::place::{Load, Place};
use crate::principal::Principal;
use crate::principals;
use crate::random::Random;
use crate::record::Call;
use crate::settings::Settings;
use crate::sink::Sink;

impl Account {
    /// Writes the calls as CloudTrail delivers them: `AWSLogs/` with a file every five minutes for
    /// each Region, up to ten minutes late and some records twice.
    ///
    /// Failures are calls: as many of the calls of an identity in a minute fail as there are
    /// failures of it, and a failure without a call has a record of its own. Ids, seconds and delays
    /// come from `seed`. Only the files under way are in memory.
    ///
    /// # Errors
    ///
    /// Returns the error of the receiver.
    pub fn write_archive(&self, seed: u64, sink: &mut impl Sink) -> anyhow::Result<Summary> {
        let settings = Settings {
            seed,
            start: self.start.date_naive(),
            days: self.days,
            ..Settings::default()
        };
        let load = Load { per_minute: 0.0, heartbeat: None, used: 0.0 };
        let places: Vec<Place> =
            self.regions().map(|region| Place::new(seed, ACCOUNT, region, &[], load)).collect();
        let routes: Vec<(&str, &str)> =
            places.iter().map(|place| (&*place.account, &*place.region)).collect();
        let callers: Vec<Principal> = self.identities.iter().map(|arn| caller(arn)).collect();
        let mut delivery = Delivery::new(&settings, &routes);
        let mut targets = self.targets(&places);
        let mut random = Random::stream(seed, "records");
        let mut record = Vec::new();
        for minute in 0..self.minutes() {
            let second = i64::from(minute) * MINUTE;
            for target in &mut targets {
                let Target { place, api, pending } = target;
                pending.due(minute, |identity, failure, count| {
                    let principal = &callers[usize::from(identity)];
                    for _ in 0..count {
                        let second = second + i64::from(random.below(60));
                        let call = Call {
                            place: &places[*place],
                            api,
                            failure,
                            principal,
                            session: &principal.sessions[0],
                            time: settings.epoch() + second,
                            choice: random.bits(),
                        };
                        record.clear();
                        call.write(&mut record, &mut random)?;
                        delivery.accept(*place, second, &record);
                    }
                    Ok(())
                })?;
            }
            delivery.close(second + MINUTE, sink)?;
        }
        delivery.finish(sink)
    }

    /// Returns about how many files [`write_archive`](Self::write_archive) writes.
    #[must_use]
    pub fn file_count(&self) -> usize {
        let a_day = DAY / Settings::default().file_minutes;
        self.regions().count() * self.days as usize * a_day as usize
    }

    /// Returns the Regions in the order of their names.
    fn regions(&self) -> impl Iterator<Item = &'static str> {
        let regions: BTreeSet<_> = self.series.iter().map(|series| series.region).collect();
        regions.into_iter()
    }

    /// Returns what is called, each with its failures.
    fn targets<'a>(&'a self, places: &[Place]) -> Vec<Target<'a>> {
        let mut targets = BTreeMap::new();
        for series in &self.series {
            let Series { region, event_source, event_name, .. } = series;
            let target = targets
                .entry((event_source, event_name, region))
                .or_insert_with(|| Target::new(series, places));
            let cells = series.cells.iter().peekable();
            match series.error_code {
                None => target.pending.calls = cells,
                Some(code) => {
                    let failure = failure(target.api.service, code);
                    target.pending.failures.push((failure, cells));
                }
            }
        }
        targets.into_values().collect()
    }
}

/// What is called in a Region.
#[derive(Debug)]
struct Target<'a> {
    /// The position of the Region.
    place: usize,
    api: Api<'a>,
    pending: Pending<'a>,
}

/// Calls that are not written yet.
#[derive(Debug)]
struct Pending<'a> {
    calls: Peekable<Iter<'a, Cell>>,
    failures: Vec<(Failure, Peekable<Iter<'a, Cell>>)>,
}

impl<'a> Target<'a> {
    /// Returns what a series is about, still without calls.
    fn new(series: &'a Series, places: &[Place]) -> Self {
        let service = series.event_source.trim_end_matches(".amazonaws.com");
        let name = series.event_name;
        let kind = match (series.is_data, is_read(service, name)) {
            (false, true) => Kind::Read,
            (false, false) => Kind::Write,
            (true, true) => Kind::DataRead,
            (true, false) => Kind::DataWrite,
        };
        let response = match name {
            "ConsoleLogin" => r#"{"ConsoleLogin":"Success"}"#,
            _ => "null",
        };
        let place = places.iter().position(|place| place.region == series.region);
        Self {
            place: place.expect("each Region of a series has a place"),
            api: Api {
                service,
                name,
                kind,
                weight: 0.0,
                caller: Caller::Tool,
                request: "null",
                response,
                resources: "",
            },
            pending: Pending { calls: [].iter().peekable(), failures: Vec::new() },
        }
    }
}

impl Pending<'_> {
    /// Tells the calls of a minute: who calls, how they fail if they do, and how many there are.
    fn due(
        &mut self,
        minute: u32,
        mut tell: impl FnMut(u16, Option<Failure>, u32) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut failed: BTreeMap<u16, u32> = BTreeMap::new();
        for (failure, cells) in &mut self.failures {
            while let Some(cell) = cells.next_if(|cell| cell.minute == minute) {
                *failed.entry(cell.identity).or_default() += cell.count;
                tell(cell.identity, Some(*failure), cell.count)?;
            }
        }
        while let Some(cell) = self.calls.next_if(|cell| cell.minute == minute) {
            let failed = failed.get(&cell.identity).copied().unwrap_or_default();
            tell(cell.identity, None, cell.count.saturating_sub(failed))?;
        }
        Ok(())
    }
}

/// Returns who an identity is: all are sessions of roles.
fn caller(arn: &str) -> Principal {
    let (role, session) =
        arn.split_once('/').and_then(|(_, name)| name.split_once('/')).unwrap_or((arn, arn));
    let (agent, network) = principals::habits(role);
    Principal::role(ACCOUNT, role, agent, network, [session])
}

/// Returns whether CloudTrail says of an API that it only reads.
fn is_read(service: &str, name: &str) -> bool {
    let verbs = [
        "Describe",
        "Get",
        "List",
        "Head",
        "Query",
        "Search",
        "Lookup",
        "Filter",
        "BatchGet",
        "BatchCheck",
        "Validate",
        "Read",
        "Poll",
        "Discover",
    ];
    verbs.iter().any(|verb| name.starts_with(verb))
        || matches!((service, name), ("kms", "Decrypt" | "GenerateDataKey"))
        || (service == "sts" && name.starts_with("AssumeRole"))
}

/// Returns a failure with a message that suits its code.
fn failure(service: &str, code: &'static str) -> Failure {
    let message = match code {
        "AccessDenied" | "AccessDeniedException" | "Client.UnauthorizedOperation" => {
            denial(service).message
        }
        "SlowDown" => "Please reduce your request rate.",
        "ProvisionedThroughputExceededException" => {
            "The level of configured provisioned throughput for the table was exceeded."
        }
        "NoSuchKey" => "The specified key does not exist.",
        "UserNotFoundException" => "User does not exist.",
        "ParameterNotFound" | "ResourceNotFoundException" => "Requested resource not found",
        "ExpiredTokenException" => "The security token included in the request is expired",
        "ValidationException" => "The request is not valid.",
        "InternalFailure" => "An internal failure occurred.",
        _ => "Rate exceeded",
    };
    Failure { code, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_reads_from_writes() {
        for (service, name) in
            [("ec2", "DescribeInstances"), ("kms", "Decrypt"), ("sts", "AssumeRole")]
        {
            assert!(is_read(service, name), "{name}");
        }
        for (service, name) in [("ec2", "RunInstances"), ("s3", "PutObject"), ("x", "Decrypt")] {
            assert!(!is_read(service, name), "{name}");
        }
    }

    #[test]
    fn a_role_and_its_session_are_told_from_the_arn() {
        let arn = "arn:aws:sts::111122223333:assumed-role/team-analyst/ada@example.com";
        assert_eq!(caller(arn).sessions[0].arn, arn);
    }

    #[test]
    fn failures_are_told_first_and_calls_are_what_is_left() {
        let cell = |minute, identity, count| Cell { minute, identity, count };
        let series = |error_code, cells| Series {
            region: "us-east-1",
            event_source: "s3.amazonaws.com".into(),
            event_name: "GetObject",
            is_data: true,
            error_code,
            kind: crate::account::Kind::Traffic,
            cells,
        };
        let account = Account {
            start: crate::account::START,
            days: 1,
            identities: Vec::new(),
            series: vec![
                series(None, vec![cell(3, 0, 9), cell(3, 1, 2), cell(4, 0, 1)]),
                series(Some("NoSuchKey"), vec![cell(3, 0, 4), cell(3, 2, 1)]),
                series(Some("SlowDown"), vec![cell(3, 0, 2)]),
            ],
            labels: Vec::new(),
            neutral: Vec::new(),
            gaps: Vec::new(),
        };
        let load = Load { per_minute: 0.0, heartbeat: None, used: 0.0 };
        let places = [Place::new(1, ACCOUNT, "us-east-1", &[], load)];
        let mut targets = account.targets(&places);
        let [target] = &mut targets[..] else { unreachable!("one API in one Region") };
        let mut told = Vec::new();
        for minute in 2..5 {
            let tell = |identity, failure: Option<Failure>, count| {
                told.push((minute, identity, failure.map_or("", |failure| failure.code), count));
                Ok(())
            };
            target.pending.due(minute, tell).unwrap();
        }
        let expected = [
            (3, 0, "NoSuchKey", 4),
            (3, 2, "NoSuchKey", 1),
            (3, 0, "SlowDown", 2),
            (3, 0, "", 3),
            (3, 1, "", 2),
            (4, 0, "", 1),
        ];
        assert_eq!(told, expected);
    }
}
