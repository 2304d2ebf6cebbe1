//! Rarities: administration that happens a few times a week, a call or a handful at a time.

use crate::account::calendar::{DAY, Zone};
use crate::account::ledger::{Ledger, Target};
use crate::account::people::Person;
use crate::account::place::{GLOBAL, HOME, region_of};
use crate::account::series::Kind;
use crate::random::Random;
use crate::rounded;

/// What is called singly: service and APIs, separated by spaces.
const SINGLE: [(&str, &str); 14] = [
    ("iam", "UpdateAssumeRolePolicy DeleteRole DetachRolePolicy CreatePolicyVersion UpdateUser"),
    ("iam", "CreateServiceLinkedRole UpdateAccountPasswordPolicy DeactivateMFADevice"),
    ("ec2", "ModifyInstanceAttribute RebootInstances CreateVpcEndpoint CreateRoute DeleteRoute"),
    ("ec2", "RevokeSecurityGroupIngress CreateKeyPair AllocateAddress ReleaseAddress"),
    ("kms", "ScheduleKeyDeletion CreateKey PutKeyPolicy DisableKey"),
    ("s3", "CreateBucket DeleteBucket PutBucketAcl PutBucketPublicAccessBlock"),
    ("rds", "ModifyDBInstance RebootDBInstance ModifyDBParameterGroup"),
    ("cloudtrail", "UpdateTrail PutEventSelectors"),
    ("guardduty", "UpdateDetector ArchiveFindings"),
    ("organizations", "AttachPolicy DescribePolicy"),
    ("route53", "CreateHostedZone ChangeTagsForResource"),
    ("secretsmanager", "CreateSecret DeleteSecret PutResourcePolicy"),
    ("sso", "CreateAccountAssignment ProvisionPermissionSet"),
    ("elasticloadbalancing", "SetSecurityGroups ModifyLoadBalancerAttributes"),
];

/// What is called several times when it is called: the APIs of one chore.
const CHORES: [(&str, &str); 7] = [
    ("iam", "CreateUser AddUserToGroup CreateLoginProfile"),
    ("iam", "CreateAccessKey UpdateAccessKey DeleteAccessKey"),
    ("ec2", "AuthorizeSecurityGroupIngress CreateSecurityGroup"),
    ("ec2", "AttachVolume DetachVolume ModifyVolume"),
    ("identitystore", "CreateGroupMembership DeleteGroupMembership"),
    ("workspaces", "CreateWorkspaces TerminateWorkspaces"),
    ("monitoring", "DeleteAlarms DisableAlarmActions"),
];

/// Writes down the calls of all rarities.
pub(crate) fn happen(seed: u64, days: u32, people: &[Person], ledger: &mut Ledger) {
    let mut random = Random::stream(seed, "rarities");
    for (service, names) in SINGLE {
        for name in names.split_whitespace() {
            let region = *random.pick(&[HOME, HOME, GLOBAL]);
            let series = ledger.calls(Target { region: region_of(service, region), service, name });
            let gap = 7.0 * f64::from(DAY) / random.log_normal(2.2, 0.5).clamp(0.7, 6.0);
            let mut at = random.exponential(gap);
            while at < f64::from(days * DAY) {
                let minute = working_time(rounded(at), &mut random);
                let who = random.pick(people).identity;
                ledger.add(series, minute, who, 1, Kind::Rare);
                at += random.exponential(gap);
            }
        }
    }
    for (service, names) in CHORES {
        let region = *random.pick(&[HOME, GLOBAL]);
        let names = names.split_whitespace();
        let series: Vec<usize> = names
            .map(|name| ledger.calls(Target { region: region_of(service, region), service, name }))
            .collect();
        let gap = random.within(3.0, 9.0) * f64::from(DAY);
        let median = random.within(3.0, 6.0);
        let mut at = random.exponential(gap);
        while at < f64::from(days * DAY) {
            let minute = working_time(rounded(at), &mut random);
            let who = random.pick(people).identity;
            let minutes = random.between(6, 40);
            for &series in &series {
                if random.chance(0.75) {
                    for _ in 0..rounded(random.log_normal(median, 0.4)).clamp(1, 15) {
                        let later = i64::from(random.below(minutes));
                        ledger.add(series, minute + later, who, 1, Kind::Chore);
                    }
                }
            }
            at += random.exponential(gap);
        }
    }
}

/// Returns a time of the same day, mostly one at which people work.
pub(crate) fn working_time(minute: u32, random: &mut Random) -> i64 {
    if random.chance(0.12) {
        return i64::from(minute);
    }
    let day = minute / DAY;
    let day = if day % 7 >= 5 { day - day % 7 + 4 } else { day };
    Zone::Berlin.at(day, random.between(9 * 60, 18 * 60))
}
