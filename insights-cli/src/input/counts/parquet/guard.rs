//! [`guard`]: a panic of the Parquet reader is an error.

use std::{
    any::Any,
    cell::Cell,
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    /// Whether a panic on this thread is going to be told as an error.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Returns what is read, or says why it cannot be.
///
/// The crate that reads Parquet trusts what a file says of its own pages and levels: of files with
/// a few bytes changed, one in a hundred makes it panic. What it held is dropped then, and what was
/// read before is kept.
pub(super) fn guard<T, E: fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    quiet_while_guarded();
    GUARDED.set(true);
    // Whoever gets an error goes on without the reader, so nobody sees it half changed.
    let read = panic::catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    match read {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(panic) => Err(format!("its bytes contradict one another: {}", said(&*panic))),
    }
}

/// Lets panics that become errors be told once, and all others as ever.
fn quiet_while_guarded() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                usual(info);
            }
        }));
    });
}

fn said(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_are_errors_and_errors_stay_what_they_are() {
        let broken = |why: usize| guard(|| Ok::<_, String>([1, 2][why]));
        assert_eq!(broken(1), Ok(2));
        let told = broken(2).unwrap_err();
        assert!(told.contains("contradict") && told.contains("the len is 2"), "{told}");
        assert_eq!(guard(|| Err::<(), _>("plain")), Err("plain".into()));
    }
}
