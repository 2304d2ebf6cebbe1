//! What stands below the help of each subcommand: how it is typed.

use std::fmt::Write;

use crate::color::HELP;

pub(super) const START: &str = "\
Start here:
  insights replay AWSLogs/                    what is unusual in these logs
  insights report AWSLogs/ -o report.html     the same as a page to look at
  insights explain AWSLogs/ --id 0f6fb2f1     why one of the Insights was reported
  insights baseline AWSLogs/ --top 20         what is normal
  insights replay s3://my-trail/AWSLogs/ --from 2026-03-01
                                              what is unusual in a bucket, from a day on
  insights synth -o account && insights detect account/counts.csv
                                              without logs: an invented account

Then:
  insights COMMAND --help       all about a command; -h is short
  insights config               every setting, with what it does and costs
  insights completions bash     completion for a shell
  insights man -o man           manual pages";

pub(super) const STATUS: &str = "\
Exit status:
  0    it did what was asked
  1    there are Insights, and --exit-code asked to be told
  2    the command line or the settings make no sense
  3    it did, but part of the input could not be read
  4    it could do nothing
  130  it was interrupted, and told what was done by then; 143 if by TERM";

pub(super) const REPLAY: &str = "\
Examples:
  insights replay AWSLogs/
  insights replay s3://my-trail/AWSLogs/ --from 2026-03-01 --account 111122223333
  insights replay logs/ --region eu-west-1 --format jsonl -o insights.jsonl
  insights replay AWSLogs/ --output-tree bucket/
  zcat one.json.gz | insights replay - --format table";

pub(super) const REPORT: &str = "\
Examples:
  insights report AWSLogs/ -o report.html
  insights report counts.parquet -o report.html --profile quiet
  insights report insights.jsonl counts.parquet -o report.html
  insights report AWSLogs/ --insights AWSLogs/111122223333/CloudTrail-Insight/ -o aws.html";

pub(super) const EXPLAIN: &str = "\
Examples:
  insights explain AWSLogs/ --id 0f6fb2f1
  insights explain AWSLogs/ --series s3:GetObject --at 2026-03-02T14:05:00Z
  insights explain AWSLogs/ --series kms:Decrypt:AccessDenied --at 2026-03-02T14:05Z
  insights explain AWSLogs/ --id 0f6fb2f1 --format json
  insights explain AWSLogs/ --id 0f6fb2f1 --events | jq -r .sourceIPAddress";

pub(super) const BASELINE: &str = "\
Examples:
  insights baseline AWSLogs/ --top 20
  insights baseline AWSLogs/ --event-source iam --include-reads
  insights baseline counts.csv --at 2026-03-09T03:00:00Z --format csv -o normal.csv";

pub(super) const TUNE: &str = "\
Examples:
  insights tune AWSLogs/ --labels labels.csv --trials 200
  insights count AWSLogs/ -o counts.csv
  insights tune counts.csv --labels labels.csv --space space.toml --grid
  insights tune counts.csv --labels labels.csv --max-false-per-day 0.5
  insights replay AWSLogs/ --config insights-tune/best.toml";

pub(super) const SCORE: &str = "\
Examples:
  insights replay AWSLogs/ --explain -o insights.jsonl
  insights score insights.jsonl --labels labels.csv
  insights score insights.jsonl --labels labels.csv --from 2026-03-10 --to 2026-03-13
  insights score insights.jsonl --aws AWSLogs/111122223333/CloudTrail-Insight/";

pub(super) const COUNT: &str = "\
Examples:
  insights count AWSLogs/ -o counts.csv
  insights count AWSLogs/ -o counts.parquet
  insights count january.csv february.csv -o counts.parquet
  insights detect counts.csv";

pub(super) const DETECT: &str = "\
Examples:
  insights detect counts.csv
  insights detect january.parquet february.csv.gz
  insights detect orders.csv --series-csv time=timestamp,value=orders
  insights detect mails.csv.gz --series-csv time=at,value=sent,name=host,step=5m";

pub(super) const CONFIG: &str = "\
Examples:
  insights config > insights.toml
  insights config --config insights.toml --profile quiet --set baseline=14d
  insights replay AWSLogs/ --config insights.toml";

pub(super) const SYNTH: &str = "\
Examples:
  insights synth -o account
  insights detect account/counts.csv --format table
  insights synth --print-mix > mix.toml
  insights synth --mix mix.toml --days 10 --format archive -o archive
  insights replay archive --include-reads";

pub(super) const COMPLETIONS: &str = "\
Examples:
  insights completions bash > ~/.local/share/bash-completion/completions/insights
  insights completions zsh > ~/.zfunc/_insights    with ~/.zfunc in fpath, before compinit
  insights completions fish > ~/.config/fish/completions/insights.fish
  insights completions powershell >> $PROFILE";

pub(super) const MAN: &str = "\
Examples:
  insights man -o ~/.local/share/man/man1
  insights man replay | man -l -";

/// Returns a text whose lines without indentation are headings, with these as in the rest of the
/// help.
pub(super) fn headed(text: &str) -> String {
    let heading = HELP.get_header();
    text.lines().fold(String::new(), |mut styled, line| {
        // Writing to a string does not fail.
        let _ = if line.is_empty() || line.starts_with(' ') {
            writeln!(styled, "{line}")
        } else {
            writeln!(styled, "{heading}{line}{heading:#}")
        };
        styled
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_stand_out_and_examples_do_not() {
        let styled = headed("Examples:\n  insights x");
        assert!(styled.starts_with('\u{1b}') && styled.contains("Examples:"), "{styled:?}");
        assert!(styled.ends_with("\n  insights x\n"), "{styled:?}");
    }
}
