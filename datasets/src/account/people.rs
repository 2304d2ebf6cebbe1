//! People: they work in sessions, look at pages of a console, and run a script now and then.

use crate::account::calendar::{DAY, Zone};
use crate::account::ledger::{Ledger, Target};
use crate::account::place::{GLOBAL, HOME, SECOND, region_of};
use crate::account::series::Kind;
use crate::random::Random;
use crate::rounded;

/// A page of the console: a service and the APIs it calls, separated by spaces.
type Page = (&'static str, &'static str);

pub(crate) const PAGES: [Page; 22] = [
    (
        "ec2",
        "DescribeInstances DescribeInstanceStatus DescribeTags DescribeVolumes \
         DescribeSecurityGroups DescribeAddresses DescribeKeyPairs DescribeInstanceTypes",
    ),
    (
        "ec2",
        "DescribeVpcs DescribeSubnets DescribeRouteTables DescribeNetworkInterfaces \
         DescribeNatGateways DescribeVpcEndpoints DescribeNetworkAcls",
    ),
    (
        "iam",
        "ListUsers ListRoles ListPolicies GetUser GetRole ListAttachedRolePolicies ListAccessKeys \
         ListGroupsForUser GetAccountSummary ListMFADevices",
    ),
    (
        "s3",
        "ListBuckets GetBucketLocation GetBucketPolicyStatus GetBucketPublicAccessBlock \
         GetBucketAcl GetBucketVersioning",
    ),
    (
        "lambda",
        "ListFunctions20150331 GetFunction20150331v2 GetPolicy20150331v2 ListTags20170331 \
         ListVersionsByFunction20150331 ListEventSourceMappings20150331",
    ),
    ("monitoring", "DescribeAlarms ListMetrics GetMetricData ListDashboards GetDashboard"),
    (
        "logs",
        "DescribeLogGroups DescribeLogStreams FilterLogEvents GetLogEvents StartQuery \
         GetQueryResults",
    ),
    (
        "rds",
        "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeEvents \
         ListTagsForResource",
    ),
    (
        "ecs",
        "ListClusters DescribeClusters ListServices DescribeServices ListTasks DescribeTasks \
         DescribeTaskDefinition",
    ),
    (
        "cloudformation",
        "ListStacks DescribeStacks DescribeStackEvents DescribeStackResources GetTemplate",
    ),
    ("dynamodb", "ListTables DescribeTable DescribeTimeToLive DescribeContinuousBackups"),
    ("kms", "ListKeys ListAliases DescribeKey GetKeyPolicy GetKeyRotationStatus"),
    ("secretsmanager", "ListSecrets DescribeSecret"),
    ("ssm", "DescribeParameters GetParameter DescribeInstanceInformation"),
    ("ce", "GetCostAndUsage GetCostForecast GetDimensionValues"),
    ("securityhub", "GetFindings DescribeHub GetInsights"),
    ("guardduty", "ListDetectors ListFindings GetFindings"),
    ("athena", "ListWorkGroups StartQueryExecution GetQueryExecution GetQueryResults"),
    ("glue", "GetDatabases GetTables GetPartitions GetTable"),
    ("eks", "ListClusters DescribeCluster ListNodegroups"),
    ("cloudtrail", "LookupEvents DescribeTrails"),
    ("elasticloadbalancing", "DescribeLoadBalancers DescribeTargetGroups DescribeTargetHealth"),
];

/// What people do: a name, how many of ten do it, and the pages they look at.
const ROLES: [(&str, u32, &[usize]); 5] = [
    ("developer", 4, &[4, 4, 5, 6, 6, 8, 9, 10]),
    ("operator", 3, &[0, 0, 1, 5, 5, 7, 8, 13, 21]),
    ("analyst", 1, &[17, 17, 18, 3, 6]),
    ("security", 1, &[2, 2, 20, 15, 16, 11, 12, 3]),
    ("manager", 1, &[14, 14, 5]),
];

const NAMES: [&str; 20] = [
    "ada", "bela", "chidi", "dana", "emre", "farah", "goran", "hana", "ines", "jonas", "kiran",
    "lena", "milan", "noor", "oskar", "priya", "quentin", "rosa", "sven", "tara",
];

