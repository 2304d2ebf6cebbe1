//! [`Document`]: a TOML file whose mistakes are told by line and column.

use std::{fmt::Display, fs, ops::Range, path::Path};

use toml::de::DeTable;

use crate::{exit::UsageError, nearest::unreadable, printable::printable};

/// The text of a TOML file, or of what stands in for one.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    name: String,
    text: String,
}

impl Document {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, UsageError> {
        let name = printable(&path.to_string_lossy());
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => Err(UsageError(format!("{name}: {}", unreadable(path, &error)))),
        }
    }

    /// Returns a document that is no file, under a name for its errors.
    pub(crate) fn new(name: &str, text: String) -> Self {
        Self { name: printable(name), text }
    }

    /// Returns what the file is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Parses the text.
    pub(crate) fn parse(&self) -> Result<DeTable<'_>, UsageError> {
        DeTable::parse(&self.text)
            .map(toml::Spanned::into_inner)
            .map_err(|error| self.error(&error.span().unwrap_or_default(), error.message()))
    }

    /// Returns the error that the bytes in `span` are wrong.
    pub(crate) fn error(&self, span: &Range<usize>, what: impl Display) -> UsageError {
        let before = self.text.get(..span.start).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        UsageError(format!("{}: line {line}, column {column}: {what}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_by_line_and_column() {
        let document = Document::new("a.toml", "x = 1\n  é = [\n".into());
        let error = document.parse().unwrap_err().to_string();
        assert!(error.starts_with("a.toml: line 2, column 8: "), "{error}");
        let error = document.error(&(8..9), "odd").to_string();
        assert_eq!(error, "a.toml: line 2, column 3: odd");
        assert!(Document::read(Path::new("no/such.toml")).is_err());
    }
}
