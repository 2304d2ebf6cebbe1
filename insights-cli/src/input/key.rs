//! [`ObjectKey`]: what the name of a log file tells.

use chrono::{NaiveDate, NaiveTime};

/// What the key of an object says about the records in it, in CloudTrail's layout:
/// `AWSLogs/[ORGANISATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/
/// ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`.
///
/// Each part is told by itself, so copies in other folders still tell what they can.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ObjectKey {
    pub(crate) kind: Kind,
    /// The account whose log it is.
    pub(crate) account_id: Option<String>,
    /// The Region whose log it is.
    pub(crate) region: Option<String>,
    /// The day on which the file was delivered.
    pub(crate) day: Option<NaiveDate>,
}

/// What CloudTrail keeps in an object.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Kind {
    /// Records of calls, or something else: its content tells.
    #[default]
    Log,
    /// Hashes of log files.
    Digest,
    /// CloudTrail's own Insights.
    Insight,
    /// Counts of data events.
    Aggregated,
    /// Events of VPC endpoints.
    NetworkActivity,
}

impl ObjectKey {
    /// Reads a path, its parts separated by slashes.
    pub(crate) fn parse(path: &str) -> Self {
        let parts: Vec<&str> = path.split(['/', '\\']).collect();
        let name = parts.last().copied().unwrap_or_default();
        let folders = &parts[..parts.len() - 1];
        let in_name: Vec<&str> = name.split('_').collect();
        let kind = folders.iter().chain(in_name.get(1)).find_map(|part| kind(part));
        let mut key = Self { kind: kind.unwrap_or_default(), ..Self::default() };
        if let [account, label, region, time, ..] = in_name[..]
            && label.starts_with("CloudTrail")
        {
            key.account_id = is_account(account).then(|| account.to_owned());
            key.region = is_region(region).then(|| region.to_owned());
            key.day = delivery(time);
        }
        if let Some(at) = folders.iter().position(|part| part.starts_with("CloudTrail")) {
            let above = at.checked_sub(1).map(|above| folders[above]);
            let below = folders.get(at + 1).copied();
            let owned = |part: Option<&str>, is: fn(&str) -> bool| {
                part.filter(|part| is(part)).map(ToOwned::to_owned)
            };
            key.account_id = key.account_id.or_else(|| owned(above, is_account));
            key.region = key.region.or_else(|| owned(below, is_region));
        }
        if key.day.is_none() {
            key.day = folders.windows(3).rev().find_map(|date| day(date[0], date[1], date[2]));
        }
        key
    }

    /// Returns the account and the Region of this key, or of `around` where it tells none.
    pub(crate) fn or(self, around: &Self) -> Self {
        Self {
            account_id: self.account_id.or_else(|| around.account_id.clone()),
            region: self.region.or_else(|| around.region.clone()),
            ..self
        }
    }
}

/// Returns the day of a time of delivery, such as `20150801T0210Z`.
fn delivery(time: &str) -> Option<NaiveDate> {
    let (date, clock) = time.split_once('T')?;
    let clock = clock.strip_suffix('Z').filter(|clock| clock.len() == 4)?;
    NaiveTime::from_hms_opt(number(clock.get(..2)?)?, number(clock.get(2..)?)?, 0)?;
    day(date.get(..4)?, date.get(4..6)?, date.get(6..)?)
}

pub(super) fn kind(part: &str) -> Option<Kind> {
    match part {
        "CloudTrail-Digest" => Some(Kind::Digest),
        "CloudTrail-Insight" => Some(Kind::Insight),
        "CloudTrail-Aggregated" => Some(Kind::Aggregated),
        "CloudTrail-NetworkActivity" => Some(Kind::NetworkActivity),
        _ => None,
    }
}

pub(super) fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_region(part: &str) -> bool {
    part.contains('-') && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    if [year.len(), month.len(), day.len()] != [4, 2, 2] {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str) -> String {
        let key = ObjectKey::parse(path);
        let text = |part: Option<String>| part.unwrap_or_else(|| "-".into());
        let day = text(key.day.map(|day| day.to_string()));
        format!("{:?} {} {} {day}", key.kind, text(key.account_id), text(key.region))
    }

    #[test]
    fn keys_tell_kind_account_region_and_day() {
        let file = "111122223333_CloudTrail_us-east-2_20150801T0210Z_Mu0KsOhtH1ar15ZZ.json.gz";
        let full = "p/AWSLogs/o-abc/111122223333/CloudTrail/us-east-2/2015/08/01";
        assert_eq!(told(&format!("{full}/{file}")), "Log 111122223333 us-east-2 2015-08-01");
        assert_eq!(told(file), "Log 111122223333 us-east-2 2015-08-01");
        assert_eq!(told(&format!("{full}/x.json")), "Log 111122223333 us-east-2 2015-08-01");
        assert_eq!(told("us-west-1/2021/07/30/x.json"), "Log - - 2021-07-30");
        assert_eq!(told("logs/x.json"), "Log - - -");
        assert_eq!(told("2021/13/30/x.json"), "Log - - -");
        for time in ["20150801T2510Z", "20150801T021Z", "2015081T0210Z", "20150801T0210", "T"] {
            let name = format!("111122223333_CloudTrail_us-east-2_{time}_x.json.gz");
            assert_eq!(told(&name), "Log 111122223333 us-east-2 -", "{name}");
        }
        let digest = "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/01/x.json.gz";
        assert_eq!(told(digest), "Digest 111122223333 us-east-2 2015-08-01");
        let insight =
            "123456789015_CloudTrail-Insight_ca-central-1_20200923T0516Z_KL5e9VCV2SS7IqzB.json.gz";
        assert_eq!(told(insight), "Insight 123456789015 ca-central-1 2020-09-23");
    }
}
