//! [`parts`]: the page's own text, style and script, which are part of the program.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};

/// The frame of the page, with names in double braces for what is put in.
const FRAME: &str = include_str!("../../../page/page.html");
/// The style: that of the charts, then that of the page.
const STYLES: [&str; 2] =
    [include_str!("../../../page/vendor/uPlot.min.css"), include_str!("../../../page/page.css")];
/// What draws charts.
const CHARTS: &str = include_str!("../../../page/vendor/uPlot.iife.min.js");
/// The script of the page, in the order in which its files need each other.
const SCRIPTS: [&str; 16] = [
    include_str!("../../../page/text.js"),
    include_str!("../../../page/node.js"),
    include_str!("../../../page/data.js"),
    include_str!("../../../page/counts.js"),
    include_str!("../../../page/filter.js"),
    include_str!("../../../page/overview.js"),
    include_str!("../../../page/timeline.js"),
    include_str!("../../../page/table.js"),
    include_str!("../../../page/episodes.js"),
    include_str!("../../../page/series.js"),
    include_str!("../../../page/marks.js"),
    include_str!("../../../page/chart.js"),
    include_str!("../../../page/changes.js"),
    include_str!("../../../page/detail.js"),
    include_str!("../../../page/keys.js"),
    include_str!("../../../page/page.js"),
];

/// A part of the page.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    /// The JSON that is told at once.
    Overview,
    /// What is packed.
    Blobs,
}

/// Returns the parts of the page in their order.
pub(super) fn parts() -> Vec<Part> {
    let style = STYLES.join("\n");
    let script = format!("{CHARTS}\n(() => {{\n\"use strict\";\n{}\n}})();\n", SCRIPTS.join("\n"));
    let policy = policy(&style, &script);
    let mut parts = Vec::new();
    let mut rest = FRAME;
    while let Some((text, (name, after))) =
        rest.split_once("{{").and_then(|(text, after)| Some((text, after.split_once("}}")?)))
    {
        parts.push(Part::Text(text.to_owned()));
        parts.push(match name {
            "csp" => Part::Text(policy.clone()),
            "style" => Part::Text(style.clone()),
            "script" => Part::Text(script.clone()),
            "overview" => Part::Overview,
            "blobs" => Part::Blobs,
            other => Part::Text(format!("{{{{{other}}}}}")),
        });
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    parts
}

/// Returns the policy that allows the page its own style and script and nothing else: no request,
/// no other script, no form, no base for its links.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; \
         base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
        hash(script),
        hash(style)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_the_page_is_put_in_once() {
        for name in ["csp", "style", "script", "overview", "blobs"] {
            assert_eq!(FRAME.matches(&format!("{{{{{name}}}}}")).count(), 1, "{name}");
        }
        assert_eq!(FRAME.matches("{{").count(), 5, "no other names");
    }

    #[test]
    fn no_style_or_script_ends_the_element_that_holds_it() {
        let lower = |text: &str| text.to_ascii_lowercase();
        assert!(STYLES.iter().all(|style| !lower(style).contains("</style")));
        let scripts = SCRIPTS.iter().chain([&CHARTS]);
        for script in scripts {
            assert!(!lower(script).contains("</script") && !script.contains("<!--"));
        }
    }
}
