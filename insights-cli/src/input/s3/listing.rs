//! [`Listing`]: what is in a folder of a bucket, a page of it at a time.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::input::s3::error::Error;

/// A page of a listing, as S3 writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    /// Told in every listing, and in nothing else that S3 may answer.
    is_truncated: bool,
    encoding_type: Option<String>,
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
    pub(super) fn add(&mut self, page: Page) -> Result<Option<String>, Error> {
        // Without it, control characters in a key would not be XML.
        let encoded = page.encoding_type.as_deref() == Some("url");
        let decode = |text: String| if encoded { decoded(&text) } else { Ok(text) };
        for Content { key, size } in page.contents {
            self.objects.push((decode(key)?, size));
        }
        for CommonPrefix { prefix } in page.common_prefixes {
            self.folders.push(decode(prefix)?);
        }
        Ok(page.next_continuation_token.filter(|_| page.is_truncated))
    }
}

/// Decodes a key as a form would be: a plus is a space.
fn decoded(text: &str) -> Result<String, Error> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| Error::Listing("a key is not UTF-8".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>";

    #[test]
    fn keys_come_plain_or_encoded() {
        let page = |encoding: &str, key: &str| {
            let body = format!(
                "{HEAD}<IsTruncated>true</IsTruncated>{encoding}<Contents><Key>{key}</Key><Size>7</Size>\
                 </Contents><CommonPrefixes><Prefix>{key}/</Prefix></CommonPrefixes>\
                 <NextContinuationToken>t+/=</NextContinuationToken></ListBucketResult>"
            );
            let mut listing = Listing::default();
            let next = listing.add(Page::parse(body.as_bytes()).unwrap()).unwrap();
            assert_eq!(next.as_deref(), Some("t+/="));
            assert_eq!(listing.folders[0], format!("{}/", listing.objects[0].0));
            listing.objects[0].0.clone()
        };
        assert_eq!(page("", "a+b%20c &amp; é"), "a+b%20c & é");
        let url = "<EncodingType>url</EncodingType>";
        assert_eq!(page(url, "a%2Bb+c%2520%0A%C3%A9"), "a+b c%20\né");
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
        assert_eq!(listing.add(Page::parse(empty.as_bytes()).unwrap()), Ok(None));
        assert!(listing.objects.is_empty() && listing.folders.is_empty());
    }
}
