//! What was typed for `insights completions`.

use clap::Args;
use clap_complete::Shell;

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Completions {
    /// The shell that is to complete
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
