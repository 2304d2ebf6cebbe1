//! How explanations leave: as text for people, as JSON, as the records behind them.

mod json;
mod plot;
mod tables;
mod text;
pub(super) mod words;

use std::io::{self, Write};

use crate::{
    commands::explain::Answer,
    input::logged::Logged,
    output::{OutputFile, width},
    printable::printable,
};

/// Writes sentences, a plot and tables.
pub(crate) fn write_text(out: &mut OutputFile, answer: &Answer) -> io::Result<()> {
    /// Lines are no shorter and no longer, whatever the terminal.
    const WIDTHS: (usize, usize) = (60, 140);
    text::write(out, answer, width().clamp(WIDTHS.0, WIDTHS.1))
}

/// Returns the sentences of an explanation, a paragraph each.
pub(crate) fn paragraphs(answer: &Answer) -> Vec<String> {
    text::paragraphs(answer)
}

/// Writes one object.
pub(crate) fn write_json(out: &mut OutputFile, answer: &Answer) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &json::AnswerRecord::new(answer))?;
    writeln!(out)?;
    Ok(())
}

/// Writes records, one a line. A terminal does not take them as they are.
pub(crate) fn write_events(
    out: &mut OutputFile,
    to_terminal: bool,
    records: &[Logged],
) -> io::Result<()> {
    for record in records {
        if to_terminal {
            writeln!(out, "{}", printable(&record.text))?;
        } else {
            writeln!(out, "{}", record.text)?;
        }
    }
    Ok(())
}
