//! [`typed`], [`same_input`]: command lines that a reader of a report can run again.

use std::env;

use crate::{args, settings::Settings, shell::quoted};

/// Returns the command line of this run.
pub(super) fn typed() -> String {
    let rest = env::args_os().skip(1).map(|arg| quoted(&arg.to_string_lossy()));
    ["insights".to_owned()].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

/// Returns the arguments that name the same input and settings for another command.
pub(super) fn same_input(input: &args::Input, settings: &Settings) -> String {
    let mut words: Vec<String> =
        input.inputs.iter().map(|path| quoted(&path.to_string_lossy())).collect();
    #[cfg(feature = "s3")]
    {
        let s3 = &input.s3;
        words.extend(s3.endpoint.iter().map(|url| format!("--s3-endpoint {}", quoted(url))));
        words.extend(s3.no_sign_request.then(|| "--no-sign-request".to_owned()));
        words.extend(s3.requester_pays.then(|| "--requester-pays".to_owned()));
    }
    words.extend(settings.changed().iter().map(|set| format!("--set {}", quoted(set))));
    words.join(" ")
}
