//! One caller: a user, a role with its sessions, a service or the root user.

use std::io::{self, Write};

use crate::clock;
use crate::random::Random;

/// How long the credentials of a role session last, in seconds.
const SESSION: i64 = 6 * 3600;

/// The letters of access keys and unique ids.
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The kind of identity of a principal.
#[derive(Clone, Debug)]
enum Identity {
    User { name: String, id: String, key: String },
    Role { name: String, id: String },
    Root,
    Service,
}

/// One way a principal appears: for a role a session, for all others the principal itself.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The session's name, or the principal's.
    pub(crate) name: String,
    /// The ARN, or the name of a service.
    pub(crate) arn: String,
    /// `sourceIPAddress`.
    pub(crate) address: String,
}

/// A caller with a stable identity and user agent.
#[derive(Clone, Debug)]
pub(crate) struct Principal {
    account: String,
    identity: Identity,
    /// `userAgent`.
    pub(crate) agent: &'static str,
    /// The sessions, at least one.
    pub(crate) sessions: Vec<Session>,
}

impl Principal {
    /// Returns a service of AWS, called by its principal such as `ecs.amazonaws.com`.
    pub(crate) fn service(host: &'static str) -> Self {
        let session = Session { name: host.into(), arn: host.into(), address: host.into() };
        Self::new("", Identity::Service, host, vec![session])
    }

    /// Returns a user with an access key of its own.
    pub(crate) fn user(account: &str, name: &str, agent: &'static str, network: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let mut random = Random::stream(0, &arn);
        let (mut id, mut key) = (b"AIDA".to_vec(), Vec::new());
        unique_id(&mut id, 17, &mut random);
        access_key(&mut key, "AKIA", &mut random);
        let identity = Identity::User { name: name.into(), id: text(&id), key: text(&key) };
        let session = Session { name: name.into(), address: address(network, &arn), arn };
        Self::new(account, identity, agent, vec![session])
    }

    /// Returns a role with sessions of these names, at least one.
    pub(crate) fn role<'a>(
        account: &str,
        name: &str,
        agent: &'static str,
        network: &str,
        sessions: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let session = |session: &str| {
            let arn = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
            Session { name: session.into(), address: address(network, &arn), arn }
        };
        let sessions = sessions.into_iter().map(session).collect();
        let id = role_id(account, name);
        Self::new(account, Identity::Role { name: name.into(), id }, agent, sessions)
    }

    /// Returns the root user.
    pub(crate) fn root(account: &str, agent: &'static str, network: &str) -> Self {
        let arn = format!("arn:aws:iam::{account}:root");
        let session = Session { name: "root".into(), address: address(network, &arn), arn };
        Self::new(account, Identity::Root, agent, vec![session])
    }

    fn new(account: &str, identity: Identity, agent: &'static str, sessions: Vec<Session>) -> Self {
        Self { account: account.into(), identity, agent, sessions }
    }

    /// Returns true for a service of AWS, which has no ARN and no connection of its own.
    pub(crate) const fn is_service(&self) -> bool {
        matches!(self.identity, Identity::Service)
    }

    /// Writes `userIdentity` of a call at a time in seconds since 1970.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
    pub(crate) fn write(&self, out: &mut Vec<u8>, session: &Session, time: i64) -> io::Result<()> {
        let account = &self.account;
        match &self.identity {
            Identity::Service => {
                write!(out, r#"{{"type":"AWSService","invokedBy":"{}"}}"#, session.name)
            }
            Identity::User { name, id, key } => write!(
                out,
                r#"{{"type":"IAMUser","principalId":"{id}","arn":"{}","accountId":"{account}","accessKeyId":"{key}","userName":"{name}"}}"#,
                session.arn
            ),
            Identity::Root => {
                write!(
                    out,
                    r#"{{"type":"Root","principalId":"{account}","arn":"{}","accountId":"{account}","accessKeyId":""}}"#,
                    session.arn
                )
            }
            Identity::Role { name, id } => {
                // Every session renews its credentials at its own time of the day.
                let mut own = Random::stream(0, &session.arn);
                let shift = i64::from(own.below(21_600));
                let since = (time - shift).div_euclid(SESSION) * SESSION + shift;
                let mut key = Random::stream(since.unsigned_abs(), &session.arn);
                write!(
                    out,
                    r#"{{"type":"AssumedRole","principalId":"{id}:{}","arn":"{}","accountId":"{account}","accessKeyId":""#,
                    session.name, session.arn
                )?;
                access_key(out, "ASIA", &mut key);
                write!(
                    out,
                    r#"","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{id}","arn":"arn:aws:iam::{account}:role/{name}","accountId":"{account}","userName":"{name}"}},"attributes":{{"creationDate":""#
                )?;
                clock::write(out, since)?;
                out.extend_from_slice(br#"","mfaAuthenticated":"false"}}}"#);
                Ok(())
            }
        }
    }
}

/// Appends an access key of a made-up principal; it ends like the examples of AWS.
pub(crate) fn access_key(out: &mut Vec<u8>, prefix: &str, random: &mut Random) {
    out.extend_from_slice(prefix.as_bytes());
    random.symbols(out, UPPER, 9);
    out.extend_from_slice(b"EXAMPLE");
}

/// Returns the unique id of a role.
pub(crate) fn role_id(account: &str, name: &str) -> String {
    let mut id = b"AROA".to_vec();
    unique_id(&mut id, 17, &mut Random::stream(0, &format!("{account} {name}")));
    text(&id)
}

/// Appends random symbols of unique ids, such as those after `AIDA`.
pub(crate) fn unique_id(out: &mut Vec<u8>, count: usize, random: &mut Random) {
    random.symbols(out, UPPER, count);
}

/// Returns an address of a documentation network, such as `192.0.2`, that stays with the caller.
fn address(network: &str, arn: &str) -> String {
    format!("{network}.{}", Random::stream(0, arn).between(1, 254))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(principal: &Principal, time: i64) -> serde_json::Value {
        let mut out = Vec::new();
        principal.write(&mut out, &principal.sessions[0], time).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn a_role_session_keeps_its_arn_and_renews_its_credentials() {
        let role = Principal::role("111122223333", "worker", "agent", "192.0.2", ["one", "two"]);
        let (now, soon, later) = (
            identity(&role, 1_772_409_600),
            identity(&role, 1_772_409_601),
            identity(&role, 1_772_509_600),
        );
        assert_eq!(now["arn"], "arn:aws:sts::111122223333:assumed-role/worker/one");
        assert_eq!(now, soon);
        assert_eq!(now["arn"], later["arn"]);
        assert_ne!(now["accessKeyId"], later["accessKeyId"]);
    }

    #[test]
    fn a_service_has_no_arn() {
        let service = identity(&Principal::service("ecs.amazonaws.com"), 0);
        assert_eq!(service["invokedBy"], "ecs.amazonaws.com");
        assert!(service.get("arn").is_none());
    }
}
