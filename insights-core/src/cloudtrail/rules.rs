//! What records of early versions do not say: [`infer_read_only`] and [`infer_category`].
//!
//! `readOnly` is missing in many records before version 1.06, `managementEvent` in all of them
//! and `eventCategory` in all before 1.07.

use crate::series::EventCategory;

/// Verbs of operations that only read.
const READING_VERBS: [&str; 18] = [
    "Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan", "Search", "Lookup", "Select",
    "View", "Check", "Test", "Simulate", "Validate", "Estimate", "Preview", "Download",
];

/// Beginnings of operations that CloudTrail logs as reads though their names do not say so:
/// `GenerateDataKey` also stands for `GenerateDataKeyPair`.
const READS: [(&str, &str); 4] = [
    ("kms.amazonaws.com", "Encrypt"),
    ("kms.amazonaws.com", "Decrypt"),
    ("kms.amazonaws.com", "GenerateDataKey"),
    ("sts.amazonaws.com", "AssumeRole"),
];

/// Operations on objects in S3.
const OBJECT_OPERATIONS: [&str; 17] = [
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "DeleteObject",
    "DeleteObjects",
    "GetObject",
    "GetObjectAcl",
    "GetObjectTagging",
    "HeadObject",
    "ListParts",
    "PutObject",
    "PutObjectAcl",
    "PutObjectTagging",
    "RestoreObject",
    "UploadPart",
    "UploadPartCopy",
];

/// Operations on items in DynamoDB.
const ITEM_OPERATIONS: [&str; 9] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactWriteItems",
    "UpdateItem",
];

/// Returns whether an operation is taken to only read, by its service and name.
///
/// A name reads if it begins with a reading verb that ends there or is followed by a capital,
/// so `Testify` does not. The exceptions are the operations of KMS that use a key and the
/// assumption of a role, which CloudTrail logs as reads.
pub(crate) fn infer_read_only(event_source: &str, event_name: &str) -> bool {
    let follows = |verb: &str| {
        event_name
            .strip_prefix(verb)
            .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_lowercase()))
    };
    let uses_a_key_or_role = |(source, beginning): (&str, &str)| {
        source == event_source && event_name.starts_with(beginning)
    };
    READING_VERBS.into_iter().any(follows) || READS.into_iter().any(uses_a_key_or_role)
}

/// Returns the category an operation is taken to have, by its service and name and by whether an
/// object in S3 is among its resources.
pub(crate) fn infer_category(
    event_source: &str,
    event_name: &str,
    on_an_object: bool,
) -> EventCategory {
    // Names of versioned operations carry the version: `Invoke20150331`.
    let name = event_name.trim_end_matches(|c: char| c.is_ascii_digit());
    let data = match event_source {
        "s3.amazonaws.com" => on_an_object || OBJECT_OPERATIONS.contains(&name),
        "lambda.amazonaws.com" => matches!(name, "Invoke" | "InvokeFunction" | "InvokeAsync"),
        "dynamodb.amazonaws.com" => ITEM_OPERATIONS.contains(&name),
        _ => false,
    };
    if data { EventCategory::Data } else { EventCategory::Management }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_reads_from_writes() {
        for (source, name) in [
            ("ec2.amazonaws.com", "DescribeInstances"),
            ("s3.amazonaws.com", "HeadBucket"),
            ("kms.amazonaws.com", "Decrypt"),
            ("kms.amazonaws.com", "GenerateDataKeyPairWithoutPlaintext"),
            ("sts.amazonaws.com", "AssumeRoleWithSAML"),
            ("dynamodb.amazonaws.com", "Query"),
        ] {
            assert!(infer_read_only(source, name), "{name}");
        }
        for (source, name) in [
            ("signin.amazonaws.com", "ConsoleLogin"),
            ("ec2.amazonaws.com", "RunInstances"),
            ("x.amazonaws.com", "Testify"),
            ("x.amazonaws.com", "Checkout"),
            ("x.amazonaws.com", "Decrypt"),
        ] {
            assert!(!infer_read_only(source, name), "{name}");
        }
    }

    #[test]
    fn operations_inside_resources_are_data() {
        let category = |source, name| infer_category(source, name, false);
        assert_eq!(category("s3.amazonaws.com", "GetObject"), EventCategory::Data);
        assert_eq!(category("lambda.amazonaws.com", "Invoke20150331"), EventCategory::Data);
        assert_eq!(
            category("lambda.amazonaws.com", "CreateFunction20150331"),
            EventCategory::Management
        );
        assert_eq!(category("s3.amazonaws.com", "PutBucketPolicy"), EventCategory::Management);
        let object = infer_category("s3.amazonaws.com", "New", true);
        assert_eq!(object, EventCategory::Data);
    }
}
