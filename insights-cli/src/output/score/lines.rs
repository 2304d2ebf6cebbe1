//! [`Lines`]: a list for people that stays short.

use std::io::{self, Write};

/// The most lines of a list that are written; the other formats have all.
const MOST: usize = 20;

/// Writes a heading and the first of `lines`, and how many more there are; nothing if there are
/// none.
pub(super) fn write(out: &mut impl Write, heading: &str, lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}")?;
    for line in lines.iter().take(MOST) {
        writeln!(out, "  {line}")?;
    }
    match lines.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more: --format csv has all"),
    }
}

/// Returns a share in percent, or a dash where there is none.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or("-".into(), |share| format!("{:.1} %", 100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_says_how_much_is_left_out() {
        let told = |count: usize| {
            let lines: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            let mut out = Vec::new();
            write(&mut out, "missed", &lines).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(told(0), "");
        assert_eq!(told(2), "\nmissed\n  0\n  1\n");
        assert!(told(20).ends_with("  19\n"));
        assert!(told(22).ends_with("  19\n  and 2 more: --format csv has all\n"));
    }
}
