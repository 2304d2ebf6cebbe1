//! Reads many objects at a time: [`fetch`].

use std::{io, iter, sync::Arc};

use futures_util::{StreamExt, stream};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, mpsc},
};

use crate::input::s3::{client::Client, error::Error, object::Object, unless_interrupted};

/// An object that was read, the whole of it, or why it was not.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) object: Object,
    pub(crate) bytes: io::Result<Vec<u8>>,
    /// What the bytes take of the budget, until this is dropped.
    _share: Option<OwnedSemaphorePermit>,
}

/// Reads objects, several at a time, while those before are used.
///
/// They come in any order, each once. No more of them are in memory than the budget of the client
/// allows: the next are asked for when those before were dropped.
pub(crate) fn fetch(objects: Vec<Object>) -> impl Iterator<Item = Fetched> + Send {
    let client = objects.first().map(|object| Arc::clone(&object.bucket().client));
    let receiver = client.map(|client| {
        let (sender, receiver) = mpsc::channel(client.concurrency);
        let runtime = client.runtime.clone();
        runtime.spawn(async move {
            // Each is a task of its own, so that none waits for others to be used.
            let tasks = objects.into_iter().map(|object| one(object, Arc::clone(&client)));
            let mut fetched = stream::iter(tasks).buffer_unordered(client.concurrency);
            while let Some(fetched) = fetched.next().await {
                if sender.send(fetched).await.is_err() {
                    break;
                }
            }
        });
        (receiver, runtime)
    });
    let mut receiver = receiver;
    iter::from_fn(move || {
        let (receiver, runtime) = receiver.as_mut()?;
        runtime.block_on(unless_interrupted(receiver.recv()))?
    })
}

async fn one(object: Object, client: Arc<Client>) -> Fetched {
    let share = Client::share(object.size);
    let share = Arc::clone(&client.budget).acquire_many_owned(share).await.ok();
    let task = Handle::current().spawn({
        let object = object.clone();
        async move { object.get().await }
    });
    let bytes = match task.await {
        Ok(bytes) => bytes,
        Err(error) => Err(Error::Interrupted(error.to_string())),
    };
    Fetched { object, bytes: bytes.map_err(io::Error::other), _share: share }
}
