//! What has happened before: the second highest and second lowest window of a baseline.
//!
//! A burst, or a silence, that came twice within the baseline at separate times is no news,
//! whatever a distribution says of it: jobs, deployments and pauses recur. Once is not enough,
//! or one incident would hide the next; hence the two must lie hours apart. The idea is that of the historical limits method
//! (Stroup et al. 1989) with order statistics in place of moments.

use std::ops::Range;

use crate::time::{Minute, Minutes};

/// How far apart two windows must end to be two occurrences and not one that lasted.
const APART: Minutes = Minutes::hours(6);

/// Returns the calls of the second highest window of that length, zero if there is no second.
pub(super) fn second_highest(minutes: &[(Minute, u32)], window: Minutes) -> u64 {
    // A window that ends with a call holds at least as many as any near it.
    let mut sums = Vec::with_capacity(minutes.len());
    let (mut first, mut sum) = (0, 0);
    for &(end, count) in minutes {
        sum += u64::from(count);
        while end.since(minutes[first].0) >= window {
            sum -= u64::from(minutes[first].1);
            first += 1;
        }
        sums.push((sum, end));
    }
    second(&sums, window, |a, b| a > b).unwrap_or(0)
}

/// Returns the calls of the second lowest window of that length that lies within `span`, or
/// nothing if there is no second.
pub(super) fn second_lowest(
    minutes: &[(Minute, u32)],
    span: &Range<Minute>,
    window: Minutes,
) -> Option<u64> {
    // A window that begins after a call holds at most as many as any near it.
    let mut sums = Vec::with_capacity(minutes.len());
    let (mut next, mut sum) = (0, 0);
    for (i, &(before, _)) in minutes.iter().enumerate() {
        let end = before + window;
        if end >= span.end {
            break;
        }
        while let Some(&(_, count)) = minutes.get(next).filter(|m| m.0 <= end) {
            sum += u64::from(count);
            next += 1;
        }
        // The calls up to and including the one before do not belong to the window.
        sum -= u64::from(minutes[i].1);
        sums.push((sum, end));
    }
    second(&sums, window, |a, b| a < b)
}

/// Returns the second of the sums when the first is that before all others, and the second
/// that before all others whose windows lie apart from the first one's.
fn second(
    sums: &[(u64, Minute)],
    window: Minutes,
    before: impl Fn(u64, u64) -> bool,
) -> Option<u64> {
    let best = |a: (u64, Minute), b: (u64, Minute)| if before(b.0, a.0) { b } else { a };
    let (_, first) = sums.iter().copied().reduce(best)?;
    let apart = |end: Minute| end.since(first).max(first.since(end)) >= window.max(APART);
    let rest = sums.iter().copied().filter(|&(_, end)| apart(end));
    rest.reduce(best).map(|(sum, _)| sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(calls: &[(u32, u32)]) -> Vec<(Minute, u32)> {
        calls.iter().map(|&(minute, count)| (Minute::from_epoch(1_000 + minute), count)).collect()
    }

    /// The second best of windows given by their ends, summed one by one.
    fn summed(
        calls: &[(u32, u32)],
        ends: impl Iterator<Item = u32>,
        window: u32,
        lowest: bool,
    ) -> Option<u64> {
        let sum = |end: u32| -> u64 {
            let inside = calls.iter().filter(|c| c.0 <= end && c.0 + window > end);
            inside.map(|c| u64::from(c.1)).sum()
        };
        let key = |end: u32| {
            if lowest { sum(end) } else { u64::MAX - sum(end) }
        };
        let ends: Vec<u32> = ends.collect();
        let first = ends.iter().copied().min_by_key(|&end| key(end))?;
        let apart = ends.into_iter().filter(|end| end.abs_diff(first) >= window.max(360));
        apart.min_by_key(|&end| key(end)).map(sum)
    }

    #[test]
    fn what_happened_twice_is_found_and_what_happened_once_is_not() {
        let twice = minutes(&[(0, 1), (500, 30), (501, 30), (900, 20), (901, 25), (999, 1)]);
        assert_eq!(second_highest(&twice, Minutes::new(5)), 45);
        let lasting: Vec<(u32, u32)> = (500..800).map(|minute| (minute, 30)).collect();
        assert_eq!(second_highest(&minutes(&lasting), Minutes::new(5)), 0, "once, for hours");
        assert_eq!(second_highest(&[], Minutes::new(5)), 0);

        let steady: Vec<(u32, u32)> =
            (0..2_000).filter(|m| !(500..520).contains(m)).map(|m| (m, 2)).collect();
        let span = Minute::from_epoch(1_000)..Minute::from_epoch(3_000);
        assert_eq!(second_lowest(&minutes(&steady), &span, Minutes::new(15)), Some(30));
        let paused: Vec<_> =
            steady.into_iter().filter(|m| !(1_200..1_220).contains(&m.0)).collect();
        assert_eq!(second_lowest(&minutes(&paused), &span, Minutes::new(15)), Some(0));
    }

    #[test]
    fn both_agree_with_sums_made_one_by_one() {
        let mut state = 7_u64;
        let mut random = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u32::try_from((state >> 33) % bound).unwrap()
        };
        for _ in 0..300 {
            let mut calls: Vec<(u32, u32)> =
                (0..random(40)).map(|_| (random(2_000), 1 + random(4))).collect();
            calls.sort_unstable();
            calls.dedup_by_key(|call| call.0);
            let window = 1 + random(250);
            let span = Minute::from_epoch(1_000)..Minute::from_epoch(3_000);
            let with_call = calls.iter().map(|call| call.0);
            assert_eq!(
                second_highest(&minutes(&calls), Minutes::new(window)),
                summed(&calls, with_call.clone(), window, false).unwrap_or(0),
            );
            let after_call = with_call.map(|minute| minute + window).filter(|&end| end < 2_000);
            assert_eq!(
                second_lowest(&minutes(&calls), &span, Minutes::new(window)),
                summed(&calls, after_call, window, true),
            );
        }
    }
}
