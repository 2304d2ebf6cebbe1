//! Which configurations are worth a look: [`pareto`], and [`best`] of them under a limit.

use super::results::Row;

/// Returns the positions of the rows than which no other finds as many labels with as few false
/// Insights, in the tuned part, by false Insights. Of equals it is the first.
pub(crate) fn pareto(rows: &[Row]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let figures = |at: usize| rows[at].tuned;
    order.sort_by_key(|&at| (figures(at).wrong, std::cmp::Reverse(figures(at).found), at));
    let mut most = None;
    order.retain(|&at| {
        let better = most.is_none_or(|most| figures(at).found > most);
        if better {
            most = Some(figures(at).found);
        }
        better
    });
    order
}

/// Returns the position of the row that finds most labels in the tuned part with at most `limit`
/// false Insights there; of equals the one with fewer of them, then the first.
pub(crate) fn best(rows: &[Row], limit: f64) -> Option<usize> {
    let front = pareto(rows).into_iter();
    front.rev().find(|&at| rows[at].tuned.wrong as f64 <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        scoring::{Figures, Scored, Share},
        tuning::results::Layout,
    };

    fn rows(figures: &[(u64, u64)]) -> Vec<Row> {
        let layout = Layout::new(Vec::new(), String::new());
        let minute = insights_core::Minute::MIN;
        let scored = Scored { from: minute, to: minute, accounts: 1 };
        let row = |&(found, wrong): &(u64, u64)| {
            let labels = Share { found, all: 10 };
            let mut figures = Figures::default();
            (figures.labels, figures.wrong) = (labels, wrong);
            layout.row(&[], [(&figures, scored), (&Figures::default(), scored)])
        };
        figures.iter().map(row).collect()
    }

    #[test]
    fn the_front_is_what_nothing_beats() {
        let rows =
            rows(&[(5, 3), (5, 3), (4, 3), (7, 9), (5, 4), (3, 0), (2, 0), (9, 20), (8, 30)]);
        assert_eq!(pareto(&rows), [5, 0, 3, 7]);
        assert!(pareto(&[]).is_empty());
        for (at, row) in rows.iter().enumerate() {
            let beaten = rows.iter().any(|other| {
                other.tuned.found >= row.tuned.found
                    && other.tuned.wrong <= row.tuned.wrong
                    && other.tuned != row.tuned
            });
            let is_first = rows.iter().position(|other| other.tuned == row.tuned) == Some(at);
            assert_eq!(pareto(&rows).contains(&at), !beaten && is_first, "{at}");
        }
    }

    #[test]
    fn the_best_finds_most_within_the_limit() {
        let rows = rows(&[(7, 9), (5, 3), (5, 2), (9, 20), (5, 2)]);
        assert_eq!(best(&rows, 10.0), Some(0));
        assert_eq!(best(&rows, 8.5), Some(2));
        assert_eq!(best(&rows, 1.0), None);
        assert_eq!(best(&rows, 20.0), Some(3));
    }
}
