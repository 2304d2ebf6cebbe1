//! Failures that are normal: too many calls at a peak, a permission short, a thing not there.

use crate::account::calendar::DAY;
use crate::account::ledger::Ledger;
use crate::account::people::{Person, targets};
use crate::account::rarities::working_time;
use crate::account::series::Kind;
use crate::account::traffic::Application;
use crate::random::Random;
use crate::rounded;

/// Writes down all failures, which count as calls as well.
pub(crate) fn fail(
    seed: u64,
    people: &[Person],
    applications: &[Application],
    ledger: &mut Ledger,
) {
    let mut random = Random::stream(seed, "failures");
    for application in applications {
        throttle(application, ledger, &mut random);
        miss(application, ledger, &mut random);
    }
    deny(people, ledger, &mut random);
}

/// Refuses calls when the load comes near a limit, and so in bursts.
fn throttle(application: &Application, ledger: &mut Ledger, random: &mut Random) {
    for &(series, rate) in &application.calls {
        if rate < 0.5 || !random.chance(0.4) {
            continue;
        }
        let target = ledger.drafts[series].target;
        let code = match target.service {
            "dynamodb" => "ProvisionedThroughputExceededException",
            "s3" => "SlowDown",
            "lambda" => "TooManyRequestsException",
            _ => "ThrottlingException",
        };
        let failures = ledger.failures(target, code);
        let limit = random.within(1.3, 2.0);
        // The limit is not quite the same every minute, nor are the calls within it.
        for (minute, load) in (0..).zip(&application.load) {
            let over = load * random.log_normal(1.0, 0.25) - limit;
            if over > 0.0 {
                let mean = rate * over * 0.6;
                let calls = random.poisson(mean);
                ledger.fail(failures, minute, application.identity, calls, Kind::Throttling);
            }
        }
    }
}

/// Lets some calls ask for what is not there, all the time.
fn miss(application: &Application, ledger: &mut Ledger, random: &mut Random) {
    for &(series, rate) in &application.calls {
        if !random.chance(0.35) {
            continue;
        }
        let target = ledger.drafts[series].target;
        let code = match target.service {
            "s3" => "NoSuchKey",
            "ssm" => "ParameterNotFound",
            "cognito-idp" => "UserNotFoundException",
            _ => "ResourceNotFoundException",
        };
        let failures = ledger.failures(target, code);
        let share = random.log_normal(0.06, 0.8).min(0.5);
        for (minute, load) in (0..).zip(&application.load) {
            let calls = random.poisson(rate * load * share);
            ledger.fail(failures, minute, application.identity, calls, Kind::Missing);
        }
    }
}

/// Lets people try what they may not do, a few times a week.
fn deny(people: &[Person], ledger: &mut Ledger, random: &mut Random) {
    let codes = ["AccessDenied", "Client.UnauthorizedOperation", "AccessDeniedException"];
    for _ in 0..24 {
        let person = random.pick(people);
        let &(page, region) = random.pick(&person.pages);
        let targets: Vec<_> = targets(page, region).collect();
        let target = *random.pick(&targets);
        let code = match target.service {
            "ec2" => codes[1],
            "iam" | "s3" | "cloudformation" => codes[0],
            _ => codes[2],
        };
        let failures = ledger.failures(target, code);
        let gap = f64::from(7 * DAY) / random.log_normal(2.5, 0.6);
        let mut at = random.exponential(gap);
        while at < f64::from(ledger.minutes) {
            // A page that is refused is loaded again.
            let minute = working_time(rounded(at), random);
            let who = if random.chance(0.7) { person } else { random.pick(people) };
            let calls = 1 + random.poisson(0.8);
            ledger.fail(failures, minute, who.identity, calls, Kind::Denial);
            at += random.exponential(gap);
        }
    }
}
