//! Reads logs from S3, with the help of [`object_store`]: it finds the credentials, signs and speaks
//! HTTP. What is asked for is up to the files in here, as keys are not always paths.

mod address;
mod bucket;
mod client;
mod error;
mod fetch;
mod listing;
mod object;
mod profile;
mod walk;

use std::{io, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use futures_util::future::{Either, select};
use tokio::{
    runtime::{self, Runtime},
    time,
};

use self::address::Address;
use crate::{
    exit::UsageError,
    input::{scope::Scope, walk::Found},
    interrupt,
    progress::Progress,
};

pub(crate) use self::{
    address::is_address,
    client::Plan,
    fetch::{Fetched, fetch},
    object::{Folder, Object},
    walk::list,
};

/// Threads that wait for answers, decrypt and check them; decoding has its own.
const THREADS: usize = 2;

/// What keeps asking while something else is done; what was found in S3 can be read as long as
/// this is there.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    _runtime: Option<Runtime>,
}

/// Returns what some work came to, or nothing if the run is asked to stop before.
async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Option<T> {
    /// How often it is looked whether to stop.
    const TICK: Duration = Duration::from_millis(50);
    let stopped = async {
        while !interrupt::requested() {
            time::sleep(TICK).await;
        }
    };
    match select(pin!(work), pin!(stopped)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// Adds the logs in S3 that are looked for to what was found.
///
/// # Errors
///
/// Returns an error if what was typed, or stands in the environment, makes no sense. What cannot be looked into is added to
/// what was found, with the reason.
pub(crate) fn find(
    plan: &Plan,
    scope: &Scope,
    progress: &Progress,
    found: &mut Found,
) -> anyhow::Result<Connection> {
    if plan.addresses.is_empty() {
        return Ok(Connection::default());
    }
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .context("cannot start threads")?;
    match client::Client::new(plan, runtime.handle().clone()) {
        Ok(client) => walk::find(&plan.addresses, &Arc::new(client), scope, progress, found),
        Err(error) if error.is::<UsageError>() => return Err(error),
        Err(error) => {
            let why = format!("{error:#}");
            let fail = |address: &Address| (address.to_string(), io::Error::other(why.clone()));
            found.unreadable.extend(plan.addresses.iter().map(fail));
        }
    }
    Ok(Connection { _runtime: Some(runtime) })
}
