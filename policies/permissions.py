"""IAM: no wildcards where names are possible, and no trust in everybody."""

import re
from collections.abc import Iterator

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, document, values
from strata.resources import iam_actions
from strata.resources.iam import Names, Statement, statements

POLICIES = ["aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy"]
ATTACHMENTS = [
    "aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment", "aws_iam_policy_attachment",
]  # fmt: skip
RESOURCE_POLICIES = [
    "aws_s3_bucket_policy", "aws_ecr_repository_policy", "aws_secretsmanager_secret_policy",
    "aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_kms_key_policy", "aws_kms_key",
    "aws_secretsmanager_secret", "aws_sqs_queue", "aws_sns_topic", "aws_s3_bucket",
    "aws_s3_access_point", "aws_vpc_endpoint", "aws_vpc_endpoint_policy",
    "aws_ecr_registry_policy", "aws_efs_file_system_policy", "aws_backup_vault_policy",
    "aws_glacier_vault", "aws_cloudwatch_log_resource_policy", "aws_opensearch_domain",
    "aws_elasticsearch_domain", "aws_opensearch_domain_policy", "aws_elasticsearch_domain_policy",
    "aws_dynamodb_resource_policy", "aws_kms_external_key", "aws_kms_replica_key",
    "aws_api_gateway_rest_api", "aws_api_gateway_rest_api_policy", "aws_kinesis_resource_policy",
    "aws_codeartifact_domain_permissions_policy", "aws_glue_resource_policy",
]  # fmt: skip
POLICY_KEYS = ("policy", "access_policy", "access_policies", "policy_document", "resource_policy")
"""The arguments in which those types have their policy."""
NO_NARROWER = frozenset({"ecr:GetAuthorizationToken"})
"""Actions without a resource that every environment has; others are looked up."""
HARMLESS_IAM = re.compile(r"iam:(get|list|generate|simulate)\w+")
PASSED_TO = "iam:passedtoservice"
BROAD = re.compile(r"policy/(.*/)?(AdministratorAccess|PowerUserAccess|\w*FullAccess)$")
"""AWS's managed policies that allow a whole service, or everything."""
KNOWN = frozenset(
    f"arn:aws:iam::aws:policy/{name}"
    for name in (
        "service-role/AmazonEC2ContainerServiceforEC2Role", "AmazonSSMManagedInstanceCore",
        "CloudWatchAgentServerPolicy", "service-role/AmazonECSTaskExecutionRolePolicy",
        "AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPullOnly",
        "AWSXRayDaemonWriteAccess", "service-role/AmazonRDSEnhancedMonitoringRole",
        "service-role/AWSLambdaBasicExecutionRole", "service-role/AWSLambdaVPCAccessExecutionRole",
    )
)  # fmt: skip
"""AWS's managed policies that read no secret, grant no right and only change what the agent, task
or function in their name needs (AWS Managed Policy Reference)."""
OWN_POLICY = re.compile(r"(\$\{)?\s*aws_iam_policy\.[\w-]+(\[[^\]]*\])?\.arn\s*\}?")
CALLER = frozenset(
    key.lower()
    for key in (
        "aws:SourceAccount", "aws:SourceArn", "aws:SourceVpc", "aws:SourceVpce",
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "sts:ExternalId",
        "kms:CallerAccount",
    )
)  # fmt: skip
"""Condition keys that identify the caller (IAM User Guide, global condition keys)."""


EVERYBODY = Names(("*",))
EVERYTHING = Statement("Allow", EVERYBODY, EVERYBODY, EVERYBODY, {})


def _statements(conf: Conf, key: str) -> list[Statement]:
    """The Allow statements; an unreadable policy counts as one that allows everything."""
    try:
        policy = statements(document(conf, key))
    except ValueError:
        return [EVERYTHING]
    return [statement for statement in policy if statement.effect != "Deny"]


def _allowing(conf: Conf) -> Iterator[Statement]:
    """The Allow statements of a policy, or of the inline policies of a role."""
    inline = blocks(conf, "inline_policy")
    for holder in inline or ([conf] if "policy" in conf else []):
        yield from _statements(holder, "policy")


def _actions(conf: Conf) -> bool:
    arns = [*values(conf, "policy_arn"), *values(conf, "managed_policy_arns")]
    return not any(BROAD.search(str(arn)) for arn in arns) and not any(
        s.actions.but or any(re.search(r"[*?]", action) for action in s.actions.names)
        for s in _allowing(conf)
    )


def _wide(resource: str) -> bool:
    """Whether a resource pattern matches everything, everything of its type, or nearly so."""
    arn = resource.split(":", 5)
    if len(arn) < 6:
        return bool(re.match(r"[*?]|arn:[^$]*[*?]", resource))
    if re.search(r"[*?]", arn[2]) or arn[5].startswith(("*", "?")):
        return True
    if arn[2] == "s3":
        # A bucket's name begins in 36 ways: `a*` matches one in 36 of all buckets.
        return bool(re.fullmatch(r"[^/*?]{0,2}[*?].*", arn[5]))
    # The part after the type must begin with a name, not with a pattern.
    return bool(re.match(r"[\w-]+[:/]+[*?]", arn[5]))


def _resources(conf: Conf) -> bool:
    for s in _allowing(conf):
        wide = any(map(_wide, s.resources.names))
        if s.resources.but or (wide and not all(map(_no_narrower, s.actions.names))):
            return False
    return True


def _no_narrower(action: str) -> bool:
    """Whether an action works on no single resource, so that its policy must say `*`."""
    if action in NO_NARROWER:
        return True
    known = iam_actions.action(action)
    return known is not None and not known.arns


