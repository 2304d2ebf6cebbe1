//! Patterns of paths, for shells that do not expand them: [`expand`].

use std::path::{Path, PathBuf};

use crate::exit::UsageError;

/// Returns the inputs with patterns (`*`, `?`, `[a-z]`, and `**` for folders of any depth) replaced
/// by what they match. What is there under just that name is no pattern.
///
/// # Errors
///
/// Returns an error for a pattern that is none or that nothing matches.
pub(crate) fn expand(inputs: Vec<PathBuf>) -> anyhow::Result<Vec<PathBuf>> {
    let mut expanded = Vec::new();
    for input in inputs {
        match pattern(&input) {
            None => expanded.push(input),
            Some(pattern) => {
                let before = expanded.len();
                let paths = glob::glob(&pattern)
                    .map_err(|error| UsageError(format!("{pattern}: {error}")))?;
                // A folder that cannot be looked into is named by its path.
                let path =
                    |found: glob::GlobResult| found.unwrap_or_else(|error| error.path().to_owned());
                expanded.extend(paths.map(path));
                if expanded.len() == before {
                    let tip = "* and ? stand for what is between two slashes, ** for folders of any \
                               depth; a folder that is named is read as a whole";
                    return Err(UsageError(format!("{pattern}: nothing matches")).tip(tip));
                }
            }
        }
    }
    Ok(expanded)
}

/// Returns the pattern that a path is, if it is one.
fn pattern(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let local = text.contains(['*', '?', '[']) && !text.contains("://");
    (local && path.symlink_metadata().is_err()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn patterns_are_expanded_and_names_are_left_alone() {
        let root = std::env::temp_dir().join(format!("insights-globs-{}", std::process::id()));
        fs::create_dir_all(root.join("a/b")).unwrap();
        for name in ["1.json", "2.json", "a/b/3.json", "[x].json"] {
            fs::write(root.join(name), "").unwrap();
        }
        let names = |pattern: &str| {
            let found = expand(vec![root.join(pattern)]).map_err(|error| error.to_string())?;
            let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
            Ok::<_, String>(found.into_iter().map(name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names("?.json").unwrap(), "1.json 2.json");
        assert_eq!(names("**/*.json").unwrap(), "1.json 2.json [x].json 3.json");
        assert_eq!(names("[x].json").unwrap(), "[x].json");
        assert_eq!(names("a").unwrap(), "a");
        assert_eq!(names("gone.json").unwrap(), "gone.json");
        assert!(names("*.csv").unwrap_err().ends_with("*.csv: nothing matches"));
        assert!(names("[.json").is_err());
        let remote = vec![PathBuf::from("s3://bucket/a?b*")];
        assert_eq!(expand(remote.clone()).unwrap(), remote);
        fs::remove_dir_all(root).unwrap();
    }
}
