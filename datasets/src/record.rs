//! One CloudTrail record as JSON text.

use std::io::{self, Write};

use crate::catalog::{Api, Failure};
use crate::clock;
use crate::inventory::{PEOPLE, ROLES, WORDS};
use crate::place::Place;
use crate::principal::{self, Principal, Session};
use crate::random::Random;

/// Symbols of base 64.
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Digits and capital letters, as in request ids of S3.
const CAPITALS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// One call: everything a record is written from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// Where.
    pub(crate) place: &'a Place,
    /// What.
    pub(crate) api: &'a Api<'a>,
    /// How it failed, if it did.
    pub(crate) failure: Option<Failure>,
    /// Who.
    pub(crate) principal: &'a Principal,
    /// Under which name.
    pub(crate) session: &'a Session,
    /// When, in seconds since 1970.
    pub(crate) time: i64,
    /// What chooses the resources, so that one record names the same one everywhere.
    pub(crate) choice: u64,
}

impl Call<'_> {
    /// Writes the record, without a line break.
    ///
    /// # Errors
    ///
    /// Returns the error of the writer.
    pub(crate) fn write(&self, out: &mut Vec<u8>, random: &mut Random) -> io::Result<()> {
        let Call { place, api, session, .. } = *self;
        let by_service = self.principal.is_service();
        write!(out, r#"{{"eventVersion":"{}","userIdentity":"#, version(api.service))?;
        self.principal.write(out, session, self.time)?;
        out.extend_from_slice(br#","eventTime":""#);
        clock::write(out, self.time)?;
        write!(
            out,
            r#"","eventSource":"{}.amazonaws.com","eventName":"{}","awsRegion":"{}","sourceIPAddress":"{}","userAgent":"{}""#,
            api.service, api.name, place.region, session.address, self.principal.agent
        )?;
        if let Some(failure) = self.failure {
            write!(out, r#","errorCode":"{}","errorMessage":""#, failure.code)?;
            self.expand(out, failure.message, random)?;
            out.push(b'"');
        }
        out.extend_from_slice(br#","requestParameters":"#);
        self.expand(out, api.request, random)?;
        out.extend_from_slice(br#","responseElements":"#);
        self.expand(out, if self.failure.is_some() { "null" } else { api.response }, random)?;
        self.write_additional(out, random)?;
        out.extend_from_slice(br#","requestID":""#);
        if api.service == "s3" {
            random.symbols(out, CAPITALS, 16);
        } else {
            random.uuid(out);
        }
        out.extend_from_slice(br#"","eventID":""#);
        random.uuid(out);
        write!(out, r#"","readOnly":{}"#, api.kind.is_read_only())?;
        if !api.resources.is_empty() {
            out.extend_from_slice(br#","resources":"#);
            self.expand(out, api.resources, random)?;
        }
        let event_type = if api.service == "signin" { "AwsConsoleSignIn" } else { "AwsApiCall" };
        let (management, category) =
            if api.kind.is_data() { (false, "Data") } else { (true, "Management") };
        write!(
            out,
            r#","eventType":"{event_type}","managementEvent":{management},"recipientAccountId":"{}""#,
            place.account
        )?;
        if by_service {
            out.extend_from_slice(br#","sharedEventID":""#);
            random.uuid(out);
            out.push(b'"');
        }
        write!(out, r#","eventCategory":"{category}""#)?;
        if !by_service {
            write!(
                out,
                r#","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{}.{}.amazonaws.com"}}"#,
                api.service, place.region
            )?;
        }
        out.push(b'}');
        Ok(())
    }

    /// Writes `additionalEventData` of the services that have it.
    fn write_additional(&self, out: &mut Vec<u8>, random: &mut Random) -> io::Result<()> {
        match self.api.service {
            "s3" => {
                let sent = if self.api.kind.is_read_only() { (0, 1) } else { (1, 0) };
                let bytes = random.between(300, 4_000_000);
                write!(
                    out,
                    r#","additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":{},"AuthenticationMethod":"AuthHeader","x-amz-id-2":""#,
                    sent.0 * bytes
                )?;
                random.symbols(out, BASE64, 75);
                write!(out, r#"=","bytesTransferredOut":{}}}"#, sent.1 * bytes)
            }
            "signin" => {
                out.extend_from_slice(
                    br#","additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"Yes"}"#,
                );
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Writes a template with its placeholders filled in.
    ///
    /// A placeholder is `$` and a name of lower-case letters and digits; `$$` is a dollar sign.
    fn expand(&self, out: &mut Vec<u8>, template: &str, random: &mut Random) -> io::Result<()> {
        let mut rest = template;
        while let Some(start) = rest.find('$') {
            out.extend_from_slice(&rest.as_bytes()[..start]);
            rest = &rest[start + 1..];
            let is_name = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let end = rest.bytes().position(|byte| !is_name(&byte)).unwrap_or(rest.len());
            if end == 0 {
                out.push(b'$');
                rest = rest.strip_prefix('$').unwrap_or(rest);
            } else {
                self.fill(out, &rest[..end], random)?;
                rest = &rest[end..];
            }
        }
        out.extend_from_slice(rest.as_bytes());
        Ok(())
    }

    /// Writes the value of one placeholder; an unknown name is written as it stands.
    fn fill(&self, out: &mut Vec<u8>, name: &str, random: &mut Random) -> io::Result<()> {
        let things = &self.place.inventory;
        let chosen = match name {
            "account" => self.place.account.as_str(),
            "region" => self.place.region.as_str(),
            "service" => self.api.service,
            "action" => self.api.name,
            "arn" => self.session.arn.as_str(),
            "session" => self.session.name.as_str(),
            "instance" => self.choose(&things.instances, 0),
            "volume" => self.choose(&things.volumes, 6),
            "group" => self.choose(&things.groups, 12),
            "subnet" => self.choose(&things.subnets, 16),
            "image" => self.choose(&things.images, 20),
            "bucket" => self.choose(&things.buckets, 24),
            "function" => self.choose(&things.functions, 28),
            "key" => self.choose(&things.keys, 32),
            "role" => self.choose(ROLES, 36),
            "person" => self.choose(PEOPLE, 40),
            "word" => self.choose(WORDS, 44),
            _ => return self.fill_fresh(out, name, random),
        };
        out.extend_from_slice(chosen.as_bytes());
        Ok(())
    }

    /// Writes the value of a placeholder that is not the name of a known resource.
    fn fill_fresh(&self, out: &mut Vec<u8>, name: &str, random: &mut Random) -> io::Result<()> {
        let digits = name.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let count = digits.parse().unwrap_or(16);
        match name.strip_suffix(digits).unwrap_or(name) {
            "uuid" => random.uuid(out),
            "hex" => random.hex(out, count),
            "base" => random.symbols(out, BASE64, count),
            "upper" => principal::unique_id(out, count, random),
            "accesskey" => principal::access_key(out, "ASIA", random),
            "roleid" => {
                let role = self.choose(ROLES, 36);
                out.extend_from_slice(principal::role_id(&self.place.account, role).as_bytes());
            }
            "small" => write!(out, "{}", random.between(1, 250))?,
            "int" => write!(out, "{}", random.between(10_000_000, 99_999_999))?,
            "time" => clock::write(out, self.time)?,
            "later" => clock::write(out, self.time + 3600)?,
            "date" => clock::write_day(out, self.time)?,
            "zone" => write!(out, "{}{}", self.place.region, ["a", "b", "c"][random.position(3)])?,
            "ip" | "host" | "ownzone" => self.write_own(out, name)?,
            "noun" => write_noun(out, self.api.name),
            "object" => self.write_object(out)?,
            _ => write!(out, "${name}")?,
        }
        Ok(())
    }

    /// Writes a property of the calling instance, which never changes.
    fn write_own(&self, out: &mut Vec<u8>, name: &str) -> io::Result<()> {
        let mut own = Random::stream(0, &self.session.name);
        let (zone, a, b) = (own.position(3), own.between(1, 250), own.between(1, 250));
        match name {
            "ip" => write!(out, "10.20.{a}.{b}"),
            "host" => write!(out, "ip-10-20-{a}-{b}"),
            _ => write!(out, "{}{}", self.place.region, ["a", "b", "c"][zone]),
        }
    }

    /// Writes the key of an object, the same all over the record.
    fn write_object(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let word = self.choose(WORDS, 44);
        write!(out, "{word}/")?;
        clock::write_day(out, self.time)?;
        let part = self.choice >> 48;
        write!(out, "/part-{:05}-{:016x}.snappy.parquet", part % 4096, self.choice)
    }

    /// Returns an entry of a list, decided by the bits of the choice from `bit` on.
    fn choose<'a, T: AsRef<str>>(&self, list: &'a [T], bit: u32) -> &'a str {
        let position = self.choice.rotate_right(bit) & 0xffff;
        list[usize::try_from(position).unwrap_or_default() % list.len()].as_ref()
    }
}

/// Writes what an API is about: `securityGroup` for `CreateSecurityGroup`.
fn write_noun(out: &mut Vec<u8>, name: &str) {
    let name = name.trim_end_matches(|c: char| c == 'v' || c.is_ascii_digit());
    let noun = name.find(|c: char| c.is_ascii_uppercase()).map_or(name, |_| {
        let start = name.char_indices().skip(1).find(|(_, c)| c.is_ascii_uppercase());
        start.map_or(name, |(at, _)| &name[at..])
    });
    let start = out.len();
    out.extend_from_slice(noun.as_bytes());
    if let Some(first) = out.get_mut(start) {
        first.make_ascii_lowercase();
    }
}

/// Returns the version of the record that a service writes.
fn version(service: &str) -> &'static str {
    match service {
        "ec2" | "iam" | "kms" => "1.11",
        "s3" | "ssm" | "logs" => "1.10",
        "signin" | "sts" | "lambda" | "ecs" => "1.08",
        _ => "1.09",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::catalog;
    use crate::place::Load;

    /// Returns the record of every API, called by the usual caller of it.
    fn records(fail: bool) -> Vec<Value> {
        let apis = catalog::apis(300).unwrap();
        let load = Load { per_minute: 5.0, heartbeat: None, used: 1.0 };
        let place = Place::new(1, "111122223333", "us-east-1", &apis, load);
        let mut random = Random::stream(1, "test");
        let mut records = Vec::new();
        for series in place.series.iter().filter(|series| series.failure.is_none()) {
            let principal = place.principals.at(series.callers[0]);
            let api = &apis[series.api];
            let call = Call {
                place: &place,
                api,
                failure: fail.then(|| catalog::denial(api.service)),
                principal,
                session: &principal.sessions[0],
                time: 1_772_409_909,
                choice: random.bits(),
            };
            let mut out = Vec::new();
            call.write(&mut out, &mut random).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(!text.replace("[$LATEST]", "").contains('$'), "{text}");
            records.push(serde_json::from_str(&text).unwrap());
        }
        records
    }

    #[test]
    fn every_api_writes_a_full_record() {
        for record in records(false) {
            for field in [
                "eventVersion",
                "userIdentity",
                "eventTime",
                "eventSource",
                "eventName",
                "awsRegion",
                "sourceIPAddress",
                "userAgent",
                "requestParameters",
                "responseElements",
                "requestID",
                "eventID",
                "readOnly",
                "eventType",
                "managementEvent",
                "recipientAccountId",
                "eventCategory",
            ] {
                assert!(record.get(field).is_some(), "{field} is missing in {record}");
            }
            assert!(record.get("errorCode").is_none());
            let is_data = record["eventCategory"] == "Data";
            assert_eq!(record["managementEvent"], !is_data);
        }
    }

    #[test]
    fn a_failed_call_has_a_code_and_no_response() {
        for record in records(true) {
            assert!(record["errorCode"].is_string() && record["errorMessage"].is_string());
            assert!(record["responseElements"].is_null());
        }
    }

    #[test]
    fn an_object_is_the_same_in_the_request_and_the_resources() {
        let records = records(false);
        let record = records.iter().find(|record| record["eventName"] == "GetObject").unwrap();
        let request = &record["requestParameters"];
        let (bucket, key) = (request["bucketName"].as_str(), request["key"].as_str());
        let arn = format!("arn:aws:s3:::{}/{}", bucket.unwrap(), key.unwrap());
        assert_eq!(record["resources"][0]["ARN"], arn);
    }
}
