//! [`quoted`]: words of command lines.

/// Returns a word as a POSIX shell reads it. No shell takes a NUL: it is left out.
pub(crate) fn quoted(word: &str) -> String {
    let word = word.replace('\0', "");
    shlex::try_quote(&word).map_or_else(|_| word.clone(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_would_take_apart_are_quoted() {
        assert_eq!(quoted("AWSLogs/1"), "AWSLogs/1");
        assert_eq!(quoted("my logs/$(rm)"), "'my logs/$(rm)'");
        assert_eq!(quoted("a'b\0c"), "\"a'bc\"");
    }
}
