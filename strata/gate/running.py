"""Programs and providers that run, and files that are read, on the machine of Terraform."""

import re
from collections.abc import Iterator

from policies.explanations import explain
from strata.documents import Json
from strata.documents.stacks import blocks, merged, texts
from strata.documents.templates import expressions
from strata.terraform.plugins import PROVIDER, VERSION

RUNNING_CHECKS = {
    "STRATA_RUN_1": "Nothing runs a program where Terraform runs",
    "STRATA_RUN_2": "No expression reads a file where Terraform runs",
    "STRATA_RUN_3": "The AWS provider alone is used, in its pinned version",
}
explain(
    "STRATA_RUN_1", "critical",
    "A foreign program runs where Terraform runs, with its credentials",
    "a resource of the AWS provider; what has to be run belongs into a container",
    "https://developer.hashicorp.com/terraform/language/resources/provisioners/syntax",
)  # fmt: skip
explain(
    "STRATA_RUN_2", "high",
    "A file of the machine that plans, such as a key, would be in plan and state",
    "the text itself, or a setting",
    "https://developer.hashicorp.com/terraform/language/functions/file",
)  # fmt: skip
explain(
    "STRATA_RUN_3", "critical",
    "A provider is a program: it gets the credentials and sees every value",
    f"hashicorp/aws, version {VERSION}",
    "https://developer.hashicorp.com/terraform/language/providers/requirements",
)  # fmt: skip

SOURCES = ("aws", "hashicorp/aws", PROVIDER)
_READS = re.compile(r"(?<![\w.:])(?:file\w*|template(?:file|string)|pathexpand)\s*\(")
_FUNCTION = re.compile(r"provider::(?!aws::)\w+")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
REMOTE_STATE = "terraform_remote_state"


def running_faults(stack: Json) -> Iterator[tuple[str, str]]:
    """(check, address or place) of what a resolved stack would run or read."""
    for kind in ("resource", "data", "ephemeral"):
        for address, body in blocks(stack, kind).items():
            place = address if kind == "resource" else f"{kind}.{address}"
            foreign = not address.startswith(("aws_", f"{REMOTE_STATE}."))
            if foreign or body.get("provisioner") or body.get("connection"):
                yield "STRATA_RUN_1", place
    for section in ("resource", "data", "ephemeral"):
        for address, body in blocks(stack, section).items():
            if any(map(_reads_files, texts(body))):
                yield "STRATA_RUN_2", address if section == "resource" else f"{section}.{address}"
    for section in ("output", "locals", "variable", "provider"):
        if any(map(_reads_files, texts(stack.get(section)))):
            yield "STRATA_RUN_2", section
    for name in _other_providers(stack):
        yield "STRATA_RUN_3", f"required_providers.{name}"


def _other_providers(stack: Json) -> Iterator[str]:
    required = merged(merged(stack.get("terraform")).get("required_providers"))
    for name, requirement in {"aws": {}, **required}.items():
        right = (
            isinstance(requirement, dict)
            and name == "aws"
            and requirement.get("source") in SOURCES
            and str(requirement.get("version")).removeprefix("=").strip() == VERSION
            and not set(requirement) - {"source", "version"}
        )
        if not right:
            yield name
    # A provider that is only configured is installed as well, from hashicorp/NAME.
    yield from sorted(set(merged(stack.get("provider"))) - {"aws"} - set(required))


def _reads_files(template: str) -> bool:
    """Whether an expression, or one within its texts, calls a function that reads files."""
    return any(
        _READS.search(_LITERAL.sub('""', expression))
        or _FUNCTION.search(_LITERAL.sub('""', expression))
        or _reads_files(expression)
        for expression in expressions(template)
    )
