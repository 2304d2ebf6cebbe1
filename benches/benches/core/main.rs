//! How fast the core is: reading records, counting, merging, sealing, and all of it.

mod counts;
mod minutes;
mod records;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    records::replay(&mut criterion);
    counts::observe(&mut criterion);
    counts::merge(&mut criterion);
    minutes::seal_a_minute(&mut criterion);
    minutes::seal_a_day(&mut criterion);
    criterion.final_summary();
}
