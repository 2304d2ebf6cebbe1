//! `insights`: replays CloudTrail archives into CloudTrail Insight events.

use std::process::ExitCode;

fn main() -> ExitCode {
    insights_cli::main()
}
