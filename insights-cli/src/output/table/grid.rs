//! [`Grid`]: the cells of a table, and which of them there is room for.

use std::io::{self, Write};

use anstyle::Style;
use insights_core::{Attribute, Insight};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Look, change, lasted, place, rate, short};
use crate::{
    output::{sparkline::Sparkline, top},
    printable::printable,
    severity::Severity,
};

/// What is told of an episode.
#[derive(Debug)]
pub(super) struct Row {
    /// As text, in the order of `TITLES`; the sparkline is kept apart.
    cells: [String; COLUMNS],
    sparkline: Option<Sparkline>,
}

const COLUMNS: usize = 10;
const TITLES: [&str; COLUMNS] = [
    "start (UTC)",
    "lasted",
    "severity",
    "what",
    "where",
    "calls",
    "baseline",
    "insight",
    "change",
    "who",
];
const START: usize = 0;
const LASTED: usize = 1;
const SEVERITY: usize = 2;
const WHAT: usize = 3;
const WHERE: usize = 4;
const CALLS: usize = 5;
const BASELINE: usize = 6;
const INSIGHT: usize = 7;
const CHANGE: usize = 8;
const WHO: usize = 9;

/// What is given up, one after the other, until names have room: columns, the year, and space.
const LEFT_OUT: [&[usize]; 6] = [
    &[],
    &[WHERE],
    &[WHERE, BASELINE, INSIGHT],
    &[WHERE, BASELINE, INSIGHT],
    &[WHERE, BASELINE, INSIGHT, LASTED],
    &[WHERE, BASELINE, INSIGHT, LASTED],
];
/// From which of these steps on the year is told once, in the header, and columns are one space
/// apart.
const NO_YEAR: usize = 3;
const NARROW: usize = 5;

/// How much of what was called, and of who did, is room enough, and the least of each.
const ENOUGH: (usize, usize) = (24, 16);
const LEAST: usize = 6;

/// Rows with the columns that fit into a width.
#[derive(Debug)]
pub(super) struct Grid {
    rows: Vec<Row>,
    titles: [String; COLUMNS],
    /// None for columns that are left out.
    widths: [Option<usize>; COLUMNS],
    gap: usize,
}

impl Row {
    pub(super) fn new(episode: &Insight, sparkline: Option<&Sparkline>) -> Self {
        let series = &episode.series;
        let service = series.event_source.trim_end_matches(".amazonaws.com");
        let code = series.error_code.as_ref().map_or(String::new(), |code| format!(" {code}"));
        let lasted = episode.end.map_or("open".to_owned(), |end| lasted(end.since(episode.start)));
        let (before, during) = (episode.baseline.per_minute(), episode.insight.per_minute());
        let who = top(episode, Attribute::UserIdentityArn).map_or("", short);
        let cells = [
            episode.start.instant().format("%Y-%m-%d %H:%M").to_string(),
            lasted,
            Severity::of(episode.explanation.finding.score).to_string(),
            format!("{service}:{}{code}", series.event_name),
            place(series),
            String::new(),
            rate(before),
            rate(during),
            change(before, during),
            who.to_owned(),
        ];
        Self { cells: cells.map(|cell| printable(&cell)), sparkline: sparkline.cloned() }
    }
}

