//! [`Label`]: an anomaly that is known; read from a table of them.

use std::{collections::BTreeMap, fs, io::Read, path::Path};

use anyhow::anyhow;
use chrono::Timelike;
use csv::{ReaderBuilder, StringRecord, Trim};
use insights_core::{InsightType, Minute, Minutes, event_time};

use crate::{
    exit::UsageError,
    input::table,
    nearest::{suggestion, unreadable},
    printable::printable,
    subject::Subject,
};

/// A span in which a series is unusual.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Label {
    pub(crate) subject: Subject,
    /// The first unusual minute.
    pub(crate) start: Minute,
    /// The minute after the last unusual one.
    pub(crate) end: Minute,
    /// The kind of anomaly, empty where the table does not tell.
    pub(crate) class: Box<str>,
}

/// The columns that labels are read from. Of the others only the category is checked, and what
/// `insights-datasets` tells besides is passed over.
const NEEDED: [&str; 6] =
    ["account_id", "aws_region", "event_source", "event_name", "start", "end"];
const OPTIONAL: [&str; 6] =
    ["insight_type", "error_code", "event_category", "class", "kind", "incident"];

/// Reads a table of labels, plain or packed with gzip.
///
/// # Errors
///
/// Returns an error for a table that cannot be opened, and one that names the file, the line and
/// the column for the first cell that makes no sense: a table of labels is used whole or not at
/// all, as a label that is left out changes every figure.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Label>> {
    let name = printable(&path.to_string_lossy());
    let text =
        table::open(path).map_err(|error| anyhow!("{name}: {}", unreadable(path, &error)))?;
    of_text(text).map_err(|what| UsageError(format!("{name}: {what}")).into())
}

/// Returns whether the table at `labels` is what is at `path`.
pub(crate) fn is_at(labels: &Path, path: &Path) -> bool {
    let real = fs::canonicalize(path).ok();
    real.is_some() && fs::canonicalize(labels).ok() == real
}

/// Reads the text of a table.
fn of_text(text: impl Read) -> Result<Vec<Label>, String> {
    let mut csv = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(text);
    let header = csv.headers().map_err(|error| error.to_string())?.clone();
    let columns = Columns::new(&header).map_err(|what| format!("line 1, {what}"))?;
    let mut labels = Vec::new();
    let mut lines = Vec::new();
    let mut row = StringRecord::new();
    loop {
        let before = csv.position().line();
        match csv.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(format!("line {before}: {error}")),
        }
        let line = row.position().map_or(before, csv::Position::line);
        if row.len() != header.len() {
            return Err(format!("line {line}: has {} cells and not {}", row.len(), header.len()));
        }
        labels.push(columns.label(&row).map_err(|what| format!("line {line}, {what}"))?);
        lines.push(line);
    }
    if labels.is_empty() {
        return Err("holds no labels, only the header".to_owned());
    }
    refuse_overlaps(&labels, &lines)?;
    Ok(labels)
}

/// Refuses labels of one series that overlap: it would be left open which of them an Insight
/// tells of.
fn refuse_overlaps(labels: &[Label], lines: &[u64]) -> Result<(), String> {
    let mut last: BTreeMap<&Subject, usize> = BTreeMap::new();
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|&at| (labels[at].start, labels[at].end, at));
    for at in order {
        let label = &labels[at];
        if let Some(&before) = last.get(&label.subject)
            && labels[before].end > label.start
        {
            let (first, second) = (lines[before].min(lines[at]), lines[before].max(lines[at]));
            return Err(format!(
                "line {second}, column start: overlaps the label of line {first}, both of {}; \
                 join them or let one end where the other starts",
                printable(&label.subject.to_string())
            ));
        }
        last.insert(&label.subject, at);
    }
    Ok(())
}

