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
    /// How large the packed minutes may be: with the rest the page stays below 15 MB where a
    /// month's Insights are told, and opens at once.
    const LARGEST: usize = 8_000_000;

    /// Packs all that a report tells.
    pub(crate) fn new(report: &Report) -> anyhow::Result<Self> {
        let mut blobs = Vec::new();
        for (number, case) in report.cases.iter().enumerate() {
            let detail = serde_json::to_vec(&Detail::new(case, report))?;
            blobs.push((format!("e{number}"), blob::pack(&detail)));
        }
        let (exact, minutes) = minutes::within(report, Self::LARGEST);
        blobs.extend(minutes);
        let overview = Overview::new(report, exact);
        let episodes = report.cases.len();
        let series = report.series.len();
        Ok(Self { overview: blob::inline(&overview)?, blobs, episodes, series })
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
