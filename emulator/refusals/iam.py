"""What AWS Identity and Access Management refuses."""

from emulator import account
from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("iam")


@TABLE.row(
    "CreateRole",
    "TagRole",
    "CreateInstanceProfile",
    "TagInstanceProfile",
    "CreatePolicy",
    "TagPolicy",
    code="InvalidInput",
    source="IAM User Guide, Tags for IAM resources: keys are not case sensitive, 2026-11",
)
def tag_keys_that_differ_in_case(call: Call) -> str | None:
    keys = [one["Key"].lower() for one in call.get("Tags", ())]
    if len(keys) != len(set(keys)):
        return "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    return None


@TABLE.row(
    "DeleteRole",
    "DetachRolePolicy",
    "PutRolePolicy",
    "AttachRolePolicy",
    "DeleteRolePolicy",
    code="UnmodifiableEntity",
    source="IAM User Guide, Service-linked roles, 2026-11; botocore 1.44.5, UnmodifiableEntity",
)
def role_of_a_service(call: Call) -> str | None:
    name = call.get("RoleName", "")
    for role in call.backend("iam").roles.values():
        if role.name == name and role.path.startswith("/aws-service-role/"):
            return (
                f"Cannot perform the operation on the protected role '{name}' - this role is only "
                "modifiable by AWS"
            )
    return None


@TABLE.row(
    "CreateRole",
    code="InvalidInput",
    source="IAM User Guide, Service-linked roles, 2026-11: words believed",
)
def path_of_a_service(call: Call) -> str | None:
    path = call.get("Path", "/")
    if path.startswith("/aws-service-role/"):
        return f"The path {path} is reserved for service-linked roles"
    return None


@TABLE.row(
    "CreateServiceLinkedRole",
    code="InvalidInput",
    source="hashicorp/terraform-provider-aws issue 4943, read 2026-11-28",
)
def service_linked_role_that_is_there(call: Call) -> str | None:
    role = account.ROLES.get(call.get("AWSServiceName", ""))
    if role and role in {one.name for one in call.backend("iam").roles.values()}:
        return (
            f"Service role name {role} has been taken in this account, please try a different "
            "suffix."
        )
    return None
