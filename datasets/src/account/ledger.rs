//! [`Ledger`]: where all causes of calls write down theirs.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::account::jobs::Run;
use crate::account::label::{Label, Neutral, Reason};
use crate::account::mix::Mix;
use crate::account::series::{Cell, Kind, Series};
use crate::account::{Account, START};

/// What is called where: service, API and Region.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Target {
    /// The Region.
    pub(crate) region: &'static str,
    /// The service without its domain, such as `ec2`.
    pub(crate) service: &'static str,
    /// The API.
    pub(crate) name: &'static str,
}

/// The APIs whose calls are data events.
const DATA: [(&str, &str); 12] = [
    ("s3", "GetObject"),
    ("s3", "PutObject"),
    ("s3", "DeleteObject"),
    ("s3", "CopyObject"),
    ("s3", "HeadObject"),
    ("dynamodb", "GetItem"),
    ("dynamodb", "Query"),
    ("dynamodb", "PutItem"),
    ("dynamodb", "BatchWriteItem"),
    ("lambda", "Invoke"),
    ("sns", "Publish"),
    ("sqs", "SendMessage"),
];

/// The calls of an account as they come in, by series.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// The minutes there are.
    pub(crate) minutes: u32,
    /// The series, in the order of their first mention.
    pub(crate) drafts: Vec<Draft>,
    /// The callers.
    pub(crate) identities: Vec<String>,
    /// The runs of jobs, by which anomalies know what to leave out.
    pub(crate) runs: Vec<Run>,
    /// The series that one caller has to itself and that stop together with it.
    pub(crate) services: Vec<(u16, Vec<usize>)>,
    /// Spans in which a change of level is expected by nobody but those who made it.
    pub(crate) neutral: Vec<Neutral>,
    index: BTreeMap<(Target, Option<&'static str>), usize>,
    callers: BTreeMap<String, u16>,
}

/// A series in the making.
#[derive(Debug)]
pub(crate) struct Draft {
    /// What is called.
    pub(crate) target: Target,
    /// How it fails, where failures are counted.
    pub(crate) code: Option<&'static str>,
    /// The calls, in no order.
    pub(crate) cells: Vec<Cell>,
    causes: BTreeMap<Kind, u64>,
}

impl Draft {
    /// Returns where most of the calls come from.
    pub(crate) fn kind(&self) -> Kind {
        let most = self.causes.iter().max_by_key(|&(_, &calls)| calls);
        most.map_or(Kind::Silent, |(&kind, _)| kind)
    }

    /// Brings the calls into order, those of an identity and minute in one cell.
    pub(crate) fn settle(&mut self) {
        self.cells.sort_by_key(|cell| (cell.minute, cell.identity));
        self.cells.dedup_by(|next, kept| {
            let same = (next.minute, next.identity) == (kept.minute, kept.identity);
            if same {
                kept.count += next.count;
            }
            same
        });
    }

    /// Returns the series, and has none of its calls any more.
    fn finish(&mut self) -> Series {
        let Target { region, service, name } = self.target;
        Series {
            region,
            event_source: format!("{service}.amazonaws.com"),
            event_name: name,
            is_data: DATA.contains(&(service, name)),
            error_code: self.code,
            kind: self.kind(),
            cells: std::mem::take(&mut self.cells),
        }
    }
}

impl Ledger {
    /// Returns an empty ledger of this many minutes.
    pub(crate) fn new(minutes: u32) -> Self {
        Self {
            minutes,
            drafts: Vec::new(),
            identities: Vec::new(),
            runs: Vec::new(),
            services: Vec::new(),
            neutral: Vec::new(),
            index: BTreeMap::new(),
            callers: BTreeMap::new(),
        }
    }

    /// Returns the position of the calls of a target.
    pub(crate) fn calls(&mut self, target: Target) -> usize {
        self.series(target, None)
    }

