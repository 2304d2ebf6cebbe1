//! [`Columns`]: what the columns of a table of events hold, by their names.

use std::{borrow::Cow, fmt};

use insights_core::Record;

use super::{
    dates::Dates,
    intake::{Intake, Lack},
    nested,
    wrapper::Members,
};
use crate::input::problem::Place;

/// The fields of records by the names of columns, small letters and digits only. They are those of
/// CloudTrail's console and Lake, of Athena, of flattened records, of Sentinel and of Elastic.
const FIELDS: [(&str, &str); 33] = [
    ("eventtime", "eventTime"),
    ("eventdatetime", "eventTime"),
    ("timegeneratedutc", "eventTime"),
    ("timegenerated", "eventTime"),
    ("timestamp", "eventTime"),
    ("eventsource", "eventSource"),
    ("eventprovider", "eventSource"),
    ("eventname", "eventName"),
    ("eventaction", "eventName"),
    ("awsregion", "awsRegion"),
    ("cloudregion", "awsRegion"),
    ("recipientaccountid", "recipientAccountId"),
    ("cloudaccountid", "recipientAccountId"),
    ("eventid", "eventID"),
    ("awseventid", "eventID"),
    ("errorcode", "errorCode"),
    ("awscloudtrailerrorcode", "errorCode"),
    ("useragent", "userAgent"),
    ("useragentoriginal", "userAgent"),
    ("eventcategory", "eventCategory"),
    ("eventtype", "eventType"),
    ("eventtypename", "eventType"),
    ("readonly", "readOnly"),
    ("awscloudtrailreadonly", "readOnly"),
    ("managementevent", "managementEvent"),
    ("useridentityarn", "userIdentity.arn"),
    ("awscloudtrailuseridentityarn", "userIdentity.arn"),
    ("useridentitytype", "userIdentity.type"),
    ("useridentityprincipalid", "userIdentity.principalId"),
    ("useridentityaccountid", "userIdentity.accountId"),
    ("useridentityinvokedby", "userIdentity.invokedBy"),
    ("useridentityusername", "userIdentity.userName"),
    ("username", "userIdentity.userName"),
];

/// Columns that hold whole records.
const WHOLE: [&str; 5] = ["eventjson", "cloudtrailevent", "raw", "eventoriginal", "message"];

/// What the columns of a table hold.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Each field that is there, and where.
    fields: Vec<(&'static str, usize)>,
    whole: Vec<usize>,
    /// The names of all columns, as they are written.
    names: Vec<String>,
    /// The user identity in one cell.
    identity: Option<usize>,
    lacks: Vec<Lack>,
}

