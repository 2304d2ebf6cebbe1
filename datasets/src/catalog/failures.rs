//! How calls fail.

/// One way a call fails. The message may hold placeholders.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Failure {
    /// `errorCode`.
    pub(crate) code: &'static str,
    /// `errorMessage`.
    pub(crate) message: &'static str,
}

/// The failures that happen all the time: the API, how, and the failed share of its calls.
pub(crate) const STANDING: &[((&str, &str), Failure, f64)] = &[
    (
        ("s3", "GetBucketPolicy"),
        Failure { code: "NoSuchBucketPolicy", message: "The bucket policy does not exist" },
        0.6,
    ),
    (
        ("s3", "GetBucketWebsite"),
        Failure {
            code: "NoSuchWebsiteConfiguration",
            message: "The specified bucket does not have a website configuration",
        },
        0.9,
    ),
    (
        ("logs", "CreateLogStream"),
        Failure {
            code: "ResourceAlreadyExistsException",
            message: "The specified log stream already exists",
        },
        0.15,
    ),
    (
        ("kms", "Decrypt"),
        Failure {
            code: "AccessDenied",
            message: "User: $arn is not authorized to perform: kms:Decrypt on resource: \
                      arn:aws:kms:$region:$account:key/$key because no resource-based policy \
                      allows the kms:Decrypt action",
        },
        0.05,
    ),
    (
        ("ssm", "GetParameter"),
        Failure { code: "ParameterNotFound", message: "Parameter /$word/settings not found." },
        0.08,
    ),
    (
        ("iam", "GetRolePolicy"),
        Failure {
            code: "NoSuchEntityException",
            message: "The role policy with name $word-access cannot be found.",
        },
        0.3,
    ),
    (
        ("ec2", "DescribeTags"),
        Failure { code: "Client.RequestLimitExceeded", message: "Request limit exceeded." },
        0.1,
    ),
    (("s3", "PutObject"), Failure { code: "AccessDenied", message: "Access Denied" }, 0.03),
    (
        ("s3", "HeadObject"),
        Failure { code: "NoSuchKey", message: "The specified key does not exist." },
        0.2,
    ),
];

/// Returns how a service turns down a caller without permission.
pub(crate) fn denial(service: &str) -> Failure {
    match service {
        "ec2" => Failure {
            code: "Client.UnauthorizedOperation",
            message: "You are not authorized to perform this operation. User: $arn is not \
                      authorized to perform: $service:$action because no identity-based policy \
                      allows the $service:$action action",
        },
        "iam" | "s3" | "sts" | "route53" => Failure {
            code: "AccessDenied",
            message: "User: $arn is not authorized to perform: $service:$action because no \
                      identity-based policy allows the $service:$action action",
        },
        _ => Failure {
            code: "AccessDeniedException",
            message: "User: $arn is not authorized to perform: $service:$action on resource: \
                      arn:aws:$service:$region:$account:* because no identity-based policy \
                      allows the $service:$action action",
        },
    }
}
