//! [`Page`]: the report as one file of HTML, with all it needs inside.
//!
//! What a reader sees first is JSON in the page; the minutes of each series and what is told of
//! each episode are packed beside it, to be unpacked when they are looked at. Nothing is fetched:
//! a policy forbids the page all but its own script and style, which it names by their hashes.

mod assets;
mod blob;
mod detail;
mod minutes;
mod overview;

use std::io::{self, Write};

use rayon::prelude::*;

use self::{detail::Detail, overview::Overview};
use crate::commands::report::Report;

/// A report that is ready to be written.
#[derive(Debug)]
pub(crate) struct Page {
    overview: String,
    /// The id of each packed part, and what is in it.
    blobs: Vec<(String, String)>,
    episodes: usize,
    series: usize,
}

impl Page {
    /// How large a page is to be at most, of which browsers take a second to read. Minutes far from
    /// episodes are left out for it, and nothing else: some hundred thousand episodes are larger.
    const LARGEST: usize = 14_000_000;

    /// Packs all that a report tells.
    pub(crate) fn new(report: &Report) -> anyhow::Result<Self> {
        let detail = |(number, case)| -> serde_json::Result<_> {
            let detail = serde_json::to_vec(&Detail::new(case, report))?;
            Ok((format!("e{number}"), blob::pack(&detail)))
        };
        let cases: Vec<_> = report.cases.iter().enumerate().collect();
        let mut blobs: Vec<_> = cases.into_par_iter().map(detail).collect::<Result<_, _>>()?;
        let large: usize = blobs.iter().map(|(_, packed)| packed.len()).sum();
        let overview = Overview::new(report);
        let large = large + blob::inline(&overview)?.len();
        let (reach, minutes) = minutes::within(report, Self::LARGEST.saturating_sub(large));
        blobs.extend(minutes);
        let overview = blob::inline(&overview.reaching(reach))?;
        Ok(Self { overview, blobs, episodes: report.cases.len(), series: report.series.len() })
    }

    /// Writes the page.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        for part in assets::parts() {
            match part {
                assets::Part::Text(text) => out.write_all(text.as_bytes())?,
                assets::Part::Overview => {
                    let Self { overview, .. } = self;
                    writeln!(
                        out,
                        r#"<script type="application/json" id="overview">{overview}</script>"#
                    )?;
                }
                assets::Part::Blobs => {
                    for (id, packed) in &self.blobs {
                        writeln!(out, r#"<script type="text/plain" id="{id}">{packed}</script>"#)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns what was written, for people.
    pub(crate) fn told(&self, place: &str) -> String {
        let many = |count: usize, one: &str, more: &str| {
            format!("{count} {}", if count == 1 { one } else { more })
        };
        let episodes = many(self.episodes, "episode", "episodes");
        format!("report    {place}: {episodes}, {} series", self.series)
    }
}