def _cannot_rise(conf: Conf) -> bool:
    """Whether a role can neither change rights nor hand a role to a service of its choice."""
    for s in _allowing(conf):
        to_service = any(key == PASSED_TO and expected for _, key, expected in s.tests())
        for action in map(str.lower, s.actions.names):
            passes = action == "iam:passrole"
            if passes and to_service and not any(map(_wide, s.resources.names)):
                continue
            if action.startswith("iam:") and not HARMLESS_IAM.fullmatch(action):
                return False
    return True


def _says_who(statement: Statement) -> bool:
    """Whether a condition allows only known callers."""
    for key, expected in _equal(statement):
        if (
            key in CALLER
            and expected
            and not any(_anyone(key, expected_value) for expected_value in expected)
        ):
            return True
    return False


def _equal(statement: Statement) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(key in lower case, values) of the conditions that a caller must equal or be like."""
    for operator, key, expected in statement.tests():
        if re.match(r"(String|Arn)(Equals|Like)", operator) and "IfExists" not in operator:
            yield key, expected


def _anyone(key: str, expected: str) -> bool:
    """Whether a pattern has a wildcard in the part that identifies the caller.

    In an ARN that part is the account, or for a bucket, which has none, its name. In other values
    it is everything before the first slash, such as `o-1` in `o-1/r-1/*`.
    """
    if key.endswith("arn"):
        arn = expected.split(":", 5)
        if len(arn) < 6:
            return bool(re.search(r"[*?]", expected))
        name = arn[4] or arn[5].partition("/")[0]
        return bool(re.search(r"[*?]", name)) or not name
    return bool(re.search(r"[*?]", expected.partition("/")[0]))


def _trusts_nobody(conf: Conf, key: str) -> bool:
    return not any(
        s.principals.but or (any("*" in name for name in s.principals.names) and not _says_who(s))
        for s in _statements(conf, key)
    )


def _admits_everybody(conf: Conf) -> bool:
    keys = [key for key in POLICY_KEYS if conf.get(key) not in (None, [None], "", [""])]
    return not all(_trusts_nobody(conf, key) for key in keys)


def _federated(conf: Conf) -> bool:
    """Whether trust in an identity provider names the subject, and not only the provider.

    Every repository of a code host and every user of a pool has the same provider.
    """
    for statement in _statements(conf, "assume_role_policy"):
        principals = [name.partition(" ") for name in statement.principals.names]
        federated = [name for kind, _, name in principals if kind == "Federated"]
        by_audience = _audience_names(federated)
        subjects = [
            subject
            for key, expected in _equal(statement)
            for subject in expected
            if key.endswith(":sub") or (by_audience and key.endswith(":aud"))
        ]
        if federated and (not subjects or any(map(_any_subject, subjects))):
            return False
    return True


def _audience_names(federated: list[str]) -> bool:
    """Whether the audience itself identifies the caller: an identity pool or a SAML endpoint."""
    return all("saml-provider" in name or "cognito" in name for name in federated)


def _any_subject(subject: str) -> bool:
    """Whether a pattern leaves the owner of the subject open: `*`, `repo:*`, `repo:sho*/api`."""
    owner = subject.partition("/")[0] if "/" in subject else subject
    return bool(re.search(r"[*?]", owner))


def _known_policies(conf: Conf) -> bool:
    """Whether the policies are known narrow ones of AWS, or are in this code."""
    arns = [*values(conf, "policy_arn"), *values(conf, "managed_policy_arns")]
    return all(str(arn) in KNOWN or OWN_POLICY.fullmatch(str(arn)) for arn in arns)


explain(
    "STRATA_IAM_1 STRATA_IAM_2", "high",
    "A role may do more than its work needs",
    "the actions and ARNs that are used",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-21",
)  # fmt: skip
Policy("STRATA_IAM_1", "No statement allows actions by wildcard",
       [*POLICIES, *ATTACHMENTS, "aws_iam_role"], _actions)  # fmt: skip
Policy("STRATA_IAM_2", "No statement allows every resource",
       [*POLICIES, "aws_iam_role"], _resources)  # fmt: skip
explain(
    "STRATA_IAM_8", "critical",
    "A role can give itself or others more rights",
    "no iam: actions that write; iam:PassRole for roles by name, with iam:PassedToService",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
)  # fmt: skip
Policy("STRATA_IAM_8", "No role can raise rights", [*POLICIES, "aws_iam_role"],
       _cannot_rise)  # fmt: skip
explain(
    "STRATA_IAM_3 STRATA_IAM_4", "critical",
    "Anyone may assume this role, or use this resource",
    "the service or account that needs it",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
)  # fmt: skip
Policy("STRATA_IAM_3", "No role can be assumed by anyone", ["aws_iam_role"],
       lambda conf: _trusts_nobody(conf, "assume_role_policy"))  # fmt: skip
Policy("STRATA_IAM_4", "No resource policy allows everybody", RESOURCE_POLICIES,
       lambda conf: not _admits_everybody(conf))  # fmt: skip
explain(
    "STRATA_IAM_5", "critical",
    "Everybody with an account at an identity provider may assume this role",
    "a condition on the provider's :sub with the identity that needs it",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
)  # fmt: skip
Policy("STRATA_IAM_5", "Federated trust names its subject", ["aws_iam_role"], _federated)
explain(
    "STRATA_IAM_6", "high",
    "A role has an attached policy that is not in this code, or is wider than its work",
    "an aws_iam_role_policy of this code, or one of AWS's that policies/permissions.py knows",
    "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
)  # fmt: skip
Policy("STRATA_IAM_6", "Attached policies are known", [*ATTACHMENTS, "aws_iam_role"],
       _known_policies)  # fmt: skip
