//! [`Exit`]: how a run ended, as the shell sees it.

use std::{error, fmt, io, process::ExitCode};

use crate::interrupt;

/// How a run ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    /// It did what was asked. A reader that closed the pipe got what it wanted.
    Done,
    /// It did, found insights, and was asked to say so.
    InsightsFound,
    /// The command line or the settings make no sense.
    Usage,
    /// It did, but part of the input could not be read.
    PartlyRead,
    /// It could do nothing.
    Failed,
    /// It was asked to stop before it was done.
    Interrupted,
}

impl Exit {
    /// Returns how a run ended that stopped with `error`.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        let broken_pipe = |cause: &(dyn error::Error + 'static)| {
            let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            let csv = cause.downcast_ref::<csv::Error>().and_then(|error| match error.kind() {
                csv::ErrorKind::Io(error) => Some(error.kind()),
                _ => None,
            });
            let json = cause.downcast_ref::<serde_json::Error>();
            let json = json.and_then(serde_json::Error::io_error_kind);
            io.or(csv).or(json) == Some(io::ErrorKind::BrokenPipe)
        };
        if error.chain().any(broken_pipe) {
            Self::Done
        } else if interrupt::requested() {
            // What fails then is what was stopped.
            Self::Interrupted
        } else if error.is::<UsageError>()
            || error.chain().any(<dyn error::Error>::is::<UsageError>)
        {
            Self::Usage
        } else {
            Self::Failed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::InsightsFound => 1,
            Exit::Usage => 2,
            Exit::PartlyRead => 3,
            Exit::Failed => 4,
            Exit::Interrupted => interrupt::code().unwrap_or(4),
        })
    }
}

/// A command line that makes no sense.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl error::Error for UsageError {}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_closed_pipe_is_success_and_other_errors_keep_their_codes() {
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        let wrapped = anyhow::Error::from(pipe()).context("cannot write");
        assert_eq!(Exit::of_error(&wrapped), Exit::Done);
        assert_eq!(Exit::of_error(&csv::Error::from(pipe()).into()), Exit::Done);
        assert_eq!(Exit::of_error(&serde_json::Error::io(pipe()).into()), Exit::Done);
        let usage = Err::<(), _>(UsageError("no".into())).context("plan").unwrap_err();
        assert_eq!(Exit::of_error(&usage), Exit::Usage);
        assert_eq!(Exit::of_error(&anyhow::anyhow!("no")), Exit::Failed);
    }
}