impl Columns {
    /// Finds the columns by their names. Where several hold the same field, the better known name
    /// goes first.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let written: Vec<String> = names.map(str::to_owned).collect();
        let names: Vec<String> = written.iter().map(|name| plain(name)).collect();
        let mut columns = Self { names: written, ..Self::default() };
        for (name, field) in FIELDS {
            let place = names.iter().position(|found| found == name);
            if let Some(place) = place.filter(|_| !columns.hold(field)) {
                columns.fields.push((field, place));
            }
        }
        let find = |name: &str| names.iter().position(|found| found == name);
        columns.whole = WHOLE.into_iter().filter_map(find).collect();
        columns.identity = find("useridentity");
        let parts = [
            ("userIdentity.arn", Lack::Arn),
            ("errorCode", Lack::ErrorCode),
            ("recipientAccountId", Lack::AccountId),
            ("awsRegion", Lack::Region),
            ("eventID", Lack::EventId),
            ("userAgent", Lack::UserAgent),
        ];
        let given = |field: &str, lack: Lack| {
            columns.hold(field)
                || lack == Lack::Arn && columns.identity.is_some()
                || lack == Lack::AccountId && columns.hold("userIdentity.accountId")
        };
        let lacks = parts.into_iter().filter(|&(field, lack)| !given(field, lack));
        columns.lacks = lacks.map(|(_, lack)| lack).collect();
        columns
    }

    /// Returns how many columns are known.
    pub(super) fn known(&self) -> usize {
        self.fields.len() + self.whole.len()
    }

    /// Returns whether there is a column of a field.
    pub(super) fn hold(&self, field: &str) -> bool {
        self.fields.iter().any(|&(found, _)| found == field)
    }

    /// Returns whether there is a column of whole records.
    pub(super) fn hold_whole(&self) -> bool {
        !self.whole.is_empty()
    }

    /// Returns where the column of the time is.
    pub(super) fn time(&self) -> Option<usize> {
        self.fields.iter().find(|(field, _)| *field == "eventTime").map(|&(_, place)| place)
    }

    /// Returns whether any cell that goes into a record is such.
    pub(super) fn any<'r>(
        &self,
        cell: impl Fn(usize) -> Option<&'r str>,
        is_such: impl Fn(&str) -> bool,
    ) -> bool {
        self.fields.iter().filter_map(|&(_, at)| cell(at)).any(is_such)
    }

    /// Hands on the record that a row tells of, or says why there is none.
    pub(super) fn read<'r>(
        &self,
        cell: impl Fn(usize) -> Option<&'r str>,
        dates: &Dates,
        place: Place,
        depth: u32,
        intake: &mut Intake<'_>,
    ) -> Result<(), String> {
        let cell = |at: usize| cell(at).map(str::trim).filter(|text| !text.is_empty());
        for &at in &self.whole {
            let before = intake.heeded();
            nested::inside(cell(at).unwrap_or_default(), "a cell", place, depth, intake);
            if intake.heeded() > before {
                return Ok(());
            }
        }
        let mut record = Record::default();
        if let Some(identity) = self.identity.and_then(cell) {
            for (field, text) in members(identity) {
                record.set(&format!("userIdentity.{}", camel(&field)), text);
            }
        }
        let mut told = false;
        for &(field, at) in &self.fields {
            let Some(text) = cell(at) else { continue };
            told |= matches!(field, "eventTime" | "eventSource" | "eventName" | "eventID");
            match field {
                "eventTime" => record.set(field, dates.iso(text)?),
                "recipientAccountId" | "userIdentity.accountId" => {
                    record.set(field, account(field, text)?)
                }
                _ => record.set(field, text),
            };
        }
        if told {
            intake.seen.lacking.add(self.lacks.iter().copied());
            intake.record(&record, &Row { names: &self.names, cell });
        } else {
            intake.seen.continued_rows += 1;
        }
        Ok(())
    }
}

/// A row, as an object of its cells by the names of their columns.
struct Row<'n, F> {
    names: &'n [String],
    cell: F,
}

impl<'r, F: Fn(usize) -> Option<&'r str>> fmt::Display for Row<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.names.iter().enumerate();
        let cells = cells.filter_map(|(at, name)| Some((name.clone(), (self.cell)(at)?.into())));
        serde_json::Value::Object(cells.collect()).fmt(f)
    }
}

/// Returns a name in small letters and digits, without what flattening puts before it.
fn plain(name: &str) -> String {
    let outer = |part: &&str| {
        matches!(*part, "Records" | "result" | "detail" | "_source" | "_raw_data")
            || part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let inner: Vec<&str> = name.split(['/', '.']).skip_while(outer).collect();
    let letters = inner.iter().flat_map(|part| part.chars());
    letters.filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns an account, unless a spreadsheet took the zeros before it.
fn account<'t>(field: &str, text: &'t str) -> Result<&'t str, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (9..12).contains(&text.len()) {
        return Err(format!("{field} {text:?} has lost the zeros before it to a spreadsheet"));
    }
    Ok(text)
}

/// Takes apart a user identity in one cell: JSON, or `{type=IAMUser, arn=…, sessioncontext={…}}`
/// as Lake and Athena print it. What is nested in it is left out.
fn members(cell: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    if let Ok(members) = serde_json::from_str::<Members<'_>>(cell) {
        let names = members.0.iter().map(|(name, _)| name.clone());
        return names.filter_map(|name| Some((name.clone(), members.text(&name)?))).collect();
    }
    let inside = cell.strip_prefix('{').and_then(|cell| cell.strip_suffix('}')).unwrap_or_default();
    let mut depth = 0_i32;
    let parts = inside.split(|c| {
        depth += i32::from(matches!(c, '{' | '[')) - i32::from(matches!(c, '}' | ']'));
        c == ',' && depth == 0
    });
    let pairs = parts.filter_map(|part| part.trim().split_once('='));
    let set = pairs.filter(|(_, text)| *text != "null" && !text.starts_with(['{', '[']));
    set.map(|(name, text)| (name.into(), text.into())).collect()
}

/// Returns the name of a member of the user identity, which Athena writes in small letters.
fn camel(name: &str) -> &str {
    match name {
        "principalid" => "principalId",
        "accountid" => "accountId",
        "username" => "userName",
        "invokedby" => "invokedBy",
        other => other,
    }
}