    /// Returns the position of the failures of a target with a code.
    pub(crate) fn failures(&mut self, target: Target, code: &'static str) -> usize {
        self.series(target, Some(code))
    }

    fn series(&mut self, target: Target, code: Option<&'static str>) -> usize {
        let next = self.drafts.len();
        let at = *self.index.entry((target, code)).or_insert(next);
        if at == next {
            let (cells, causes) = (Vec::new(), BTreeMap::new());
            self.drafts.push(Draft { target, code, cells, causes });
        }
        at
    }

    /// Returns the position of an identity.
    pub(crate) fn identity(&mut self, arn: &str) -> u16 {
        if let Some(&identity) = self.callers.get(arn) {
            return identity;
        }
        let identity = u16::try_from(self.identities.len()).expect("a few hundred identities");
        self.identities.push(arn.into());
        self.callers.insert(arn.into(), identity);
        identity
    }

    /// Returns the position of a role's session.
    pub(crate) fn role(&mut self, role: &str, session: &str) -> u16 {
        let account = crate::account::ACCOUNT;
        self.identity(&format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"))
    }

    /// Writes down calls; those outside the span are dropped.
    pub(crate) fn add(&mut self, series: usize, at: i64, identity: u16, count: u32, kind: Kind) {
        let Ok(minute) = u32::try_from(at) else { return };
        if minute < self.minutes && count > 0 {
            let draft = &mut self.drafts[series];
            draft.cells.push(Cell { minute, identity, count });
            *draft.causes.entry(kind).or_default() += u64::from(count);
        }
    }

    /// Writes down failed calls: they count as calls and as failures.
    pub(crate) fn fail(&mut self, failures: usize, at: i64, identity: u16, count: u32, kind: Kind) {
        self.add(failures, at, identity, count, kind);
        let calls = self.calls(self.drafts[failures].target);
        self.add(calls, at, identity, count, kind);
    }

    /// Returns the series of failures of the same target as a series of calls.
    pub(crate) fn failures_of(&self, calls: usize) -> Vec<usize> {
        let target = self.drafts[calls].target;
        let range = (target, Some(""))..;
        let same = self.index.range(range).take_while(|((other, _), _)| *other == target);
        same.map(|(_, &series)| series).collect()
    }

    /// Declares a span neutral.
    pub(crate) fn neutral(&mut self, series: usize, minutes: Range<u32>, reason: Reason) {
        self.neutral.push(Neutral { series, minutes, reason });
    }

    /// Drops the series that a mix does not keep, failures with their calls.
    pub(crate) fn select(&mut self, seed: u64, mix: &Mix) {
        let keeps = |draft: &Draft| mix.keeps(seed, draft.target, draft.code, draft.kind());
        let alone: Vec<bool> = self.drafts.iter().map(keeps).collect();
        let calls = |draft: &Draft| self.index.get(&(draft.target, None)).copied();
        let both = |(draft, &kept): (&Draft, &bool)| kept && calls(draft).is_none_or(|c| alone[c]);
        let kept: Vec<bool> = self.drafts.iter().zip(&alone).map(both).collect();
        for (draft, _) in self.drafts.iter_mut().zip(&kept).filter(|(_, kept)| !**kept) {
            draft.cells.clear();
            draft.causes.clear();
        }
        self.runs.retain(|run| kept[run.series]);
        self.neutral.retain(|span| kept[span.series]);
        for (_, series) in &mut self.services {
            series.retain(|&series| kept[series]);
        }
        self.services.retain(|(_, series)| !series.is_empty());
    }

    /// Drops the calls of all series in a span.
    pub(crate) fn forget(&mut self, minutes: &Range<u32>) {
        for draft in &mut self.drafts {
            draft.cells.retain(|cell| !minutes.contains(&cell.minute));
        }
    }

    /// Lets each failure be a call of the same identity, too.
    ///
    /// A spike of failures may be more than there are calls. Nobody should be blamed for seeing
    /// the calls this adds, nor for not seeing them.
    fn call_failures(&mut self, labels: &[Label]) {
        let mut failed: BTreeMap<(usize, u32, u16), u32> = BTreeMap::new();
        for draft in self.drafts.iter().filter(|draft| draft.code.is_some()) {
            let Some(&calls) = self.index.get(&(draft.target, None)) else { continue };
            for cell in &draft.cells {
                *failed.entry((calls, cell.minute, cell.identity)).or_default() += cell.count;
            }
        }
        for ((calls, minute, identity), failed) in failed {
            let cells = &mut self.drafts[calls].cells;
            let at = cells.binary_search_by_key(&(minute, identity), |c| (c.minute, c.identity));
            match at {
                Ok(at) if cells[at].count >= failed => continue,
                Ok(at) => cells[at].count = failed,
                Err(at) => cells.insert(at, Cell { minute, identity, count: failed }),
            }
            let around = minute..minute + 30;
            let is_labelled = |label: &Label| {
                let Label { series, minutes, .. } = label;
                *series == calls && minutes.start < around.end && around.start < minutes.end
            };
            if !labels.iter().any(is_labelled) {
                self.neutral(calls, around, Reason::Touched);
            }
        }
    }

    /// Returns the account: the series that have calls, in the order of their names.
    pub(crate) fn close(mut self, labels: Vec<Label>, days: u32, gaps: Vec<Range<u32>>) -> Account {
        for draft in &mut self.drafts {
            draft.settle();
        }
        self.call_failures(&labels);
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.retain(|&at| !self.drafts[at].cells.is_empty());
        order.sort_by_key(|&at| {
            let Draft { target, code, .. } = &self.drafts[at];
            (target.service, target.name, target.region, *code)
        });
        let mut places = vec![None; self.drafts.len()];
        for (place, &at) in order.iter().enumerate() {
            places[at] = Some(place);
        }
        let labels = labels
            .into_iter()
            .filter_map(|label| Some(Label { series: places[label.series]?, ..label }));
        let neutral = self
            .neutral
            .into_iter()
            .filter_map(|span| Some(Neutral { series: places[span.series]?, ..span }));
        Account {
            start: START,
            days,
            labels: labels.collect(),
            neutral: neutral.collect(),
            series: order.iter().map(|&at| self.drafts[at].finish()).collect(),
            identities: self.identities,
            gaps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::label::Class;

    const CALLED: Target = Target { region: "here", service: "s3", name: "GetObject" };

    #[test]
    fn a_failure_that_is_no_call_becomes_one() {
        let mut ledger = Ledger::new(100);
        let calls = ledger.calls(CALLED);
        let failures = [ledger.failures(CALLED, "A"), ledger.failures(CALLED, "B")];
        // Two identities have calls enough in the first minute, and one has not in the others.
        for (minute, identity, count) in [(10, 0, 5), (10, 1, 9), (50, 0, 2)] {
            ledger.add(calls, minute, identity, count, Kind::Traffic);
        }
        for (code, minute, identity, count) in
            [(0, 10, 0, 2), (1, 10, 0, 3), (0, 50, 0, 4), (1, 50, 0, 1), (1, 90, 1, 6)]
        {
            ledger.add(failures[code], minute, identity, count, Kind::Missing);
        }
        let label = Label { series: calls, minutes: 95..96, class: Class::Spike, incident: 1 };
        let account = ledger.close(vec![label], 1, Vec::new());
        let told = |cell: &Cell| (cell.minute, cell.identity, cell.count);
        let told: Vec<_> = account.series[0].cells.iter().map(told).collect();
        assert_eq!(told, [(10, 0, 5), (10, 1, 9), (50, 0, 5), (90, 1, 6)]);
        let touched = Neutral { series: 0, minutes: 50..80, reason: Reason::Touched };
        assert_eq!(account.neutral, [touched], "where there is a label, it says what is normal");
    }
}
