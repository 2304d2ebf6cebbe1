//! Reads Insights events from files, whoever wrote them and in whatever they are packed: [`read`].

mod rows;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use anyhow::bail;
use insights_core::{Content, InsightRecord, InsightType, LakeRecord, Minute, Record, event_time};
use rayon::prelude::*;
use serde::{Deserialize, de::IgnoredAny};

use self::rows::Rows;
use crate::{
    episodes::ReadInsight,
    input::{
        archive::Tally,
        batch::Source,
        container::{Container, Intake, Origin},
        decode::Decoder,
        key::ObjectKey,
        problem::{Fault, Passed, Place, Problems},
        scope::Scope,
        skipped::Skipped,
        texts::Bounds,
        walk::{self, Found},
    },
    nearest::unreadable,
    plan::RunPlan,
    progress::Progress,
    subject::Subject,
};

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) insights: Vec<ReadInsight>,
    pub(crate) tally: Tally,
    pub(crate) skipped: Skipped,
    /// Records of other things: calls, mostly.
    pub(crate) others: u64,
}

/// Finds the files that may hold Insights events, those below `CloudTrail-Insight` included.
pub(crate) fn find(inputs: &[PathBuf], outputs: [Option<&Path>; 2]) -> Found {
    walk::find(inputs, outputs, &Scope::of_insights())
}

/// Reads all Insights events in the files that were found.
///
/// # Errors
///
/// Returns an error for the first problem of a strict run.
pub(crate) fn read(found: &Found, run: &RunPlan, progress: &Progress) -> anyhow::Result<Read> {
    let (phase, steps) = found.steps();
    progress.begin(phase, steps);
    let mut total = Read { skipped: found.skipped, ..Read::default() };
    let mut lines = Vec::new();
    for (path, error) in &found.unreadable {
        total.tally.unreadable_files += 1;
        lines.push(format!("warning: {path}: {error}"));
    }
    for batch in found.batches.values() {
        let listed = batch.list();
        total.skipped += listed.skipped;
        let parts: Vec<(Read, Vec<String>)> = listed
            .sources
            .par_iter()
            .map_init(
                || Decoder::new(Bounds::default()),
                |decoder, source| {
                    let part = Read::of(source, decoder);
                    progress.advance(part.0.tally.seen.records);
                    part
                },
            )
            .collect();
        for (part, problems) in parts {
            total.join(part);
            lines.extend(problems);
        }
        for (folder, files, why) in listed.gone {
            total.tally.unreadable_files += files as u64;
            lines.push(format!("warning: {folder}: {why}"));
        }
    }
    for line in lines {
        if run.strict {
            bail!("{}", line.trim_start_matches("warning: "));
        }
        progress.warn(&line);
    }
    Ok(total)
}

impl Read {
    /// Reads a source and returns the lines that name what is wrong with it.
    fn of(source: &Source, decoder: &mut Decoder) -> (Self, Vec<String>) {
        let mut read = Self::default();
        let mut problems = Problems::default();
        match decoder.load(source) {
            Ok(()) => read.each(decoder, &source.key(), &mut problems),
            Err(error) => {
                read.tally.unreadable_files += 1;
                let what = unreadable(Path::new(&source.name()), &error);
                problems.add(Fault::Unreadable, Place::File, what);
            }
        }
        (read, problems.lines(&source.name()).collect())
    }

    /// Reads what was loaded, whose path tells `key`.
    fn each(&mut self, decoder: &mut Decoder, key: &ObjectKey, problems: &mut Problems) {
        let mut container = Container::default();
        let mut rows = None;
        let skipped = decoder.each(problems, |piece, problems| {
            if piece.first {
                container = Container::default();
                rows = Rows::of(piece.text);
            }
            self.tally.bytes += piece.text.len() as u64;
            if let Some(rows) = &mut rows {
                rows.read(piece.text, &mut self.insights, problems);
            } else {
                let key = piece.entry.map(ObjectKey::parse).unwrap_or_default().or(key);
                self.take(piece.text, piece.broken, &mut container, &key, problems);
            }
        });
        self.skipped += skipped;
        self.tally.file(problems);
        self.tally.insight_records = self.insights.len() as u64;
    }

