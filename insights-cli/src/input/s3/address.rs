//! [`Address`]: a place in S3 as it is typed.

use std::{fmt, path::Path};

use crate::{exit::UsageError, printable::printable};

/// What begins the name of a place in S3.
const SCHEME: &str = "s3://";

/// A bucket and what the keys looked for begin with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Address {
    pub(super) bucket: String,
    pub(super) prefix: String,
}

/// Returns whether an input is a place in S3 and no file.
pub(crate) fn is_address(input: &Path) -> bool {
    input.to_string_lossy().starts_with(SCHEME)
}

impl Address {
    /// Reads `s3://BUCKET` or `s3://BUCKET/PREFIX`; the prefix is taken as it is.
    pub(super) fn parse(input: &Path) -> Result<Self, UsageError> {
        let error = |what| UsageError(format!("{}: {what}", input.display()));
        let text = input.to_str().ok_or_else(|| error("is not UTF-8"))?;
        let place = text.strip_prefix(SCHEME).unwrap_or(text);
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if bucket.is_empty() || bucket.starts_with('.') || !bucket.bytes().all(plain) {
            return Err(error("names no bucket: it takes s3://BUCKET or s3://BUCKET/PREFIX"));
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bucket, prefix } = self;
        f.write_str(&printable(&format!("{SCHEME}{bucket}/{prefix}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_and_a_prefix_are_taken_apart_at_the_first_slash() {
        let told = |text: &str| {
            let address = Address::parse(Path::new(text));
            address.map(|Address { bucket, prefix }| format!("{bucket} {prefix:?}")).ok()
        };
        assert_eq!(told("s3://logs").unwrap(), "logs \"\"");
        assert_eq!(told("s3://logs/").unwrap(), "logs \"\"");
        assert_eq!(told("s3://logs.a-b/x//y%20z/").unwrap(), "logs.a-b \"x//y%20z/\"");
        for bad in ["s3://", "s3:///x", "s3://a b/x", "s3://../x", "s3://a:b@c/x", "s3://é/"] {
            assert_eq!(told(bad), None, "{bad}");
        }
        assert!(is_address(Path::new("s3://logs")) && !is_address(Path::new("s3/logs")));
    }
}
