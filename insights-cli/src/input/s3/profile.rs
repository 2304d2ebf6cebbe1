//! [`Profile`]: what the files of the AWS command line tell, as far as it stands in them.

use std::{env, fs, path::PathBuf};

use configparser::ini::{Ini, IniDefault};
use object_store::aws::AwsCredential;

use crate::input::s3::error::Error;

/// What makes a profile one whose keys have to be asked for elsewhere.
const ELSEWHERE: [&str; 5] =
    ["sso_session", "sso_start_url", "role_arn", "credential_process", "login_session"];

/// A profile with keys of its own, or without.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) credential: Option<AwsCredential>,
    pub(super) region: Option<String>,
    /// Why it has no keys though it was asked for, or says where they would come from.
    pub(super) lack: Option<Error>,
}

impl Profile {
    /// Reads the profile that the environment names, else the default one.
    pub(super) fn of_environment() -> Self {
        let told = |name| env::var(name).ok().filter(|value| !value.is_empty());
        let text = |variable, name| {
            let home = || Some(env::home_dir()?.join(".aws").join(name));
            let path = told(variable).map(PathBuf::from).or_else(home);
            path.and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default()
        };
        let name = told("AWS_PROFILE").or_else(|| told("AWS_DEFAULT_PROFILE"));
        Self::parse(
            name.as_deref(),
            &text("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            &text("AWS_CONFIG_FILE", "config"),
        )
    }

    /// Reads a profile from the texts of both files.
    fn parse(name: Option<&str>, credentials: &str, config: &str) -> Self {
        let [credentials, config] = [credentials, config].map(ini);
        let named = name.unwrap_or("default");
        let sections = [format!("profile {named}"), format!("profile \"{named}\"")];
        let own = if named == "default" { named } else { "" };
        let in_config = || sections.iter().map(String::as_str).chain([own]);
        let get = |key: &str| {
            let found = credentials.get(named, key);
            found.or_else(|| in_config().find_map(|section| config.get(section, key)))
        };
        let exists = credentials.sections().iter().any(|section| section == named)
            || config.sections().iter().any(|section| in_config().any(|one| one == section));
        let credential = get("aws_access_key_id").zip(get("aws_secret_access_key"));
        let credential = credential.map(|(key_id, secret_key)| AwsCredential {
            key_id,
            secret_key,
            token: get("aws_session_token"),
        });
        let lack = match ELSEWHERE.into_iter().find(|key| get(key).is_some()) {
            _ if credential.is_some() => None,
            Some(key) => Some(format!("profile {named} gets them by {key}")),
            None if name.is_none() => None,
            None if exists => Some(format!("profile {named} has none")),
            None => Some(format!("there is no profile {named}")),
        };
        Self { credential, region: get("region"), lack: lack.map(Error::Credentials) }
    }
}

/// Reads a file as the AWS command line does; what cannot be read tells nothing.
fn ini(text: &str) -> Ini {
    let mut how = IniDefault::default();
    how.default_section = String::new();
    how.delimiters = vec!['='];
    how.comment_symbols = vec!['#', ';'];
    how.inline_comment_symbols = Some(Vec::new());
    how.case_sensitive = true;
    let mut ini = Ini::new_from_defaults(how);
    let _ = ini.read(text.to_owned());
    ini
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "\
# static keys
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = a/b+c==#;x
[work]
aws_access_key_id=ASIAWORK
aws_secret_access_key=secret
aws_session_token=token
";
    const CONFIG: &str = "\
[default]
region = eu-central-1
s3 =
  max_concurrent_requests = 20
[profile work]
region=eu-west-3
[profile \"two words\"]
sso_session = corp
[profile empty]
output = json
[work]
region = wrong
";

    fn told(name: Option<&str>) -> String {
        let Profile { credential, region, lack } = Profile::parse(name, CREDENTIALS, CONFIG);
        let keys = credential.map(|keys| {
            format!("{} {} {}", keys.key_id, keys.secret_key, keys.token.unwrap_or_default())
        });
        let lack = lack.map(|lack| match lack {
            Error::Credentials(why) => why,
            other => other.to_string(),
        });
        format!("{} in {}", keys.or(lack).unwrap_or_default(), region.unwrap_or_default())
    }

    #[test]
    fn keys_and_region_come_from_both_files() {
        assert_eq!(told(None), "AKIADEFAULT a/b+c==#;x  in eu-central-1");
        assert_eq!(told(Some("default")), told(None));
        assert_eq!(told(Some("work")), "ASIAWORK secret token in eu-west-3");
    }

    #[test]
    fn a_profile_without_keys_says_why() {
        assert_eq!(told(Some("two words")), "profile two words gets them by sso_session in ");
        assert_eq!(told(Some("empty")), "profile empty has none in ");
        assert_eq!(told(Some("missing")), "there is no profile missing in ");
        assert!(Profile::parse(None, "", "").lack.is_none());
        assert!(Profile::parse(Some("x"), "no [ini", "[").lack.is_some());
    }
}
