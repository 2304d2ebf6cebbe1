//! [`Client`]: who asks, of what server, with what credentials; [`Plan`]: what it is told of that.

use std::{
    env,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Once},
    time::Duration,
};

use http::Uri;
use object_store::{
    ClientOptions, RetryConfig, StaticCredentialProvider,
    aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredentialProvider},
    client::{HttpClient, HttpConnector, ReqwestConnector},
};
use tokio::{runtime::Handle, sync::Semaphore};

use crate::{
    args,
    exit::UsageError,
    input::s3::{address::Address, error::Error, profile::Profile},
};

/// The most that objects may take that are on their way or wait to be unpacked, in KiB.
const BUDGET: u32 = 256 << 10;

/// What is to be read from S3, and how.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) addresses: Vec<Address>,
    endpoint: Option<String>,
    sign: bool,
    requester_pays: bool,
    concurrency: NonZeroUsize,
}

impl Plan {
    /// Checks what was typed.
    pub(crate) fn new(inputs: &[PathBuf], args: args::S3) -> Result<Self, UsageError> {
        let concurrency = NonZeroUsize::new(args.concurrency)
            .filter(|concurrency| concurrency.get() <= 1_024)
            .ok_or_else(|| UsageError("--concurrency must be from 1 to 1024".into()))?;
        Ok(Self {
            addresses: inputs
                .iter()
                .map(|input| Address::parse(input))
                .collect::<Result<_, _>>()?,
            endpoint: args.endpoint.map(|url| server("--s3-endpoint", &url)).transpose()?,
            sign: !args.no_sign_request,
            requester_pays: args.requester_pays,
            concurrency,
        })
    }

    /// Returns whether nothing is to be read.
    pub(crate) const fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }
}

/// Asks S3 or a server like it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) http: HttpClient,
    /// What to sign with; nothing for public buckets.
    pub(super) credentials: Option<AwsCredentialProvider>,
    /// Where buckets are if not at AWS, without a slash at its end.
    pub(super) endpoint: Option<String>,
    pub(super) region: String,
    pub(super) requester_pays: bool,
    pub(super) concurrency: usize,
    /// A permit for each KiB.
    pub(super) budget: Arc<Semaphore>,
    pub(super) runtime: Handle,
}

impl Client {
    /// Takes what is not told from the environment variables that all programs for AWS read.
    pub(super) fn new(plan: &Plan, runtime: Handle) -> anyhow::Result<Self> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // It fails only where there is one already, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let environment = environment();
        let told = |key| environment.get_config_value(&key);
        let endpoint = match &plan.endpoint {
            Some(endpoint) => Some(endpoint.clone()),
            None => told(AmazonS3ConfigKey::S3Endpoint)
                .or_else(|| told(AmazonS3ConfigKey::Endpoint))
                .map(|url| server("AWS_ENDPOINT_URL", &url))
                .transpose()?,
        };
        let mut profile = Profile::of_environment();
        let region = told(AmazonS3ConfigKey::Region).or_else(|| profile.region.take());
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(UsageError(format!("AWS_REGION {region:?} is no Region")).into());
        }
        // Without TLS only if that is what was asked for, wherever an answer may lead.
        let without_tls = endpoint.as_deref().is_some_and(|server| server.starts_with("http://"));
        // A large object may take its time, as long as something comes.
        let options = ClientOptions::new()
            .with_allow_http(without_tls)
            .with_connect_timeout(Duration::from_secs(5))
            .with_read_timeout(Duration::from_secs(30))
            .with_timeout_disabled();
        let credentials = plan.sign.then(|| credentials(environment, &region, profile));
        Ok(Self {
            credentials: credentials.transpose()?,
            http: ReqwestConnector::default().connect(&options)?,
            endpoint,
            region,
            requester_pays: plan.requester_pays,
            concurrency: plan.concurrency.get(),
            budget: Arc::new(Semaphore::new(BUDGET as usize)),
            runtime,
        })
    }

    /// Returns how much of the budget an object takes: one that is larger takes all.
    pub(super) fn share(size: u64) -> u32 {
        u32::try_from(size / 1_024 + 1).unwrap_or(BUDGET).min(BUDGET)
    }
}

/// Finds out what to sign with: keys or a token in the environment, keys of a profile, and else
/// whoever gives keys to what runs in AWS.
fn credentials(
    environment: AmazonS3Builder,
    region: &str,
    profile: Profile,
) -> Result<AwsCredentialProvider, Error> {
    let told = |key| environment.get_config_value(&key).is_some();
    let in_environment = told(AmazonS3ConfigKey::AccessKeyId)
        || told(AmazonS3ConfigKey::SecretAccessKey)
        || told(AmazonS3ConfigKey::WebIdentityTokenFile);
    if !in_environment {
        if let Some(credential) = profile.credential {
            return Ok(Arc::new(StaticCredentialProvider::new(credential)));
        }
        if let Some(lack) = profile.lack {
            return Err(lack);
        }
        let in_container = told(AmazonS3ConfigKey::ContainerCredentialsRelativeUri)
            || told(AmazonS3ConfigKey::ContainerCredentialsFullUri);
        let alone = env::var("AWS_EC2_METADATA_DISABLED")
            .is_ok_and(|disabled| disabled.eq_ignore_ascii_case("true"));
        if alone && !in_container {
            return Err(Error::Credentials("AWS_EC2_METADATA_DISABLED is set".into()));
        }
    }
    // Outside of AWS there is no one to ask, and no use in asking for long.
    let patience = RetryConfig {
        max_retries: 2,
        retry_timeout: Duration::from_secs(5),
        ..RetryConfig::default()
    };
    let store = environment
        .with_client_options(ClientOptions::new().with_timeout(Duration::from_secs(3)))
        .with_bucket_name("any")
        .with_region(region)
        .with_retry(patience)
        .build()
        .map_err(|error| Error::of_credentials(&error))?;
    Ok(Arc::clone(store.credentials()))
}

/// Returns what the environment tells; an empty variable tells nothing.
fn environment() -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::new();
    for (name, value) in env::vars_os() {
        if let (Some(name), Some(value)) = (name.to_str(), value.to_str())
            && name.starts_with("AWS_")
            && !value.is_empty()
            && let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>()
        {
            builder = builder.with_config(key, value);
        }
    }
    builder
}

/// Reads the address of a server: `http://` or `https://`, and neither a query nor a slash after.
fn server(option: &str, url: &str) -> Result<String, UsageError> {
    let trimmed = url.trim_end_matches('/');
    let parsed: Option<Uri> = trimmed.parse().ok();
    let fits = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && uri.query().is_none()
    });
    if !fits {
        return Err(UsageError(format!("{option} {url:?} is not an address such as https://host")));
    }
    Ok(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_scheme_and_host() {
        let read = |url| server("--s3-endpoint", url).ok();
        assert_eq!(read("http://127.0.0.1:9000/").as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(read("https://s3.host/below").as_deref(), Some("https://s3.host/below"));
        for bad in ["", "host", "host:80", "ftp://h", "https://", "http://u@h", "http://h/?a=b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn no_object_takes_more_than_there_is() {
        assert_eq!([0, 1_023, 1_024].map(Client::share), [1, 1, 2]);
        assert_eq!([1 << 28, u64::MAX].map(Client::share), [BUDGET; 2]);
    }
}
