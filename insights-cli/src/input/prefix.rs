//! [`Prefix`]: what the name of a folder tells of everything in it.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::input::{
    key::{is_account, is_region, kind},
    scope::Scope,
};

/// What the keys below a folder have in common, in CloudTrail's layout:
/// `[PREFIX/]AWSLogs/[ORGANISATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`.
///
/// Nothing is taken for granted of folders that are laid out in any other way.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Prefix {
    /// Whether it is the folder of another service, which delivers next to CloudTrail, or of the
    /// results of CloudTrail Lake.
    pub(super) foreign: bool,
    pub(super) account_id: Option<String>,
    pub(super) region: Option<String>,
    /// The first and the last day on which anything in it was delivered.
    days: Option<(NaiveDate, NaiveDate)>,
}

impl Prefix {
    /// Reads a path that ends with a slash, or is empty.
    pub(super) fn parse(path: &str) -> Self {
        let mut parts = path.split('/').collect::<Vec<_>>();
        parts.pop();
        let mut prefix = Self::default();
        // Control Tower names the organisation before `AWSLogs` and again after it.
        let Some(logs) = parts.iter().rposition(|&part| part == "AWSLogs") else {
            return prefix;
        };
        let below = &parts[logs + 1..];
        let below = match below {
            [organisation, below @ ..] if organisation.starts_with("o-") => below,
            below => below,
        };
        let [account, below @ ..] = below else { return prefix };
        if !is_account(account) {
            return prefix;
        }
        prefix.account_id = Some((*account).to_owned());
        let [service, below @ ..] = below else { return prefix };
        let trail = *service == "CloudTrail";
        prefix.foreign = !trail && kind(service).is_none() && below.is_empty();
        if let [region, below @ ..] = below
            && trail
            && is_region(region)
        {
            prefix.region = Some((*region).to_owned());
            prefix.days = days(below);
        }
        prefix
    }

    /// Returns whether anything in it can hold events that are looked for.
    pub(super) fn is_within(&self, scope: &Scope) -> bool {
        scope.admits_parts(self.account_id.as_deref(), self.region.as_deref(), self.days)
    }

    /// Returns the day of everything in it, if there is one.
    #[cfg(feature = "s3")]
    pub(super) fn day(&self) -> Option<NaiveDate> {
        self.days.filter(|(first, last)| first == last).map(|(day, _)| day)
    }
}