    /// Takes the records of a piece of text.
    fn take(
        &mut self,
        text: &str,
        broken: bool,
        container: &mut Container,
        key: &ObjectKey,
        problems: &mut Problems,
    ) {
        let Self { insights, others, tally, .. } = self;
        let mut number = 0;
        let mut each = |record: &Record<'_>,
                        origin: &Origin,
                        text: &dyn fmt::Display,
                        problems: &mut Problems| {
            number += 1;
            let read = match record.content("", "") {
                Ok(Content::Insight) => of_text(&text.to_string(), origin, key),
                Ok(_) => {
                    *others += 1;
                    return;
                }
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok(read) => insights.push(read),
                Err(what) => problems.add(Fault::Record, Place::Record(number), what),
            }
        };
        let mut intake = Intake::new(problems, &mut each).cut(broken);
        container.read(text, &mut intake);
        let seen = intake.seen();
        tally.seen += seen;
        problems.pass(Passed { records: seen.records, ..Passed::default() });
    }

    fn join(&mut self, other: Self) {
        self.insights.extend(other.insights);
        self.tally += other.tally;
        self.skipped += other.skipped;
        self.others += other.others;
    }
}

/// Reads an Insights event of a trail or of an event data store.
fn of_text(text: &str, origin: &Origin, key: &ObjectKey) -> Result<ReadInsight, String> {
    /// What tells the two apart, and what only our own have.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Shape {
        insight_state: Option<IgnoredAny>,
        insight_details: Option<Details>,
        explanation: Option<Explained>,
    }
    #[derive(Deserialize)]
    struct Details {
        explanation: Option<Explained>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Explained {
        detected_at: Option<String>,
    }
    let told = |error: serde_json::Error| format!("is no usable Insights event: {error}");
    let shape: Shape = serde_json::from_str(text).map_err(told)?;
    let flat = shape.insight_details.is_none() && shape.insight_state.is_some();
    let record: InsightRecord = if flat {
        serde_json::from_str::<LakeRecord>(text).map_err(told)?.into()
    } else {
        serde_json::from_str(text).map_err(told)?
    };
    let explained = shape.insight_details.and_then(|details| details.explanation);
    let detected_at = explained.or(shape.explanation).and_then(|explained| explained.detected_at);
    let detected_at = detected_at.map(|text| minute("detectedAt", &text)).transpose()?;
    let account = [&origin.account_id, &key.account_id].map(Option::as_deref);
    let region = [&origin.region, &key.region].map(Option::as_deref);
    let details = &record.insight_details;
    let error_code = match (details.insight_type, details.error_code.as_deref()) {
        (InsightType::CallRate, _) => None,
        (InsightType::ErrorRate, None | Some("")) => {
            return Err("is an ApiErrorRateInsight without an errorCode".to_owned());
        }
        (InsightType::ErrorRate, Some(code)) => Some(code.into()),
    };
    let named = record.recipient_account_id.as_deref().filter(|id| !id.is_empty());
    let in_region = Some(&*record.aws_region).filter(|region| !region.is_empty());
    let subject = Subject {
        account_id: named.or(account[0]).or(account[1]).unwrap_or_default().into(),
        region: in_region.or(region[0]).or(region[1]).unwrap_or_default().into(),
        event_source: details.event_source.as_str().into(),
        event_name: details.event_name.as_str().into(),
        error_code,
    };
    if subject.event_source.is_empty() || subject.event_name.is_empty() {
        return Err("is an Insights event that names no API".to_owned());
    }
    let time = minute("eventTime", &record.event_time)?;
    Ok(ReadInsight { subject, time, detected_at, record })
}

