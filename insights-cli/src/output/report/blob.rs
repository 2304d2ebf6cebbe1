//! [`pack`], [`inline`]: data inside of HTML.

use std::io::Write;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;

/// Returns bytes as raw deflate (RFC 1951) in Base64, as a browser unpacks it.
pub(super) fn pack(bytes: &[u8]) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // A vector takes whatever it is given.
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    BASE64_STANDARD.encode(packed.unwrap_or_default())
}

/// Returns JSON that is text to HTML whatever is in it: no character of it begins a tag, a comment
/// or an entity, and none ends a line.
pub(super) fn inline(value: &impl Serialize) -> serde_json::Result<String> {
    // They are in strings only.
    let escapes = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    let json = serde_json::to_string(value)?;
    Ok(escapes.into_iter().fold(json, |json, (c, escape)| json.replace(c, escape)))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_again() {
        let bytes: Vec<u8> = (0..10_000_u32).flat_map(|i| (i * i).to_le_bytes()).collect();
        let packed = BASE64_STANDARD.decode(pack(&bytes)).unwrap();
        let mut again = Vec::new();
        DeflateDecoder::new(&packed[..]).read_to_end(&mut again).unwrap();
        assert_eq!(again, bytes);
    }

    #[test]
    fn nothing_of_a_text_is_html() {
        let hostile = "</script><!--<script>&lt;\u{2028}\"\\";
        let text = inline(&[hostile]).unwrap();
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&text).unwrap(), [hostile]);
    }
}
