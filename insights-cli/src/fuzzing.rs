//! What fuzz targets feed: one function for each way by which untrusted bytes come in.

use crate::input::{
    container::{Container, Intake},
    key::ObjectKey,
    problem::Problems,
};

/// Takes a text apart into records and returns how many there are.
pub fn container(text: &str) -> u64 {
    let mut problems = Problems::default();
    let mut each = |record: &insights_core::Record<'_>, _: &_, _: &mut _| {
        let _ = record.content("", "");
    };
    let mut intake = Intake::new(&mut problems, &mut each);
    Container::default().read(text, &mut intake);
    intake.seen().records
}

/// Reads the name of a file.
pub fn key(path: &str) {
    let _ = ObjectKey::parse(path);
}