/// Where the columns of a table are.
struct Columns(BTreeMap<&'static str, usize>);

impl Columns {
    fn new(header: &StringRecord) -> Result<Self, String> {
        let known = || NEEDED.into_iter().chain(OPTIONAL);
        let mut places = BTreeMap::new();
        for (place, found) in header.iter().enumerate() {
            let Some(name) = known().find(|&name| name == found) else {
                let near = suggestion(found, known());
                return Err(format!(
                    "column {:?}: labels have no such column{near} (they have {})",
                    printable(found),
                    known().collect::<Vec<_>>().join(", ")
                ));
            };
            if places.insert(name, place).is_some() {
                return Err(format!("column {name}: is there twice"));
            }
        }
        if let Some(missing) = NEEDED.into_iter().find(|name| !places.contains_key(name)) {
            return Err(format!("column {missing}: is missing"));
        }
        if !["insight_type", "error_code"].iter().any(|name| places.contains_key(name)) {
            return Err(
                "column insight_type: is missing, and so is error_code, which would tell it".into(),
            );
        }
        Ok(Self(places))
    }

    fn cell<'r>(&self, row: &'r StringRecord, name: &str) -> &'r str {
        self.0.get(name).and_then(|&place| row.get(place)).unwrap_or_default()
    }

    /// Reads a row, or says which column makes no sense.
    fn label(&self, row: &StringRecord) -> Result<Label, String> {
        let cell = |name| self.cell(row, name);
        let filled = |name| match cell(name) {
            "" => Err(format!("column {name}: is empty")),
            text => Ok(text),
        };
        let code = cell("error_code");
        let insight_type = match cell("insight_type") {
            "ApiCallRateInsight" => InsightType::CallRate,
            "" if code.is_empty() => InsightType::CallRate,
            "" | "ApiErrorRateInsight" => InsightType::ErrorRate,
            other => {
                return Err(format!(
                    "column insight_type: {:?} is neither ApiCallRateInsight nor \
                     ApiErrorRateInsight",
                    printable(other)
                ));
            }
        };
        match insight_type {
            InsightType::ErrorRate if code.is_empty() => {
                return Err("column error_code: is empty for an ApiErrorRateInsight".into());
            }
            InsightType::CallRate if !code.is_empty() => {
                return Err(format!(
                    "column error_code: {:?} makes no sense for an ApiCallRateInsight, which \
                     counts calls whatever became of them",
                    printable(code)
                ));
            }
            InsightType::CallRate | InsightType::ErrorRate => {}
        }
        if !matches!(cell("event_category"), "" | "Management" | "Data") {
            let found = printable(cell("event_category"));
            return Err(format!("column event_category: {found:?} is neither Management nor Data"));
        }
        let start = minute("start", filled("start")?, false)?;
        let end = minute("end", filled("end")?, true)?;
        if end <= start {
            return Err(format!(
                "column end: {end} is not after the start {start}; the end is the first minute \
                 that is usual again"
            ));
        }
        Ok(Label {
            subject: Subject {
                account_id: cell("account_id").into(),
                region: cell("aws_region").into(),
                event_source: filled("event_source")?.into(),
                event_name: filled("event_name")?.into(),
                error_code: (!code.is_empty()).then(|| code.into()),
            },
            start,
            end,
            class: cell("class").into(),
        })
    }
}