impl Grid {
    /// Arranges rows in lines of `width`, with sparklines of so many columns.
    pub(super) fn new(rows: Vec<Row>, sparkline: usize, width: usize) -> Self {
        let year = rows.first().map_or("", |row| row.cells[START].split('-').next().unwrap_or(""));
        let of_year = |row: &Row| row.cells[START].starts_with(&format!("{year}-"));
        let one_year = rows.iter().all(of_year).then(|| year.to_owned());
        let mut grid =
            Self { rows, titles: TITLES.map(str::to_owned), widths: [None; COLUMNS], gap: 2 };
        let natural: Vec<usize> = (0..COLUMNS).map(|column| grid.natural(column)).collect();
        let enough = natural[WHAT].min(ENOUGH.0) + natural[WHO].min(ENOUGH.1);
        for (step, left_out) in LEFT_OUT.iter().enumerate() {
            if step == NO_YEAR
                && let Some(year) = &one_year
            {
                grid.titles[START] = format!("{year} (UTC)");
                for row in &mut grid.rows {
                    row.cells[START].drain(..=year.len());
                }
            }
            grid.gap = if step == NARROW { 1 } else { 2 };
            for column in 0..COLUMNS {
                let wanted = match column {
                    CALLS => sparkline,
                    _ => grid.natural(column),
                };
                grid.widths[column] = (!left_out.contains(&column)).then_some(wanted);
            }
            if width.saturating_sub(grid.fixed()) >= enough {
                break;
            }
        }
        let room = width.saturating_sub(grid.fixed());
        let [what, who] = share(room, natural[WHAT], natural[WHO]);
        (grid.widths[WHAT], grid.widths[WHO]) = (Some(what), Some(who));
        grid
    }

    /// Returns what all columns but the names take, with the space between all.
    fn fixed(&self) -> usize {
        let shown = self.widths.iter().flatten().count();
        let names = [WHAT, WHO].into_iter().filter_map(|column| self.widths[column]);
        self.widths.iter().flatten().sum::<usize>() - names.sum::<usize>() + self.gap * (shown - 1)
    }

    /// Returns what a column takes if nothing is cut.
    fn natural(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| row.cells[column].width());
        cells.chain([self.titles[column].width()]).max().unwrap_or_default()
    }

    pub(super) fn has_rates(&self) -> bool {
        self.widths[BASELINE].is_some()
    }

    pub(super) fn has_places(&self) -> bool {
        self.widths[WHERE].is_some()
    }

    /// Returns the columns that there was no room for.
    pub(super) fn left_out(&self) -> Option<String> {
        let missing = |&column: &usize| self.widths[column].is_none();
        let missing: Vec<&str> =
            (0..COLUMNS).filter(missing).map(|column| TITLES[column]).collect();
        let (last, others) = missing.split_last()?;
        Some(if others.is_empty() {
            (*last).to_owned()
        } else {
            format!("{} and {last}", others.join(", "))
        })
    }

    pub(super) fn write_header(&self, out: &mut impl Write, style: Style) -> io::Result<()> {
        let titles = self.titles.each_ref().map(String::as_str);
        let line = self.line(titles, |_, text| text);
        writeln!(out, "{style}{}{style:#}", line.trim_end())
    }

    /// Writes a row: its severity, and the minutes of the episode itself, in `style`.
    pub(super) fn write_row(
        &self,
        out: &mut impl Write,
        number: usize,
        look: Look,
        style: Style,
    ) -> io::Result<()> {
        let row = &self.rows[number];
        let faint = look.style(Style::new().dimmed());
        let cells = row.cells.each_ref().map(String::as_str);
        let line = self.line(cells, |column, text| match (column, &row.sparkline) {
            (SEVERITY, _) => format!("{style}{text}{style:#}"),
            (CALLS, Some(sparkline)) => {
                let [before, inside, after] = sparkline.parts();
                format!("{faint}{before}{faint:#}{style}{inside}{style:#}{faint}{after}{faint:#}")
            }
            _ => text,
        });
        writeln!(out, "{}", line.trim_end())
    }

    /// Returns a line of cells that were cut or filled up to their widths, and then dressed.
    fn line(&self, cells: [&str; COLUMNS], dress: impl Fn(usize, String) -> String) -> String {
        let mut line = String::new();
        for (column, cell) in cells.into_iter().enumerate() {
            let Some(width) = self.widths[column] else { continue };
            if !line.is_empty() {
                line.push_str(&" ".repeat(self.gap));
            }
            let right = matches!(column, BASELINE | INSIGHT | CHANGE);
            line.push_str(&dress(column, fit(cell, width, right)));
        }
        line
    }
}

