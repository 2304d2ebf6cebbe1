//! Finds the logs in S3: [`find`].

use std::{collections::BTreeMap, error, io, mem, sync::Arc};

use futures_util::{StreamExt, stream};

use crate::{
    input::{
        batch::{Listed, Source},
        key::Kind,
        prefix::Prefix,
        s3::{
            address::Address,
            bucket::Bucket,
            client::Client,
            listing::Listing,
            object::{Folder, Object},
            unless_interrupted,
        },
        scope::Scope,
        walk::Found,
    },
    printable::printable,
    progress::Progress,
};

/// Finds the logs at `addresses`: folder by folder down to the days, whose files are listed when
/// they are read.
///
/// Folders that cannot hold what is looked for are not looked into.
pub(super) fn find(
    addresses: &[Address],
    client: &Arc<Client>,
    scope: &Scope,
    progress: &Progress,
    found: &mut Found,
) {
    let mut walk = Walk {
        scope,
        progress,
        found,
        folders: Vec::new(),
        entered: BTreeMap::new(),
        apart: BTreeMap::new(),
    };
    let looked = async {
        for address in addresses {
            let bucket = Arc::new(Bucket::new(address.bucket.clone(), client));
            walk.name(bucket, &address.prefix).await;
        }
        walk.descend(client.concurrency).await;
    };
    if client.runtime.block_on(unless_interrupted(looked)).is_none() {
        return;
    }
    walk.finish();
}

/// Lists the logs in folders, each with all that is in it.
pub(crate) fn list(folders: &[Folder], listed: &mut Listed) {
    let Some(first) = folders.first() else { return };
    let client = Arc::clone(&first.bucket.client);
    let listings = client.runtime.block_on(unless_interrupted(async {
        let tasks = folders.iter().map(async |folder| (folder, folder.list(false).await));
        stream::iter(tasks).buffer_unordered(client.concurrency).collect::<Vec<_>>().await
    }));
    for (folder, listing) in listings.unwrap_or_default() {
        match listing {
            Ok(listing) => {
                for (object, kind) in
                    Arc::new(folder.clone()).logs(listing.objects, &mut listed.skipped)
                {
                    match kind {
                        Kind::Log => listed.sources.push(Source::Object(object)),
                        kind => listed.skipped.kind(kind),
                    }
                }
            }
            Err(error) => {
                let name = printable(&folder.uri());
                listed.gone.push((name, 1, error.to_string()));
            }
        }
    }
}

/// A way down from what was named.
struct Walk<'a> {
    scope: &'a Scope,
    progress: &'a Progress,
    found: &'a mut Found,
    /// Those to look into next.
    folders: Vec<Folder>,
    /// Those that are read or were looked into, and whether all below them is read.
    entered: BTreeMap<String, bool>,
    /// Objects that were named, or begin as was named, and what is in them.
    apart: BTreeMap<String, (Object, Kind)>,
}

impl Walk<'_> {
    /// Enters what was named: an object, a folder, or all that begins so.
    async fn name(&mut self, bucket: Arc<Bucket>, prefix: &str) {
        let above = prefix.rfind('/').map_or(0, |slash| slash + 1);
        let folder = Folder { bucket, prefix: prefix[..above].to_owned(), above };
        if prefix.len() == above {
            return self.consider(folder);
        }
        let listing = match folder.bucket.list(prefix, true).await {
            Ok(listing) => listing,
            Err(error) => return self.fail(&folder.bucket.uri(prefix), error),
        };
        let folder = Arc::new(folder);
        let whole = format!("{prefix}/");
        if let Some((key, size)) = listing.objects.iter().find(|(key, _)| key == prefix) {
            // What is named is read whatever its name.
            let object = folder.object(key, *size);
            self.apart.insert(object.uri(), (object, Kind::Log));
        } else if listing.folders.contains(&whole) {
            self.consider(Folder { above: whole.len(), ..folder.child(whole) });
        } else if listing.objects.is_empty() && listing.folders.is_empty() {
            self.fail(&folder.bucket.uri(prefix), "nothing there is named so or begins so");
        } else {
            for (object, kind) in folder.logs(listing.objects, &mut self.found.skipped) {
                self.apart.insert(object.uri(), (object, kind));
            }
            for child in listing.folders {
                self.consider(folder.child(child));
            }
        }
    }

    /// Looks into folder after folder, those of a level at a time.
    async fn descend(&mut self, concurrency: usize) {
        while !self.folders.is_empty() {
            let level = mem::take(&mut self.folders);
            let tasks = level.into_iter().map(async |folder| (folder.list(true).await, folder));
            let mut listings = stream::iter(tasks).buffer_unordered(concurrency);
            while let Some((listing, folder)) = listings.next().await {
                match listing {
                    Ok(listing) => self.take(folder, listing),
                    Err(error) => self.fail(&folder.uri(), error),
                }
            }
        }
    }

    /// Enters what is in a folder.
    fn take(&mut self, folder: Folder, listing: Listing) {
        for child in listing.folders {
            self.consider(folder.child(child));
        }
        for (object, kind) in Arc::new(folder).logs(listing.objects, &mut self.found.skipped) {
            self.found.file(Source::Object(object), kind, self.scope);
        }
    }

    /// Enters a folder once, to be read or to be looked into, unless nothing in it is looked for.
    fn consider(&mut self, folder: Folder) {
        let prefix = Prefix::parse(&folder.prefix);
        let calls = folder.kind(&folder.prefix) == Kind::Log && !prefix.foreign;
        let day = prefix.day();
        if self.entered.insert(folder.uri(), day.is_some()).is_some() {
            return;
        }
        if !calls {
            self.found.skipped.folders += 1;
        } else if !prefix.is_within(self.scope) {
            self.found.skipped.outside_folders += 1;
        } else if day.is_some() {
            self.found.batch(day).remote.push(folder);
        } else {
            self.folders.push(folder);
        }
        self.progress.look(self.entered.len());
    }

    /// Enters the objects that were named and are in no folder that is read anyway.
    fn finish(self) {
        let Self { found, entered, apart, scope, .. } = self;
        for (uri, (object, kind)) in apart {
            let own = uri.rfind('/').map_or(0, |slash| slash + 1);
            let read = entered.contains_key(&uri[..own])
                || uri.match_indices('/').any(|(at, _)| entered.get(&uri[..=at]) == Some(&true));
            if !read {
                found.file(Source::Object(object), kind, scope);
            }
        }
    }

    fn fail(&mut self, uri: &str, why: impl Into<Box<dyn error::Error + Send + Sync>>) {
        self.found.unreadable.push((printable(uri), io::Error::other(why)));
    }
}
