//! [`Listing`]: what is in a folder of a bucket, a page of it at a time.

use serde::Deserialize;

use crate::input::s3::error::Error;

/// A page of a listing, as S3 writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    /// Told in every listing, and in nothing else that S3 may answer.
    is_truncated: bool,
    next_continuation_token: Option<String>,
    #[serde(default)]
    contents: Vec<Content>,
    #[serde(default)]
    common_prefixes: Vec<CommonPrefix>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    key: String,
    size: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CommonPrefix {
    prefix: String,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The keys of objects and their sizes in bytes.
    pub(super) objects: Vec<(String, u64)>,
    /// The folders in it, each with a slash at its end.
    pub(super) folders: Vec<String>,
}

impl Page {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Error> {
        let page: Self =
            quick_xml::de::from_reader(body).map_err(|error| Error::Listing(error.to_string()))?;
        if page.is_truncated && page.next_continuation_token.as_deref().is_none_or(str::is_empty) {
            return Err(Error::Listing("it does not tell how to go on".into()));
        }
        Ok(page)
    }
}

impl Listing {
    /// Adds a page and returns what to ask for the next one with.
    pub(super) fn add(&mut self, page: Page) -> Option<String> {
        self.objects.extend(page.contents.into_iter().map(|Content { key, size }| (key, size)));
        self.folders.extend(page.common_prefixes.into_iter().map(|folder| folder.prefix));
        page.next_continuation_token.filter(|_| page.is_truncated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>";

    #[test]
    fn keys_come_as_they_are() {
        for (written, key) in [
            ("a+b%20c", "a+b%20c"),
            ("a//b", "a//b"),
            (" a b ", " a b "),
            ("&lt;&amp;&#39;é\u{1f4a9}", "<&'é\u{1f4a9}"),
            ("a&#x1;&#10;&#13;b", "a\u{1}\n\rb"),
        ] {
            let body = format!(
                "{HEAD}<IsTruncated>true</IsTruncated><Contents><Key>{written}</Key><Size>7</Size>\
                 <ETag>&quot;x&quot;</ETag></Contents><CommonPrefixes><Prefix>{written}/</Prefix>\
                 </CommonPrefixes><NextContinuationToken>t+/=</NextContinuationToken>\
                 </ListBucketResult>"
            );
            let mut listing = Listing::default();
            let next = listing.add(Page::parse(body.as_bytes()).unwrap());
            assert_eq!(next.as_deref(), Some("t+/="));
            assert_eq!(listing.objects, [(key.to_owned(), 7)]);
            assert_eq!(listing.folders, [format!("{key}/")]);
        }
    }

    #[test]
    fn what_is_no_listing_is_no_empty_listing() {
        for body in [
            "",
            "<html></html>",
            "<Error><Code>SlowDown</Code></Error>",
            &format!("{HEAD}<IsTruncated>true</IsTruncated></ListBucketResult>"),
            &format!("{HEAD}<IsTruncated>false</IsTruncated>"),
        ] {
            assert!(Page::parse(body.as_bytes()).is_err(), "{body}");
        }
        let empty = format!("{HEAD}<IsTruncated>false</IsTruncated></ListBucketResult>");
        let mut listing = Listing::default();
        assert_eq!(listing.add(Page::parse(empty.as_bytes()).unwrap()), None);
        assert!(listing.objects.is_empty() && listing.folders.is_empty());
    }
}