/// One person.
#[derive(Debug)]
pub(crate) struct Person {
    /// Who it is to CloudTrail.
    pub(crate) identity: u16,
    /// What the person looks at: pages in a Region.
    pub(crate) pages: Vec<(usize, &'static str)>,
    zone: Zone,
    /// Sessions on a working day.
    sessions: f64,
    /// The first and the last minute of a day's work, local.
    hours: (u32, u32),
    works_late: bool,
    /// How many calls a page makes for each of its APIs.
    thoroughness: f64,
    /// Days away from work.
    away: (u32, u32),
    scripts: Vec<Vec<Target>>,
    /// The chance of a script on a working day.
    script_chance: f64,
    script_size: f64,
}

/// Returns the people of the account and writes down their calls.
pub(crate) fn work(seed: u64, days: u32, ledger: &mut Ledger) -> Vec<Person> {
    let mut random = Random::stream(seed, "people");
    let count = random.between(13, 19) as usize;
    let mut names = NAMES;
    random.shuffle(&mut names);
    let people: Vec<Person> = names[..count]
        .iter()
        .enumerate()
        .map(|(n, name)| hire(n, name, ledger, &mut random))
        .collect();
    for (number, person) in people.iter().enumerate() {
        let mut random = Random::stream(seed, &format!("person {number}"));
        for day in 0..days {
            person.live(day, ledger, &mut random);
        }
    }
    people
}

fn hire(number: usize, name: &str, ledger: &mut Ledger, random: &mut Random) -> Person {
    let mut rest = random.below(10);
    let role = ROLES.iter().find(|role| {
        let found = rest < role.1;
        rest = rest.wrapping_sub(role.1);
        found
    });
    // There is always somebody for each kind of work.
    let &(role, _, pages) = ROLES.get(number).or(role).expect("the shares add up to ten");
    let zones =
        [Zone::Berlin, Zone::Berlin, Zone::London, Zone::NewYork, Zone::Kolkata, Zone::Sydney];
    let zone = zones[(number + random.position(2)) % zones.len()];
    let home = match zone {
        Zone::NewYork => GLOBAL,
        _ => HOME,
    };
    let elsewhere = *random.pick(&[HOME, GLOBAL, GLOBAL, GLOBAL, SECOND]);
    let pages: Vec<(usize, &str)> = pages
        .iter()
        .map(|&page| (page, if random.chance(0.93) { home } else { elsewhere }))
        .collect();
    let targets: Vec<Target> =
        pages.iter().flat_map(|&(page, region)| targets(page, region)).collect();
    let scripts = (0..2)
        .map(|_| (0..random.between(1, 3)).map(|_| *random.pick(&targets)).collect())
        .collect();
    let begin = random.between(8 * 60, 9 * 60 + 45);
    Person {
        identity: ledger.role(&format!("team-{role}"), &format!("{name}@example.com")),
        pages,
        zone,
        sessions: random.log_normal(5.0, 0.5),
        hours: (begin, begin + random.between(8 * 60, 9 * 60)),
        works_late: number == 1 || random.chance(0.05),
        thoroughness: random.log_normal(1.3, 0.4),
        away: if random.chance(0.35) {
            let from = random.below(30);
            (from, from + random.between(3, 14))
        } else {
            (0, 0)
        },
        scripts,
        script_chance: if role == "manager" { 0.0 } else { random.within(0.1, 0.35) },
        script_size: random.log_normal(60.0, 0.5),
    }
}

/// Returns what a page calls.
pub(crate) fn targets(page: usize, region: &'static str) -> impl Iterator<Item = Target> {
    let (service, names) = PAGES[page];
    let region = region_of(service, region);
    names.split_whitespace().map(move |name| Target { region, service, name })
}

impl Person {
    fn live(&self, day: u32, ledger: &mut Ledger, random: &mut Random) {
        let is_away = (self.away.0..self.away.1).contains(&day);
        let works = self.zone.works(day) && !is_away;
        let mean = if works { self.sessions } else { 0.04 * self.sessions };
        for _ in 0..random.poisson(mean) {
            let at = if works { self.moment(random) } else { random.between(8 * 60, 23 * 60) };
            self.session(self.zone.at(day, at), ledger, random);
        }
        if works && self.works_late {
            for _ in 0..random.poisson(0.4 * self.sessions) {
                let at = random.between(20 * 60, 26 * 60);
                self.session(self.zone.at(day, at), ledger, random);
            }
        }
        if works && random.chance(self.script_chance) {
            let at = self.zone.at(day, self.moment(random));
            self.script(at, ledger, random);
        }
    }

    /// Returns a minute of a working day, seldom one of lunch.
    fn moment(&self, random: &mut Random) -> u32 {
        let noon = 12 * 60 + 30;
        loop {
            let at = random.between(self.hours.0, self.hours.1);
            if !(noon..noon + 50).contains(&at) || random.chance(0.2) {
                return at % DAY;
            }
        }
    }

    fn session(&self, at: i64, ledger: &mut Ledger, random: &mut Random) {
        let login = Target { region: GLOBAL, service: "signin", name: "ConsoleLogin" };
        if random.chance(0.5) {
            let login = ledger.calls(login);
            ledger.add(login, at, self.identity, 1, Kind::People);
        }
        let views = rounded(random.log_normal(5.0, 0.9)).clamp(1, 60);
        let mut passed = 0.0;
        let mut page = *random.pick(&self.pages);
        for _ in 0..views {
            if random.chance(0.35) {
                page = *random.pick(&self.pages);
            }
            self.view(page, at + i64::from(rounded(passed)), ledger, random);
            passed += random.exponential(2.0);
        }
    }

    fn view(&self, page: (usize, &'static str), at: i64, ledger: &mut Ledger, random: &mut Random) {
        for target in targets(page.0, page.1) {
            if random.chance(0.7) {
                let calls = rounded(random.log_normal(self.thoroughness, 0.8)).clamp(1, 80);
                let series = ledger.calls(target);
                let later = i64::from(random.chance(0.3));
                ledger.add(series, at + later, self.identity, calls, Kind::People);
            }
        }
    }

    /// Calls the same few APIs for each of many resources.
    fn script(&self, at: i64, ledger: &mut Ledger, random: &mut Random) {
        let script = &self.scripts[random.position(self.scripts.len())];
        let calls = rounded(random.log_normal(self.script_size, 0.6)).clamp(5, 600);
        let minutes = random.between(1, 2 + calls / 60);
        for target in script {
            let series = ledger.calls(*target);
            for minute in 0..minutes {
                let calls = random.poisson(f64::from(calls) / f64::from(minutes));
                ledger.add(series, at + i64::from(minute), self.identity, calls, Kind::People);
            }
        }
    }
}
