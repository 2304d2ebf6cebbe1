//! How an error is told: what went wrong, then what to do next.

use std::{error, fmt, fmt::Write};

use crate::{
    color::{ERROR, TIP},
    exit::UsageError,
};

/// What to do next, as the innermost cause of an error.
#[derive(Debug)]
pub(crate) struct Tip(String);

impl error::Error for Tip {}

impl fmt::Display for Tip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl UsageError {
    /// Returns the error with what to do next.
    pub(crate) fn tip(self, tip: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Tip(tip.into())).context(self)
    }
}

/// Returns an error with what to do next.
pub(crate) fn failure(what: impl Into<String>, tip: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Tip(tip.into())).context(what.into())
}

/// Returns an error of some kind as the parser tells its own, coloured.
pub(crate) fn told(kind: &str, error: &anyhow::Error) -> String {
    let (mut causes, mut tips) = (Vec::new(), String::new());
    for cause in error.chain() {
        if cause.is::<Tip>() {
            // Writing to a string does not fail.
            let _ = write!(tips, "\n\n  {TIP}tip:{TIP:#} {cause}");
        } else {
            causes.push(cause.to_string());
        }
    }
    headed(kind, &(causes.join(": ") + &tips))
}

/// Returns a text with the word before it that says what it is about, coloured.
pub(crate) fn headed(kind: &str, text: &str) -> String {
    format!("{ERROR}{kind}:{ERROR:#} {text}")
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn causes_come_in_a_line_and_tips_below_it() {
        let plain = |error| {
            let told = told("error", &error);
            anstream::adapter::strip_str(&told).to_string()
        };
        let usage = Err::<(), _>(UsageError("a".into()).tip("do b")).context("c").unwrap_err();
        assert_eq!(Exit::of_error(&usage), Exit::Usage);
        assert_eq!(plain(usage), "error: c: a\n\n  tip: do b");
        let other = failure("a", "do b");
        assert_eq!(Exit::of_error(&other), Exit::Failed);
        assert_eq!(plain(other), "error: a\n\n  tip: do b");
        assert_eq!(plain(anyhow::anyhow!("b").context("a")), "error: a: b");
        assert!(told("error", &anyhow::anyhow!("a")).starts_with('\u{1b}'));
    }
}
