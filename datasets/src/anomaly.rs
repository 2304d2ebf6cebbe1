//! The anomalies of an archive and when and where they happen.

use anyhow::{bail, ensure};

use crate::behaviour::Behaviour;
use crate::catalog::{Api, Failure, Kind, denial};
use crate::place::{Place, Series};
use crate::principals::Principals;
use crate::random::Random;

/// The least time between two anomalies, in minutes.
pub(crate) const APART: u32 = 240;

/// The longest anomaly, in minutes.
const LONGEST: u32 = 120;

/// How long an archive is quiet before its first anomaly, in minutes: eight days, so that a
/// baseline of seven days and the day of the anomaly are clean.
const QUIET_BEFORE: u32 = 8 * 1440;

/// How long an archive is quiet after its last anomaly, in minutes.
const QUIET_AFTER: u32 = 180;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Story {
    /// Many calls of a write API that is hardly ever used, by a stranger.
    SparseBurst,
    /// A usual caller of a write API runs wild, at five times the normal rate or more.
    SteadyBurst,
    /// A stranger reads many objects.
    Exfiltration,
    /// A stranger tries an API that is not allowed.
    Probing,
    /// The calls of a busy write API stop.
    Fall,
}

/// The stories of an archive in the order they happen, again and again.
const STORIES: [Story; 6] = [
    Story::SparseBurst,
    Story::Probing,
    Story::Exfiltration,
    Story::SteadyBurst,
    Story::Probing,
    Story::Fall,
];

/// Write APIs that a stranger would use, in this order.
const ABUSED: [(&str, &str); 6] = [
    ("iam", "CreateAccessKey"),
    ("ec2", "RunInstances"),
    ("iam", "CreateUser"),
    ("ec2", "AuthorizeSecurityGroupIngress"),
    ("iam", "AttachUserPolicy"),
    ("ssm", "PutParameter"),
];

/// What the calls of a minute become.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// There are about this many calls more.
    Burst {
        /// The additional calls per minute, kept within a fifth of this.
        per_minute: u32,
    },
    /// There are none.
    Fall,
}

/// One unusual span of one series.
#[derive(Clone, Debug)]
pub(crate) struct Anomaly {
    /// The position of the account and Region.
    pub(crate) place: usize,
    /// The position of the API in the catalogue.
    pub(crate) api: usize,
    /// How the calls fail; none if they succeed.
    pub(crate) failure: Option<Failure>,
    /// The position of the principal that makes the additional calls.
    pub(crate) principal: usize,
    /// What happens.
    pub(crate) shape: Shape,
    /// The first minute, counted from the start of the archive.
    pub(crate) start: u32,
    /// The minute after the last one.
    pub(crate) end: u32,
}

/// Returns `count` anomalies in the order of time, spread over an archive of this many minutes.
///
/// The first is after eight days, or in the second half of a shorter archive.
///
/// # Errors
///
/// Returns an error if there is no room for as many, or no API that is fit.
pub(crate) fn plan(
    seed: u64,
    count: u32,
    minutes: u32,
    apis: &[Api],
    places: &[Place],
) -> anyhow::Result<Vec<Anomaly>> {
    let first = if minutes > QUIET_BEFORE + 1440 { QUIET_BEFORE } else { minutes / 2 };
    let room = minutes.saturating_sub(first + QUIET_AFTER);
    let most = room / (APART + LONGEST + 1);
    ensure!(count <= most, "there is room for {most} anomalies, but not for {count}");
    let mut random = Random::stream(seed, "anomalies");
    let mut anomalies: Vec<Anomaly> = Vec::new();
    for number in 0..count {
        let story = STORIES[number as usize % STORIES.len()];
        let round = number as usize / STORIES.len();
        // People who probe go to the quiet places as well; the others follow the activity.
        let from = if story == Story::Probing { number as usize } else { round };
        let mut tried = (0..places.len()).map(|step| (from + step) % places.len());
        let mut found = tried
            .find_map(|place| story.play(place, &places[place], apis, &anomalies, &mut random));
        if found.is_none() {
            // A small archive may have no API busy enough; then there is another break-in.
            found = Story::Probing.play(0, &places[0], apis, &anomalies, &mut random);
        }
        let Some((mut anomaly, duration)) = found else {
            bail!("there is no API left for anomaly {}", number + 1);
        };
        let slot = room / count;
        anomaly.start = first + slot * number + random.below(slot - APART - duration);
        anomaly.end = anomaly.start + duration;
        anomalies.push(anomaly);
    }
    Ok(anomalies)
}

