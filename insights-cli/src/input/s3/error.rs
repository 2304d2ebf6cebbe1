//! [`Error`]: why S3 did not give what was asked for, for people.

use std::{error, fmt, time::Duration};

use http::{HeaderMap, StatusCode};
use object_store::client::{HttpError, HttpErrorKind};

use crate::printable::printable;

/// Why a request failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Error {
    /// There is nothing to sign with, or it cannot be had.
    Credentials(String),
    /// No connection to a server could be made.
    Unreachable { server: String, cause: String },
    /// The connection was cut or was silent for too long.
    Interrupted(String),
    /// The answer says no.
    Refused(Refusal),
    /// The object has another size than its listing says.
    Size { listed: u64, received: u64 },
    /// The answer is no listing.
    Listing(String),
    /// The key cannot be put into an address.
    Key,
}

/// What an answer says that is no success.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Refusal {
    status: StatusCode,
    /// S3's name for the reason, empty where none is told.
    code: String,
    message: String,
    /// The Region of the bucket, if another one was asked.
    pub(super) region: Option<String>,
}

impl Error {
    /// Tells why there was no answer.
    pub(super) fn of_http(error: &HttpError, server: &str) -> Self {
        let cause = root(error);
        match error.kind() {
            HttpErrorKind::Connect => Self::Unreachable { server: server.to_owned(), cause },
            HttpErrorKind::Timeout => Self::Interrupted("no answer for too long".into()),
            _ => Self::Interrupted(cause),
        }
    }

    /// Tells why there is nothing to sign with.
    pub(super) fn of_credentials(error: &object_store::Error) -> Self {
        Self::Credentials(root(error))
    }

    /// Returns whether asking again may help.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Interrupted(_)
            | Self::Size { .. }
            | Self::Listing(_) => true,
            Self::Refused(refusal) => {
                let Refusal { status, code, .. } = refusal;
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
                    || ["RequestTimeout", "SlowDown", "InternalError"].contains(&code.as_str())
            }
            Self::Credentials(_) | Self::Key => false,
        }
    }
}

impl Refusal {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: &str) -> Self {
        let told = |name| element(body, name).map(line);
        let region = headers.get("x-amz-bucket-region").and_then(|region| region.to_str().ok());
        Self {
            status,
            code: told("Code").unwrap_or_default(),
            message: told("Message").unwrap_or_default(),
            region: region.map(ToOwned::to_owned).or_else(|| told("Region")),
        }
    }

    /// Returns what can be done about it.
    fn advice(&self) -> Option<&'static str> {
        Some(match self.code.as_str() {
            "NoSuchBucket" => "there is no such bucket",
            "NoSuchKey" => "the object is there no more",
            "AccessDenied" => {
                "these credentials may not do this: it takes s3:ListBucket on the bucket and \
                 s3:GetObject on its objects, and kms:Decrypt if they are encrypted with a key of \
                 yours"
            }
            "AllAccessDisabled" | "AccountProblem" => "AWS has closed the bucket or its account",
            "InvalidAccessKeyId" => "AWS_ACCESS_KEY_ID is not known there",
            "SignatureDoesNotMatch" => "AWS_SECRET_ACCESS_KEY does not belong to the access key",
            "ExpiredToken" | "TokenRefreshRequired" => "the credentials have expired: renew them",
            "InvalidToken" => "AWS_SESSION_TOKEN does not belong to the access key",
            "RequestTimeTooSkewed" => "the clock of this machine is wrong",
            "InvalidObjectState" => {
                "the object is archived in Glacier: restore it first (aws s3api restore-object)"
            }
            "PermanentRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => {
                "the bucket is in another Region: set AWS_REGION"
            }
            "" if self.status == StatusCode::FORBIDDEN => "access is denied",
            "" if self.status == StatusCode::NOT_FOUND => "there is no such thing",
            "" if self.status.is_redirection() => "the bucket is elsewhere: set AWS_REGION",
            _ => return None,
        })
    }
}

impl error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(cause) => write!(
                f,
                "no credentials for AWS ({cause}): set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or export those of a profile with `eval \"$(aws configure \
                 export-credentials --format env)\"`, or read a public bucket with \
                 --no-sign-request"
            ),
            Self::Unreachable { server, cause } => {
                write!(f, "{server} cannot be reached: {cause}")
            }
            Self::Interrupted(cause) => write!(f, "the transfer was interrupted: {cause}"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Size { listed, received } => {
                write!(f, "{received} bytes were received, but its listing says {listed}")
            }
            Self::Listing(cause) => write!(f, "the answer is no listing of a bucket: {cause}"),
            Self::Key => {
                f.write_str("a key with a part `.` or `..` cannot be asked for: copy the object")
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.status) {
            ("", status) => write!(f, "HTTP {}", status.as_u16())?,
            (code, _) => f.write_str(code)?,
        }
        match self.advice() {
            Some(advice) => write!(f, ": {advice}"),
            None if self.message.is_empty() => Ok(()),
            None => write!(f, ": {}", self.message),
        }
    }
}

/// Returns the cause of the causes, which says what happened and not what was tried.
fn root(error: &(dyn error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    line(&cause.to_string())
}

/// Returns the beginning of a text that somebody else made up, as one short line.
fn line(text: &str) -> String {
    printable(&text.lines().next().unwrap_or_default().chars().take(200).collect::<String>())
}

/// Returns the text of the first element of that name.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let begin = xml.find(&format!("<{name}>"))? + name.len() + 2;
    let text = &xml[begin..];
    Some(&text[..text.find('<')?])
}

/// Returns how long to wait before asking again for the `attempt`th time: twice as long each time,
/// and not as long as all others who wait.
pub(super) fn backoff(attempt: u32) -> Duration {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let longest = Duration::from_millis(100) * 2_u32.saturating_pow(attempt.min(7));
    let share = RandomState::new().build_hasher().finish() % 512 + 512;
    longest * u32::try_from(share).unwrap_or(1_024) / 1_024
}