/// Reads the time in a column: the minute that contains it, or for an end the first one after it.
fn minute(column: &str, text: &str, is_end: bool) -> Result<Minute, String> {
    let time = event_time(text).ok_or_else(|| {
        format!("column {column}: {:?} is no time such as 2026-03-02T14:05:00Z", printable(text))
    })?;
    let inside = is_end && (time.second() > 0 || time.nanosecond() > 0);
    Ok(Minute::containing(time) + Minutes::new(u32::from(inside)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "insight_type,account_id,aws_region,event_source,event_name,error_code,\
                          start,end,class\n";
    const CALLS: &str = "ApiCallRateInsight,1,eu-west-1,s,A,,";

    fn labels(rows: &str) -> Result<Vec<Label>, String> {
        of_text(format!("{HEADER}{rows}").as_bytes())
    }

    fn row(start: &str, end: &str) -> String {
        format!("{CALLS}{start},{end},spike\n")
    }

    #[test]
    fn a_label_is_whole_minutes_of_a_series() {
        let rows = row("2026-03-02T14:05:30Z", "2026-03-02T15:20:30+01:00");
        let [label] = &labels(&rows).unwrap()[..] else { panic!("not one label") };
        assert_eq!(label.subject.to_string(), "1/eu-west-1/s:A");
        assert_eq!(label.start.to_string(), "2026-03-02T14:05:00Z");
        assert_eq!(label.end.to_string(), "2026-03-02T14:21:00Z");
        assert_eq!(&*label.class, "spike");
    }

    #[test]
    fn columns_go_by_name_and_the_type_follows_from_the_code() {
        let text = "end, start ,event_name,event_source,aws_region,account_id,error_code,kind\n\
                    2026-03-02T01:00:00Z,2026-03-02T00:00:00Z,A,s,r,1,Denied,poller\n\
                    2026-03-02T01:00:00Z,2026-03-02T00:00:00Z,A,s,r,1,,poller\n";
        // Spreadsheets begin a table with a byte order mark.
        let text = format!("\u{feff}{text}");
        let told: Vec<String> =
            of_text(text.as_bytes()).unwrap().iter().map(|l| l.subject.to_string()).collect();
        assert_eq!(told, ["1/r/s:A:Denied", "1/r/s:A"]);
    }

    #[test]
    fn a_cell_that_makes_no_sense_is_told_by_line_and_column() {
        let (early, late) = ("2026-03-02T14:05:00Z", "2026-03-02T14:10:00Z");
        let good = row(early, late);
        for (rows, expected) in [
            (row("noon", late), "line 2, column start: \"noon\" is no time"),
            (format!("{good}{}", row(late, "")), "line 3, column end: is empty"),
            (row(late, early), "line 2, column end: 2026-03-02T14:05:00Z is not after the start"),
            (row(late, late), "is not after the start"),
            (good.replace("ApiCallRateInsight", "calls"), "line 2, column insight_type: \"calls\""),
            (good.replace("CallRate", "ErrorRate"), "line 2, column error_code: is empty"),
            (good.replace(",A,,", ",A,Denied,"), "column error_code: \"Denied\" makes no sense"),
            (good.replace(",s,", ",,"), "line 2, column event_source: is empty"),
            (good.replace(",spike", ""), "line 2: has 8 cells and not 9"),
            (String::new(), "holds no labels"),
        ] {
            let error = labels(&rows).unwrap_err();
            assert!(error.contains(expected), "{rows}: {error}");
        }
    }

    #[test]
    fn a_header_that_makes_no_sense_is_told_with_the_column_that_was_meant() {
        let with = |from: &str, to: &str| {
            let text = format!("{}{}", HEADER.replace(from, to), row("a", "b"));
            of_text(text.as_bytes()).unwrap_err()
        };
        let error = with("event_name", "eventname");
        assert!(error.starts_with("line 1, column \"eventname\": labels have no such"), "{error}");
        assert!(error.contains("did you mean \"event_name\"?"), "{error}");
        assert_eq!(with(",start", ",end").split_once(": ").unwrap().1, "is there twice");
        assert!(with("class", "count").contains("column \"count\""));
        let error = of_text(&b"event_name,start,end\n"[..]).unwrap_err();
        assert_eq!(error, "line 1, column account_id: is missing");
        let bare = "account_id,aws_region,event_source,event_name,start,end\n";
        assert!(of_text(bare.as_bytes()).unwrap_err().contains("insight_type: is missing"));
    }

    #[test]
    fn labels_of_a_series_may_touch_and_not_overlap() {
        let at = |minute: u32| format!("2026-03-02T14:{minute:02}:00Z");
        let touching = format!("{}{}", row(&at(10), &at(20)), row(&at(0), &at(10)));
        assert_eq!(labels(&touching).unwrap().len(), 2);
        let overlapping = format!("{touching}{}", row(&at(19), &at(30)));
        let error = labels(&overlapping).unwrap_err();
        assert!(
            error.starts_with(
                "line 4, column start: overlaps the label of line 2, both of 1/eu-west-1/s:A;"
            ),
            "{error}"
        );
        let other = overlapping.replacen(",A,", ",B,", 1);
        assert_eq!(labels(&other).unwrap().len(), 3, "another series is another matter");
    }
}