impl Story {
    /// Returns the anomaly at a place, still without time, and its duration in minutes.
    fn play(
        self,
        position: usize,
        place: &Place,
        apis: &[Api],
        before: &[Anomaly],
        random: &mut Random,
    ) -> Option<(Anomaly, u32)> {
        let is_free = |api: usize| !before.iter().any(|a| a.place == position && a.api == api);
        // Every success has a series of its own, so these are the APIs in use.
        let mut fit: Vec<&Series> = place
            .series
            .iter()
            .filter(|series| series.failure.is_none() && is_free(series.api))
            .filter(|series| self.fits(series, &apis[series.api], place))
            .collect();
        let rate = |series: &Series| series.behaviour.expected(0);
        let series = match self {
            Self::SparseBurst => {
                // The first choice changes from round to round.
                let round = before.len() / STORIES.len();
                let mut abused = ABUSED.iter().cycle().skip(round).take(ABUSED.len());
                let known = abused.find_map(|api| fit.iter().find(|s| apis[s.api].is(*api)));
                *known.or(fit.first())?
            }
            Self::SteadyBurst | Self::Fall => {
                fit.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
                fit.truncate(if self == Self::Fall { 1 } else { 3 });
                *fit.get(random.position(fit.len()))?
            }
            Self::Exfiltration => fit.first()?,
            Self::Probing => {
                // Two probes in a row differ in their error codes.
                let last = before.iter().rev().find_map(|a| a.failure).map(|failure| failure.code);
                fit.retain(|series| Some(denial(apis[series.api].service).code) != last);
                *fit.get(random.position(fit.len()))?
            }
        };
        let times = |factor: f64| crate::rounded(rate(series) * factor);
        let burst = |per_minute| Shape::Burst { per_minute };
        let (shape, duration, principal) = match self {
            Self::SparseBurst => {
                (burst(random.between(13, 20)), random.between(8, 20), Principals::outsider(2))
            }
            Self::SteadyBurst => {
                let more = times(4.0).max(random.between(13, 18));
                (burst(more), random.between(10, 30), series.callers[0])
            }
            Self::Exfiltration => {
                let more = times(29.0).max(random.between(15, 22));
                (burst(more), random.between(12, 18), Principals::outsider(0))
            }
            Self::Probing => {
                (burst(random.between(13, 22)), random.between(5, 15), Principals::outsider(1))
            }
            Self::Fall => {
                let (low, high) = if rate(series) >= 3.0 { (30, 60) } else { (90, LONGEST) };
                (Shape::Fall, random.between(low, high), series.callers[0])
            }
        };
        let failure = (self == Self::Probing).then(|| denial(apis[series.api].service));
        let (start, end) = (0, 0);
        let anomaly =
            Anomaly { place: position, api: series.api, failure, principal, shape, start, end };
        Some((anomaly, duration))
    }

    /// Returns true if the story can be told of a series.
    fn fits(self, series: &Series, api: &Api, place: &Place) -> bool {
        let is_steady = matches!(series.behaviour, Behaviour::Steady { .. });
        let rate = series.behaviour.expected(0);
        let fails = |code: Option<&str>| {
            place.series.iter().any(|other| {
                let other_code = other.failure.map(|failure| failure.code);
                other.api == series.api
                    && other_code.is_some()
                    && (code.is_none() || other_code == code)
            })
        };
        match self {
            Self::SparseBurst => api.kind == Kind::Write && !is_steady && api.service != "signin",
            Self::SteadyBurst => api.kind == Kind::Write && is_steady && !api.is(Api::HEARTBEAT),
            Self::Exfiltration => api.is(("s3", "GetObject")),
            Self::Probing => {
                let services = ["ec2", "iam", "s3", "secretsmanager", "ssm", "kms", "dynamodb"];
                api.kind == Kind::Read
                    && services.contains(&api.service)
                    && !fails(Some(denial(api.service).code))
            }
            Self::Fall => {
                matches!(api.kind, Kind::Write | Kind::DataWrite) && rate >= 0.5 && !fails(None)
            }
        }
    }
}
