//! What the core is timed with: synthetic calls ([`HotStream`], [`RareSeries`]) and the text of
//! an archive ([`Texts`]); and in [`quality`] what measures how well it detects.

pub mod quality;
mod stream;
mod texts;
mod weeks;

pub use stream::{BEGIN, Calls, HotStream, Ids, RareSeries, minutes_after_begin};
pub use texts::Texts;
pub use weeks::Weeks;
