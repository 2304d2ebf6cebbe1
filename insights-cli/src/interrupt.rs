//! Stops a run that somebody asks to stop, by Ctrl-C or from outside: [`listen`], [`requested`],
//! [`check`].
//!
//! Whoever works for long asks now and then and ends early, so that what was found is told and no
//! half of a file is left. What cannot ask, because it waits, is ended from here soon after. A
//! second request ends the run at once.
//!
//! Signals are the whole process's, and so is what is noted of them.

use std::{
    error, fmt,
    io::{self, Write},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag, low_level,
};

/// What a shell adds to the number of the signal that ended a run.
const ENDED: i32 = 128;
/// How long a run may take to end by itself, and how often it is looked whether one is to.
const GRACE: Duration = Duration::from_millis(800);
const TICK: Duration = Duration::from_millis(50);

/// The signal that came; 0 before one did.
static SIGNAL: AtomicUsize = AtomicUsize::new(0);
/// Whether one came before.
static AGAIN: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub(crate) fn listen() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first request finds nothing noted and notes it for the second.
        flag::register_conditional_shutdown(signal, ENDED + signal, &AGAIN)?;
        flag::register(signal, &AGAIN)?;
        flag::register_usize(signal, &SIGNAL, usize::try_from(signal).unwrap_or_default())?;
    }
    thread::Builder::new().name("interrupt".into()).spawn(end_what_waits)?;
    Ok(())
}

/// Ends the run if it did not end by itself some time after it was asked to.
fn end_what_waits() {
    let code = loop {
        if let Some(code) = code() {
            break code;
        }
        thread::sleep(TICK);
    };
    thread::sleep(GRACE);
    // Nothing is left to tell it to if stderr is closed.
    let _ = writeln!(io::stderr(), "\ninterrupted: ended while waiting");
    // What is buffered is left behind: it may end within a line.
    low_level::exit(code.into());
}

/// Returns whether the run is to stop.
pub(crate) fn requested() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// Returns the exit code of a run that was asked to stop.
pub(crate) fn code() -> Option<u8> {
    let signal =
        i32::try_from(SIGNAL.load(Ordering::Relaxed)).ok().filter(|&signal| signal != 0)?;
    u8::try_from(ENDED + signal).ok()
}

/// Stops a run that is to stop.
///
/// # Errors
///
/// Returns `told` as an error if the run is to stop: what was done and what was not.
pub(crate) fn check(told: impl FnOnce() -> String) -> Result<(), Interrupted> {
    if requested() { Err(Interrupted(told())) } else { Ok(()) }
}

/// The run was asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupted(String);

impl error::Error for Interrupted {}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
