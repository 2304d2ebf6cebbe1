//! Finds the minute with which something unusual began.
//!
//! It is the one that maximises the likelihood ratio of what followed: calls at the rate they had
//! from there on against those expected, Poisson distributed both.

use super::profile::Profile;
use crate::{
    baseline::Recent,
    time::{Minute, Minutes},
};

const ONE: Minutes = Minutes::new(1);

/// Returns the minute from which on the calls in `window` most exceed what is expected.
pub(super) fn of_rise(profile: &Profile, recent: Recent<'_>, window: Minutes) -> Minute {
    let span = recent.window(window);
    let mut calls = 0.0;
    let mut best = (f64::NEG_INFINITY, span.start);
    for &(minute, count) in recent.range(window).iter().rev() {
        calls += f64::from(count);
        let expected = profile.expected(minute, span.end);
        let likelihood = calls * (calls / expected).ln() - (calls - expected);
        if calls > expected && likelihood > best.0 {
            best = (likelihood, minute);
        }
    }
    best.1
}

/// Returns the minute from which on the calls in `window` most fall short of what is expected.
///
/// The best beginning of a silence is the minute after a call, or the window's own.
pub(super) fn of_fall(profile: &Profile, recent: Recent<'_>, window: Minutes) -> Minute {
    let span = recent.window(window);
    let shortfall = |start: Minute, calls: f64| {
        let expected = profile.expected(start, span.end);
        let log = if calls > 0.0 { calls * (calls / expected).ln() } else { 0.0 };
        if calls < expected { log - (calls - expected) } else { 0.0 }
    };
    let mut calls = 0.0;
    let mut best = (0.0, span.start);
    for &(minute, count) in recent.range(window).iter().rev() {
        let after = minute + ONE;
        let likelihood = shortfall(after, calls);
        if likelihood > best.0 {
            best = (likelihood, after);
        }
        calls += f64::from(count);
    }
    if shortfall(span.start, calls) > best.0 { span.start } else { best.1 }
}
