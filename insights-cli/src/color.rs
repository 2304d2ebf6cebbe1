//! Whether output is coloured: as `--color` says, else as the terminal and the environment do.
//!
//! The choice is one of the whole process, since the parser prints help and errors of its own
//! before there is anything to pass it on with.

use std::{borrow::Cow, ffi::OsStr, io};

use anstream::{AutoStream, ColorChoice, adapter::strip_str, stream::RawStream};
use clap::{
    ValueEnum,
    builder::styling::{AnsiColor, Style, Styles},
};

use crate::args::Color;

/// How help and the parser's errors look.
pub(crate) const HELP: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new())
    .error(ERROR)
    .valid(TIP)
    .invalid(WARNING);
/// What went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What something is about.
pub(crate) const LABEL: Style = Style::new().bold();
/// What is doubtful.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What to do next.
pub(crate) const TIP: Style = AnsiColor::Green.on_default();

/// Takes over what was asked for.
pub(crate) fn choose(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Takes over what `--color` says among arguments that are not parsed yet, if it can be understood.
///
/// Without it, what the parser itself prints could not follow: help and errors.
pub(crate) fn choose_early<T: AsRef<OsStr>>(args: impl IntoIterator<Item = T>) {
    if let Some(color) = said(args) {
        choose(color);
    }
}

fn said<T: AsRef<OsStr>>(args: impl IntoIterator<Item = T>) -> Option<Color> {
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let value = match arg.as_ref().to_str()? {
            "--" => return None,
            "--color" => args.next()?.as_ref().to_str()?.to_owned(),
            arg => match arg.strip_prefix("--color=") {
                Some(value) => value.to_owned(),
                None => continue,
            },
        };
        return Color::from_str(&value, false).ok();
    }
    None
}

/// Returns a coloured text as stderr takes it: without colours where there are none.
pub(crate) fn for_stderr(text: &str) -> Cow<'_, str> {
    if on(&io::stderr()) { text.into() } else { strip_str(text).to_string().into() }
}

/// Returns a line with the word coloured that makes it a warning, if one does.
pub(crate) fn warning(line: &str) -> Cow<'_, str> {
    line.strip_prefix("warning:")
        .map_or(line.into(), |what| format!("{WARNING}warning:{WARNING:#}{what}").into())
}

/// Returns whether what goes to stdout is coloured.
pub(crate) fn on_stdout() -> bool {
    on(&io::stdout())
}

fn on<S: RawStream>(stream: &S) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_color_is_found_before_anything_is_parsed() {
        let said = |args: &str| said(args.split_whitespace());
        assert_eq!(said("replay logs --color never -q"), Some(Color::Never));
        assert_eq!(said("--color=always --help"), Some(Color::Always));
        assert_eq!(said("replay --color"), None);
        assert_eq!(said("replay --color=loud"), None);
        assert_eq!(said("replay -- --color=always"), None);
        assert_eq!(said("replay --colors=always"), None);
    }
}