/// Shares room between what was called and who did: three fifths and two, unless one needs less.
fn share(room: usize, what: usize, who: usize) -> [usize; 2] {
    if what + who <= room {
        return [what, who];
    }
    let own = who.min((room * 2 / 5).max(room.saturating_sub(what))).max(LEAST.min(who));
    [what.min(room.saturating_sub(own)).max(LEAST.min(what)), own]
}

/// Cuts a text, or fills it up with spaces.
fn fit(text: &str, width: usize, right: bool) -> String {
    let own = text.width();
    if own <= width {
        let space = " ".repeat(width - own);
        return if right { space + text } else { text.to_owned() + &space };
    }
    let mut cut = String::new();
    let mut room = width.saturating_sub(1);
    for character in text.chars() {
        let own = character.width().unwrap_or_default();
        if own > room {
            break;
        }
        room -= own;
        cut.push(character);
    }
    cut.push('…');
    cut + &" ".repeat(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(start: &str, what: &str, who: &str) -> Row {
        let cells = [
            start,
            "1h05m",
            "medium",
            what,
            "111122223333 eu-west-1",
            "",
            "0.02",
            "14.4",
            "×714",
            who,
        ];
        Row { cells: cells.map(str::to_owned), sparkline: None }
    }

    fn lines(grid: &Grid) -> Vec<String> {
        let mut out = Vec::new();
        let look = Look { width: 0, colored: false, verbose: false };
        grid.write_header(&mut out, Style::new()).unwrap();
        for number in 0..grid.rows.len() {
            grid.write_row(&mut out, number, look, Style::new()).unwrap();
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    fn rows() -> Vec<Row> {
        let what = "secretsmanager:GetSecretValue AccessDeniedException";
        let who = "assumed-role/fleet-instance/i-017ac5ee9a775ebab";
        vec![row("2026-03-02 14:05", what, who), row("2026-03-03 14:05", "s3:GetObject", "user/a")]
    }

    #[test]
    fn no_line_is_wider_than_it_may_be_and_columns_come_with_the_width() {
        let mut shown = 0;
        for width in 60..220 {
            let grid = Grid::new(rows(), 16, width);
            let lines = lines(&grid);
            assert!(lines.iter().all(|line| line.width() <= width), "{width}: {lines:#?}");
            let columns = grid.widths.iter().flatten().count();
            assert!(columns >= shown, "{width}: {lines:#?}");
            shown = columns;
            for always in ["severity", "what", "calls", "change", "who"] {
                assert!(lines[0].contains(always), "{width}: {}", lines[0]);
            }
        }
        assert_eq!(shown, COLUMNS);
        assert_eq!(Grid::new(rows(), 16, 220).left_out(), None);
    }

    #[test]
    fn at_80_the_year_is_in_the_header_and_names_are_cut() {
        let lines = lines(&Grid::new(rows(), 16, 80));
        assert!(lines[0].starts_with("2026 (UTC)"), "{lines:#?}");
        assert!(lines[1].starts_with("03-02 14:05 medium   secretsmanager:GetSe…"), "{lines:#?}");
        let missing = Grid::new(rows(), 16, 80).left_out();
        assert_eq!(missing.as_deref(), Some("lasted, where, baseline and insight"));

        let mut years = rows();
        years.push(row("2027-01-01 00:00", "s3:GetObject", "user/a"));
        let lines = self::lines(&Grid::new(years, 16, 80));
        assert!(lines[3].starts_with("2027-01-01 00:00 "), "{lines:#?}");
    }

    #[test]
    fn wide_characters_take_the_room_they_need() {
        assert_eq!(fit("日本語", 4, false), "日… ");
        assert_eq!(fit("日本語", 6, false), "日本語");
        assert_eq!((fit("ab", 4, true), fit("ab", 4, false)), ("  ab".into(), "ab  ".into()));
        assert_eq!(share(34, 52, 47), [21, 13]);
        assert_eq!(share(34, 12, 47), [12, 22]);
        assert_eq!(share(34, 52, 6), [28, 6]);
    }
}
