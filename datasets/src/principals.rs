//! The callers of an account, and which of them call what.

use crate::catalog::Caller;
use crate::inventory::{Inventory, PEOPLE, ROLES};
use crate::principal::Principal;
use crate::random::Random;

/// Networks set aside for documentation: of pipelines and applications, of people, of strangers.
const INSIDE: &str = "192.0.2";
const OFFICE: &str = "198.51.100";
const ELSEWHERE: &str = "203.0.113";

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0";
const CONSOLE: &str = "console.amazonaws.com";
const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.7.4 (+https://www.terraform.io) \
    terraform-provider-aws/5.39.1 (+https://registry.terraform.io/providers/hashicorp/aws) \
    aws-sdk-go-v2/1.25.2 os/linux lang/go#1.21.7 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.148.2";
const BOTO3: &str = "Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#6.1.79-99.164.amzn2023 \
    md/arch#x86_64 lang/python#3.11.8 md/pyimpl#CPython exec-env/AWS_ECS_FARGATE \
    cfg/retry-mode#standard Botocore/1.34.51";
const JAVA: &str = "aws-sdk-java/2.24.9 Linux/6.1.79-99.164.amzn2023.x86_64 \
    OpenJDK_64-Bit_Server_VM/21.0.2+13-LTS Java/21.0.2 vendor/Amazon.com_Inc. io/sync \
    http/Apache cfg/retry-mode/standard";
const NODE: &str = "aws-sdk-js/3.523.0 ua/2.0 os/linux#5.10.205-195.807.amzn2.x86_64 lang/js \
    md/nodejs#20.11.1 api/client#3.523.0 exec-env/AWS_Lambda_nodejs20.x";
const AGENT: &str = "aws-sdk-go/1.55.5 (go1.22.5; linux; amd64) amazon-ssm-agent/3.3.1611.0";
const COMMAND_LINE: &str = "aws-cli/2.15.24 Python/3.11.8 Darwin/23.3.0 exe/x86_64 prompt/off";
const SYNC: &str =
    "aws-cli/2.13.9 Python/3.11.4 Linux/5.15.0 exe/x86_64 prompt/off command/s3.sync";
const PROBE: &str = "Boto3/1.26.90 Python/3.10.6 Linux/5.19.0-38-generic Botocore/1.29.90";

/// Returns the program that a role of an [`account`](crate::account) calls with, and the network it
/// calls from.
pub(crate) fn habits(role: &str) -> (&'static str, &'static str) {
    if role.starts_with("team-") {
        return (CONSOLE, OFFICE);
    }
    let agent = match role {
        "deployment" => TERRAFORM,
        "config-audit" | "asset-inventory" => JAVA,
        "fleet-instance" => AGENT,
        "scheduled-job" => COMMAND_LINE,
        _ => [BOTO3, JAVA, NODE][role.len() % 3],
    };
    (agent, INSIDE)
}

/// The number of sessions of a role that applications assume.
const TASKS: usize = 16;

/// The principals of an account as seen in one Region.
#[derive(Clone, Debug)]
pub(crate) struct Principals {
    list: Vec<(Caller, Principal)>,
}

impl Principals {
    /// The number of principals at the beginning of the list that only call in an anomaly.
    const OUTSIDERS: usize = 3;

    /// Returns the principals of an account as seen in a Region with this inventory.
    ///
    /// They are the same in every Region, but for the instances whose agents call: the first ones
    /// of the inventory, as many as `fleet`.
    pub(crate) fn new(account: &str, inventory: &Inventory, fleet: usize) -> Self {
        let people: Vec<String> = PEOPLE.iter().map(|name| format!("{name}@example.com")).collect();
        let people = || people.iter().map(String::as_str);
        let user = |name, agent, network| Principal::user(account, name, agent, network);
        let sso = |name, agent| Principal::role(account, name, agent, OFFICE, people());
        let job = |name, agent, session| Principal::role(account, name, agent, INSIDE, [session]);
        let mut list = vec![
            (Caller::Tool, user("legacy-backup", SYNC, ELSEWHERE)),
            (
                Caller::Tool,
                Principal::role(account, "contractor-audit", PROBE, ELSEWHERE, ["audit-prep"]),
            ),
            (Caller::Tool, user("sandbox-automation", COMMAND_LINE, ELSEWHERE)),
            (Caller::Console, sso("AWSReservedSSO_Operators_5d1e07c2a94b3f68", CONSOLE)),
            (Caller::Console, sso("AWSReservedSSO_Developers_a93c51e80d27b46f", BROWSER)),
            (Caller::Console, user("break-glass", CONSOLE, OFFICE)),
            (Caller::Tool, user("ci-deploy", TERRAFORM, INSIDE)),
            (Caller::Tool, job("pipeline-deploy", BOTO3, "release")),
            (Caller::Tool, job("config-audit", JAVA, "nightly-audit")),
            (Caller::Root, Principal::root(account, BROWSER, OFFICE)),
        ];
        for (role, agent) in ROLES.iter().zip([BOTO3, JAVA, NODE].into_iter().cycle()) {
            let tasks: Vec<String> = (0..TASKS).map(|number| task(account, role, number)).collect();
            let tasks = tasks.iter().map(String::as_str);
            list.push((Caller::Workload, Principal::role(account, role, agent, INSIDE, tasks)));
        }
        let fleet = inventory.instances.iter().map(String::as_str).take(fleet.max(1));
        let fleet = Principal::role(account, "fleet-instance", AGENT, INSIDE, fleet);
        list.push((Caller::Instance, fleet));
        Self { list }
    }

    /// Returns the positions of up to `count` principals that usually call, at least one.
    pub(crate) fn usual(
        &mut self,
        caller: Caller,
        count: usize,
        random: &mut Random,
    ) -> Vec<usize> {
        if let Caller::Service(host) = caller {
            return vec![self.service(host)];
        }
        let mut found: Vec<usize> = (Self::OUTSIDERS..self.list.len())
            .filter(|&position| self.list[position].0 == caller)
            .collect();
        while found.len() > count.max(1) {
            found.remove(random.position(found.len()));
        }
        found
    }

    /// Returns the position of a principal that makes no calls in normal times.
    pub(crate) const fn outsider(number: usize) -> usize {
        number % Self::OUTSIDERS
    }

    /// Returns the principal at a position.
    pub(crate) fn at(&self, position: usize) -> &Principal {
        &self.list[position].1
    }

    /// Returns the position of a service, adding it if it is new.
    fn service(&mut self, host: &'static str) -> usize {
        let caller = Caller::Service(host);
        let known = self.list.iter().position(|(found, _)| *found == caller);
        known.unwrap_or_else(|| {
            self.list.push((caller, Principal::service(host)));
            self.list.len() - 1
        })
    }
}

/// Returns the name of the session of a container: the id of its task.
fn task(account: &str, role: &str, number: usize) -> String {
    let mut id = Vec::new();
    Random::stream(0, &format!("{account} {role} {number}")).hex(&mut id, 32);
    String::from_utf8_lossy(&id).into_owned()
}
