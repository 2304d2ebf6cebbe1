//! [`Bucket`]: lists and reads the objects of a bucket, again where that fails.

use std::{
    fmt::Write,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::TryStreamExt;
use http::{HeaderValue, Request, header::CONTENT_LENGTH};
use object_store::{
    aws::AwsAuthorizer,
    client::{HttpRequest, HttpRequestBody},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::input::s3::{
    client::Client,
    error::{Error, Refusal, backoff},
    listing::{Listing, Page},
};

/// How often something is asked for: with the pauses between, for a quarter of a minute.
const ATTEMPTS: u32 = 8;

/// The same of a server that never gave an answer: that is hardly going to change.
const ATTEMPTS_TO_REACH: u32 = 3;

/// What signatures take to stand for itself; a slash does so in keys only.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const KEY: &AsciiSet = &VALUE.remove(b'/');

/// A bucket of S3 or of a server like it.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) client: Arc<Client>,
    /// Where the bucket is, as far as that is known.
    region: RwLock<String>,
    /// Whether there ever was an answer.
    reached: AtomicBool,
}

impl Bucket {
    pub(super) fn new(name: String, client: &Arc<Client>) -> Self {
        let region = RwLock::new(client.region.clone());
        Self { name, client: Arc::clone(client), region, reached: AtomicBool::new(false) }
    }

    /// Returns the name of a key or of what keys begin with.
    pub(super) fn uri(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    /// Lists the objects whose keys begin with `prefix`, or with `folders` those up to the next
    /// slash and the folders that these end with.
    pub(super) async fn list(&self, prefix: &str, folders: bool) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let mut next: Option<String> = None;
        loop {
            // In the order of their names, as they are signed.
            let mut query = String::from("?");
            if let Some(token) = &next {
                let _ = write!(query, "continuation-token={}&", utf8_percent_encode(token, VALUE));
            }
            if folders {
                query.push_str("delimiter=%2F&");
            }
            let _ = write!(query, "list-type=2&prefix={}", utf8_percent_encode(prefix, VALUE));
            let page = self.ask(&query, |body| Page::parse(&body)).await?;
            let token = listing.add(page);
            if token.is_some() && token == next {
                return Err(Error::Listing("it goes on for ever".into()));
            }
            match token {
                Some(token) => next = Some(token),
                None => break,
            }
        }
        let keys = listing.objects.iter().map(|(key, _)| key).chain(&listing.folders);
        if !keys.into_iter().all(|key| key.starts_with(prefix)) {
            return Err(Error::Listing("it holds keys that were not asked for".into()));
        }
        Ok(listing)
    }

    /// Reads an object, the whole of it or nothing.
    pub(super) async fn get(&self, key: &str, size: u64) -> Result<Vec<u8>, Error> {
        if key.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(Error::Key);
        }
        let whole = |body: Vec<u8>| match body.len() as u64 {
            received if received == size => Ok(body),
            received => Err(Error::Size { listed: size, received }),
        };
        self.ask(&format!("/{}", utf8_percent_encode(key, KEY)), whole).await
    }

    /// Asks until there is an answer that `read` can use, or no use in asking.
    async fn ask<T>(
        &self,
        resource: &str,
        read: impl Fn(Vec<u8>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut attempt = 0;
        loop {
            let region = self.region();
            let error = match self.attempt(resource, &region).await.and_then(&read) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            attempt += 1;
            let reached = self.reached.load(Ordering::Relaxed);
            let attempts = if reached { ATTEMPTS } else { ATTEMPTS_TO_REACH };
            if let Error::Refused(Refusal { region: Some(other), .. }) = &error
                && *other != region
                && attempt < ATTEMPTS_TO_REACH
            {
                self.move_to(other);
            } else if error.is_transient() && attempt < attempts {
                tokio::time::sleep(backoff(attempt)).await;
            } else {
                return Err(error);
            }
        }
    }

    /// Asks once.
    async fn attempt(&self, resource: &str, region: &str) -> Result<Vec<u8>, Error> {
        let server = self.server(region);
        let cut = |error| Error::of_http(&error, &server);
        let request = self.request(&server, resource, region).await?;
        let (head, body) = self.client.http.execute(request).await.map_err(cut)?.into_parts();
        self.reached.store(true, Ordering::Relaxed);
        let length = head.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        // What is told may be a lie.
        let mut bytes = Vec::with_capacity(length.unwrap_or_default().min(64 << 20));
        let mut chunks = body.bytes_stream();
        while let Some(chunk) = chunks.try_next().await.map_err(cut)? {
            bytes.extend_from_slice(&chunk);
        }
        if head.status.is_success() {
            return Ok(bytes);
        }
        let body = String::from_utf8_lossy(&bytes);
        Err(Error::Refused(Refusal::new(head.status, &head.headers, &body)))
    }

    /// Returns a request for a resource of the bucket, signed if there is something to sign with.
    async fn request(
        &self,
        server: &str,
        resource: &str,
        region: &str,
    ) -> Result<HttpRequest, Error> {
        let address = format!("{server}/{}{resource}", self.name);
        let mut request =
            Request::get(address).body(HttpRequestBody::empty()).map_err(|_| Error::Key)?;
        let Client { credentials, requester_pays, .. } = &*self.client;
        if *requester_pays {
            let headers = request.headers_mut();
            headers.insert("x-amz-request-payer", HeaderValue::from_static("requester"));
        }
        if let Some(credentials) = credentials {
            let credential = credentials.get_credential().await;
            let credential = credential.map_err(|error| Error::of_credentials(&error))?;
            let parts = [&credential.key_id, credential.token.as_ref().unwrap_or(&String::new())]
                .map(|part| HeaderValue::from_str(part).is_ok());
            if parts != [true; 2] {
                return Err(Error::Credentials("there is a line break in them".into()));
            }
            AwsAuthorizer::new(&credential, "s3", region)
                .try_authorize(&mut request, None)
                .map_err(|error| Error::of_credentials(&error))?;
        }
        Ok(request)
    }

    /// Returns the address of the server of a Region.
    fn server(&self, region: &str) -> String {
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let at_aws = || format!("https://s3.{region}.{domain}");
        self.client.endpoint.clone().unwrap_or_else(at_aws)
    }

    fn region(&self) -> String {
        self.region.read().map(|region| region.clone()).unwrap_or_default()
    }

    /// Takes note of where the bucket says to be.
    fn move_to(&self, other: &str) {
        if other.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && let Ok(mut region) = self.region.write()
        {
            other.clone_into(&mut region);
        }
    }
}
