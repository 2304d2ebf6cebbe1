//! The resources of one account and Region that calls are about.

use crate::random::Random;

/// Names of services and of what belongs to them.
pub(crate) const WORDS: &[&str] = &[
    "orders", "billing", "catalog", "search", "checkout", "ingest", "reports", "media", "ledger",
    "notify", "shipping", "pricing", "archive", "identity", "metrics", "returns",
];

/// Names of roles that applications assume.
pub(crate) const ROLES: &[&str] = &[
    "orders-api-task",
    "billing-worker",
    "thumbnail-function",
    "ingest-stream",
    "report-builder",
    "search-indexer",
    "notify-function",
    "ledger-export",
];

/// Names of people in the directory.
pub(crate) const PEOPLE: &[&str] =
    &["mara.lindqvist", "tomas.okafor", "ines.brandt", "yuki.arden", "pavel.morrow", "lea.quist"];

/// The resources of one account and Region. No list is empty.
#[derive(Clone, Debug)]
pub(crate) struct Inventory {
    pub(crate) instances: Vec<String>,
    pub(crate) volumes: Vec<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) subnets: Vec<String>,
    pub(crate) images: Vec<String>,
    pub(crate) buckets: Vec<String>,
    pub(crate) functions: Vec<String>,
    pub(crate) keys: Vec<String>,
}

impl Inventory {
    /// Returns the resources of an account and Region.
    pub(crate) fn new(seed: u64, account: &str, region: &str) -> Self {
        let mut random = Random::stream(seed, &format!("inventory {account} {region}"));
        let mut ids = |prefix: &str, count: usize| -> Vec<String> {
            (0..count).map(|_| format!("{prefix}{}", hex(&mut random, 16))).collect()
        };
        Self {
            instances: ids("i-0", 40),
            volumes: ids("vol-0", 60),
            groups: ids("sg-0", 12),
            subnets: ids("subnet-0", 6),
            images: ids("ami-0", 4),
            buckets: ["assets", "exports", "lake", "backups", "uploads"]
                .map(|use_| format!("example-{use_}-{account}-{region}"))
                .to_vec(),
            functions: WORDS.iter().map(|word| format!("{word}-handler")).collect(),
            keys: (0..6)
                .map(|_| {
                    let mut key = Vec::new();
                    random.uuid(&mut key);
                    String::from_utf8_lossy(&key).into_owned()
                })
                .collect(),
        }
    }
}

/// Returns a text of random hexadecimal digits.
fn hex(random: &mut Random, count: usize) -> String {
    let mut text = Vec::new();
    random.hex(&mut text, count);
    String::from_utf8_lossy(&text).into_owned()
}
