//! [`Rows`]: the table of Insights that `--format csv` writes, read back.

use csv::{ReaderBuilder, StringRecord};
use insights_core::{
    InsightContext, InsightDetails, InsightRecord, InsightState, InsightType, Rate, Statistics,
};

use crate::{
    episodes::ReadInsight,
    input::{
        insights::minute,
        problem::{Fault, Place, Problems},
    },
    subject::Subject,
};

/// What the header of a table says.
#[derive(Debug)]
pub(super) struct Rows {
    header: StringRecord,
    /// Whether the header still stands before the next piece.
    is_first: bool,
}

impl Rows {
    /// Returns how to read a text if it begins as such a table does.
    pub(super) fn of(text: &str) -> Option<Self> {
        /// No header is longer.
        const LONGEST: usize = 4_096;
        let line = text.lines().next().filter(|line| line.len() <= LONGEST)?;
        let mut header = StringRecord::new();
        reader(line).read_record(&mut header).ok()?.then_some(())?;
        let has = |name: &str| header.iter().any(|found| found == name);
        (has("state") && has("insight_type") && has("event_time"))
            .then_some(Self { header, is_first: true })
    }

    /// Reads the rows of a piece.
    pub(super) fn read(
        &mut self,
        text: &str,
        insights: &mut Vec<ReadInsight>,
        problems: &mut Problems,
    ) {
        let mut csv = reader(text);
        let mut row = StringRecord::new();
        loop {
            let line = csv.position().line();
            let result = csv.read_record(&mut row);
            let line = row.position().map_or(line, csv::Position::line);
            match result {
                Ok(false) => break,
                Ok(true) if std::mem::take(&mut self.is_first) => {}
                Ok(true) => match self.insight(&row) {
                    Ok(insight) => insights.push(insight),
                    Err(what) => problems.add(Fault::Row, Place::Line(line), what),
                },
                Err(error) => problems.add(Fault::Syntax, Place::Line(line), error),
            }
        }
    }

    fn insight(&self, row: &StringRecord) -> Result<ReadInsight, String> {
        if row.len() != self.header.len() {
            return Err(format!("has {} cells and not {}", row.len(), self.header.len()));
        }
        let cell = |name: &str| {
            let place = self.header.iter().position(|found| found == name);
            place.and_then(|place| row.get(place)).unwrap_or_default()
        };
        // An apostrophe keeps a spreadsheet from taking what follows for a formula.
        let text = |name: &str| {
            let cell = cell(name);
            cell.strip_prefix('\'').unwrap_or(cell).to_owned()
        };
        let state = match cell("state") {
            "Start" => InsightState::Start,
            "End" => InsightState::End,
            other => return Err(format!("state {other:?} is neither Start nor End")),
        };
        let code = text("error_code");
        let insight_type = match cell("insight_type") {
            "ApiCallRateInsight" => InsightType::CallRate,
            "ApiErrorRateInsight" if !code.is_empty() => InsightType::ErrorRate,
            other => {
                return Err(format!("insight_type {other:?} with error_code {code:?} is none"));
            }
        };
        let subject = Subject {
            account_id: text("account_id").into(),
            region: text("aws_region").into(),
            event_source: text("event_source").into(),
            event_name: text("event_name").into(),
            error_code: (insight_type == InsightType::ErrorRate).then(|| code.into()),
        };
        let time = minute("event_time", cell("event_time"))?;
        let detected_at = match cell("detected_at") {
            "" => None,
            at => Some(minute("detected_at", at)?),
        };
        let record = InsightRecord {
            event_time: time.to_string(),
            event_id: text("event_id"),
            shared_event_id: text("shared_event_id"),
            insight_details: InsightDetails {
                state,
                insight_type,
                insight_context: Some(InsightContext {
                    statistics: Statistics {
                        baseline: Rate { average: average("baseline_average", &cell)? },
                        insight: Rate { average: average("insight_average", &cell)? },
                        insight_duration: Some(number("insight_minutes", &cell)?),
                        baseline_duration: Some(number("baseline_minutes", &cell)?),
                    },
                    // Of these the table has the first value only.
                    attributions: Vec::new(),
                }),
                ..InsightDetails::default()
            },
            ..InsightRecord::default()
        };
        Ok(ReadInsight { subject, time, detected_at, record })
    }
}

fn average<'r>(name: &str, cell: &impl Fn(&str) -> &'r str) -> Result<f64, String> {
    let value: f64 = number(name, cell)?;
    let told = || format!("{name} {:?} is no average", cell(name));
    (value.is_finite() && value >= 0.0).then_some(value).ok_or_else(told)
}

fn number<'r, T: std::str::FromStr>(
    name: &str,
    cell: &impl Fn(&str) -> &'r str,
) -> Result<T, String> {
    cell(name).parse().map_err(|_| format!("{name} {:?} is no number", cell(name)))
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes())
}
