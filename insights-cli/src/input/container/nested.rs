//! Texts inside strings: [`read`].

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::MultiGzDecoder;

use super::{
    intake::{Intake, Whereabouts},
    json,
    wrapper::MOST_WRAPPED,
};
use crate::input::problem::{Fault, Place};

/// How gzip begins in base64, as CloudWatch Logs hands its payloads to functions.
const GZIP: &str = "H4sI";

/// The most that gzip in a string may unpack to: six megabytes are sent at most.
const MOST: u64 = 256 << 20;

/// Returns whether a string looks as if there were records in it.
pub(super) fn is_packed(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) || text.starts_with(GZIP)
}

/// Reads the text in a string called `name` of the value at byte `at`.
pub(super) fn read(text: &str, name: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    inside(text, name, intake.at(at), depth, intake);
}

/// Reads the text in a string called `name` at a place of the file.
pub(super) fn inside(text: &str, name: &str, place: Place, depth: u32, intake: &mut Intake<'_>) {
    if depth >= MOST_WRAPPED || intake.wrapped >= MOST_WRAPPED || !is_packed(text) {
        return;
    }
    let outside = std::mem::replace(&mut intake.place, Whereabouts::Inside(place, name.to_owned()));
    let cut = std::mem::take(&mut intake.cut);
    intake.wrapped += 1;
    match text.strip_prefix(GZIP) {
        None => json::read(text, intake),
        Some(_) => gunzip(text, intake),
    }
    intake.wrapped -= 1;
    intake.cut = cut;
    intake.place = outside;
}

fn gunzip(text: &str, intake: &mut Intake<'_>) {
    let mut unpacked = Vec::new();
    let packed = match STANDARD.decode(text.trim_ascii_end()) {
        Ok(packed) => packed,
        Err(error) => {
            return intake.problem(Fault::Packing, 0, format_args!("not base64: {error}"));
        }
    };
    if let Err(error) = MultiGzDecoder::new(&*packed).take(MOST).read_to_end(&mut unpacked) {
        intake.problem(
            Fault::Packing,
            unpacked.len(),
            format_args!("gzip is damaged here: {error}"),
        );
        intake.cut = true;
    } else if unpacked.len() as u64 == MOST {
        intake.problem(Fault::Limit, unpacked.len(), "a string unpacks to more than 256 MiB");
        intake.cut = true;
    }
    let text = String::from_utf8_lossy(&unpacked);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        intake.problem(Fault::Encoding, 0, "not UTF-8; the bytes that are not are replaced");
    }
    json::read(&text, intake);
}