fn minute(field: &str, text: &str) -> Result<Minute, String> {
    let time = event_time(text).ok_or_else(|| format!("{field} {text:?} is no time"))?;
    Ok(Minute::containing(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is read of a text, one line an Insights event, and what is told of the rest.
    fn read(text: &str) -> (Vec<String>, Vec<String>, u64) {
        let mut problems = Problems::default();
        let mut read = Read::default();
        let mut decoder = Decoder::default();
        decoder.take(text.as_bytes().to_vec());
        let key = "111111111111_CloudTrail-Insight_eu-north-1_20260302T1405Z_a.json";
        read.each(&mut decoder, &ObjectKey::parse(key), &mut problems);
        let told = |own: &ReadInsight| {
            let state = own.record.insight_details.state;
            let detected = own.detected_at.map_or("-".into(), |minute| minute.to_string());
            format!("{state} {} {} {detected}", own.time, own.subject)
        };
        let insights = read.insights.iter().map(told).collect();
        (insights, problems.lines("f").collect(), read.others)
    }

    const DETAILS: &str = r#""insightDetails":{"state":"Start","eventSource":"s","eventName":"A","insightType":"ApiCallRateInsight"}"#;
    const ENVELOPE: &str = r#""eventTime":"2026-03-02T14:05:00Z","eventCategory":"Insight""#;

    fn record() -> String {
        format!(
            "{{{ENVELOPE},\"eventID\":\"e\",\"awsRegion\":\"r\",\"recipientAccountId\":\"1\",{DETAILS}}}"
        )
    }

    #[test]
    fn insights_are_read_in_whatever_is_around_them() {
        let record = record();
        let quoted = serde_json::to_string(&record).unwrap();
        for text in [
            record.clone(),
            format!("[{record}]"),
            format!(r#"{{"Records":[{record}]}}"#),
            format!(r#"{{"Events":[{{"EventId":"x","CloudTrailEvent":{quoted}}}]}}"#),
            format!(r#"{{"detail-type":"AWS Insight via CloudTrail","detail":{record}}}"#),
            format!(r#"{{"Message":{quoted}}}"#),
            format!(
                "{{\"awsRegion\": \"r\", \"recipientAccountId\": \"1\", {ENVELOPE},\n {DETAILS} }}"
            ),
        ] {
            let (insights, problems, others) = read(&text);
            assert_eq!(insights, ["Start 2026-03-02T14:05:00Z 1/r/s:A -"], "{text}: {problems:?}");
            assert_eq!((problems.len(), others), (0, 0), "{text}");
        }
    }

    #[test]
    fn the_flat_records_of_the_lake_and_the_explanation_are_read() {
        let flat = format!(
            r#"{{{ENVELOPE},"insightState":"End","insightEventSource":"s","insightEventName":"A","insightType":"ApiErrorRateInsight","insightErrorCode":"Denied","explanation":{{"detectedAt":"2026-03-02T14:04:00Z"}}}}"#
        );
        let told =
            "End 2026-03-02T14:05:00Z 111111111111/eu-north-1/s:A:Denied 2026-03-02T14:04:00Z";
        assert_eq!(read(&flat).0, [told], "the name of the file tells whose it is");
        let explained = record().replace(
            "\"state\"",
            r#""explanation":{"detectedAt":"2026-03-02T14:04:00Z","new":1},"state""#,
        );
        assert!(read(&explained).0[0].ends_with(" 2026-03-02T14:04:00Z"));
    }

    #[test]
    fn what_is_no_usable_insight_is_told_and_the_rest_is_read() {
        let call = r#"{"eventTime":"2026-03-02T14:05:00Z","eventSource":"s","eventName":"A"}"#;
        let record = record();
        let error_rate = record.replace("ApiCallRate", "ApiErrorRate");
        let text = [
            &*record,
            call,
            &record.replace("14:05", "24:05"),
            &record.replace("\"state\"", "\"status\""),
            &error_rate,
            &record.replace("\"A\"", "\"\""),
            "oops",
            &record,
        ]
        .join("\n");
        let (insights, problems, others) = read(&text);
        assert_eq!((insights.len(), others), (2, 1));
        let expected = [
            "record 3: eventTime \"2026-03-02T24:05:00Z\" is no time",
            "record 4: is no usable Insights event: missing field `state`",
            "record 5: is an ApiErrorRateInsight without an errorCode",
            "record 6: is an Insights event that names no API",
        ];
        for (line, expected) in problems.iter().zip(expected) {
            assert!(line.contains(expected), "{expected}: {line}");
        }
        assert_eq!(problems.len(), 5, "{problems:?}");
    }

    #[test]
    fn rows_are_read_by_their_columns_and_bad_ones_are_told() {
        let header = "state,event_time,insight_type,account_id,aws_region,event_source,event_name,\
                      error_code,baseline_average,baseline_minutes,insight_average,\
                      insight_minutes,detected_at,shared_event_id,event_id";
        let good = "End,2026-03-02T14:05:00Z,ApiErrorRateInsight,1,r,s,'=A,Denied,0.5,10080,3,7,\
                    2026-03-02T13:59:00Z,x,y";
        let rows = [
            good.to_owned(),
            good.replace("End", "Stop"),
            good.replace("Denied", ""),
            good.replace(",3,7,", ",NaN,7,"),
            good.replace(",7,", ",-7,"),
            good.replace(",x,y", ""),
        ];
        let (insights, problems, _) = read(&format!("{header}\n{}\n", rows.join("\n")));
        assert_eq!(insights, ["End 2026-03-02T14:05:00Z 1/r/s:=A:Denied 2026-03-02T13:59:00Z"]);
        let expected = [
            "line 3: state \"Stop\" is neither",
            "line 4: insight_type \"ApiErrorRateInsight\" with error_code \"\" is none",
            "line 5: insight_average \"NaN\" is no average",
            "line 6: insight_minutes \"-7\" is no number",
            "line 7: has 13 cells and not 15",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (line, expected) in problems.iter().zip(expected) {
            assert!(line.contains(expected), "{expected}: {line}");
        }
    }
}