/// Reads a year, a month of it, or a day of that.
fn days(parts: &[&str]) -> Option<(NaiveDate, NaiveDate)> {
    let number = |part: &str, length| {
        let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (year, below) = parts.split_first()?;
    let year = NaiveDate::from_ymd_opt(i32::try_from(number(year, 4)?).ok()?, 1, 1)?;
    let last = |next: Option<NaiveDate>| next?.checked_sub_days(Days::new(1));
    let Some((month, below)) = below.split_first() else {
        return Some((year, last(year.checked_add_months(Months::new(12)))?));
    };
    let Some(month) = number(month, 2).and_then(|month| year.with_month(month)) else {
        return Some((year, last(year.checked_add_months(Months::new(12)))?));
    };
    let day = below.first().and_then(|day| month.with_day(number(day, 2)?));
    match day {
        Some(day) => Some((day, day)),
        None => Some((month, last(month.checked_add_months(Months::new(1)))?)),
    }
}

#[cfg(test)]
mod tests {
    use insights_core::{Minute, Minutes, Selection};

    use super::*;
    use crate::input::key::ObjectKey;

    fn told(path: &str) -> String {
        let Prefix { foreign, account_id, region, days } = Prefix::parse(path);
        let text = |part: Option<String>| part.unwrap_or_else(|| "-".into());
        let days = days.map(|(first, last)| format!("{first}..{last}"));
        let foreign = if foreign { "foreign " } else { "" };
        format!("{foreign}{} {} {}", text(account_id), text(region), text(days))
    }

    #[test]
    fn each_level_tells_more() {
        for before in ["", "a/b/", "o-x/", "CloudTrail/eu-west-1/", "AWSLogs/", "/"] {
            for organisation in ["", "o-x/"] {
                let told = |path: &str| told(&format!("{before}AWSLogs/{organisation}{path}"));
                assert_eq!(told(""), "- - -");
                let account = "111122223333/";
                assert_eq!(told(account), "111122223333 - -");
                let trail = format!("{account}CloudTrail/");
                assert_eq!(told(&trail), "111122223333 - -");
                let region = format!("{trail}us-east-2/");
                assert_eq!(told(&region), "111122223333 us-east-2 -");
                for (below, days) in [
                    ("2024/", "2024-01-01..2024-12-31"),
                    ("2024/02/", "2024-02-01..2024-02-29"),
                    ("2024/02/28/", "2024-02-28..2024-02-28"),
                    ("2024/02/28/13/", "2024-02-28..2024-02-28"),
                    ("2024/13/", "2024-01-01..2024-12-31"),
                    ("2024/02/31/", "2024-02-01..2024-02-29"),
                    ("9999/12/31/", "9999-12-31..9999-12-31"),
                ] {
                    let wanted = format!("111122223333 us-east-2 {days}");
                    assert_eq!(told(&format!("{region}{below}")), wanted, "{below}");
                }
                assert_eq!(told(&format!("{region}x/")), "111122223333 us-east-2 -");
                let insight = format!("{account}CloudTrail-Insight/");
                assert_eq!(told(&insight), "111122223333 - -");
                let config = format!("{account}Config/");
                assert_eq!(told(&config), "foreign 111122223333 - -");
            }
        }
    }

    #[test]
    fn other_layouts_tell_nothing() {
        for path in ["", "/", "logs/2024/02/28/", "AWSLogs/x/CloudTrail/", "111122223333/"] {
            assert_eq!(Prefix::parse(path), Prefix::default(), "{path}");
        }
    }

    fn scope(from: &str, to: &str, accounts: &[&str], regions: &[&str]) -> Scope {
        let minute = |text: &str| text.parse().ok().map(Minute::containing);
        let owned = |list: &[&str]| list.iter().map(|&part| part.to_owned()).collect();
        let selection = Selection {
            from: minute(from),
            to: minute(to),
            accounts: owned(accounts),
            regions: owned(regions),
            ..Selection::default()
        };
        Scope::new(&selection, Minutes::days(1))
    }

    fn admitted<'a>(scope: &Scope, prefixes: &[&'a str]) -> Vec<&'a str> {
        let admits = |prefix: &&&str| Prefix::parse(prefix).is_within(scope);
        prefixes.iter().filter(admits).copied().collect()
    }

    #[test]
    fn days_are_kept_from_the_first_to_the_last_with_what_comes_late() {
        let scope = scope("2026-03-02T12:00:00Z", "2026-03-04T00:00:00Z", &[], &[]);
        let days = ["2026/03/01/", "2026/03/02/", "2026/03/04/", "2026/03/05/", "2027/01/01/"];
        let folder = "AWSLogs/111122223333/CloudTrail/eu-west-1/";
        let days = days.map(|day| format!("{folder}{day}"));
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        assert_eq!(admitted(&scope, &days), days[1..3]);
        let object = |day: &str| ObjectKey::parse(&format!("{folder}{day}x.json.gz"));
        assert!(scope.admits(&object("2026/03/04/")) && !scope.admits(&object("2026/03/05/")));
        assert!(scope.admits(&object("")) && scope.admits(&ObjectKey::default()));
    }

    #[test]
    fn years_and_months_are_left_out_whole() {
        let scope = scope("2026-02-27T12:00:00Z", "2026-03-01T00:00:00Z", &[], &[]);
        let folder = "p/AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/";
        let all = ["", "2025/", "2026/", "2026/01/", "2026/02/", "2026/03/", "2026/04/"];
        let all = all.map(|below| format!("{folder}{below}"));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let kept = [0, 2, 4, 5].map(|at: usize| all[at]);
        assert_eq!(admitted(&scope, &all), kept);
    }

    #[test]
    fn accounts_and_regions_are_told_as_soon_as_their_folders() {
        let scope = scope("", "", &["111122223333"], &["eu-west-1"]);
        let all = [
            "AWSLogs/",
            "AWSLogs/111122223333/",
            "AWSLogs/111122223333/CloudTrail/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2021/",
            "AWSLogs/111122223333/CloudTrail/eu-west-2/",
            "AWSLogs/444455556666/",
            "o-a/AWSLogs/o-a/444455556666/CloudTrail/eu-west-1/",
        ];
        assert_eq!(admitted(&scope, &all), all[..4]);
    }

    #[test]
    fn global_events_may_lie_in_any_region_before_the_end_of_2021() {
        let folder = "AWSLogs/111122223333/CloudTrail/ap-south-1/";
        let at = |below: &str| Prefix::parse(&format!("{folder}{below}"));
        let global = scope("", "", &[], &["us-east-1"]);
        assert!(at("").is_within(&global));
        assert!(at("2021/11/").is_within(&global));
        assert!(at("2021/11/23/").is_within(&global));
        assert!(!at("2021/11/24/").is_within(&global));
        assert!(!at("2022/").is_within(&global));
        let late = scope("2022-01-01T00:00:00Z", "", &[], &["us-east-1"]);
        assert!(!at("").is_within(&late));
        let other = scope("", "", &[], &["eu-west-1"]);
        assert!(!at("2021/11/23/").is_within(&other));
    }
}
