"""Checks of what is outside of resources, where checkov has none: backends, variables, outputs."""

from collections.abc import Iterator
from typing import Any

from policies.explanations import explain
from strata.documents import Json
from strata.documents.stacks import merged, texts
from strata.documents.templates import has_expression, read
from strata.gate.resolve import resolved_outputs
from strata.resources.secrets import is_secret, reads_secret
from strata.resources.sensitive import shows_secret

OUTSIDE_CHECKS = {
    "STRATA_LAYER_1": "A layer holds what the composed stack holds",
    "STRATA_STATE_1": "State is encrypted and locked",
    "STRATA_SECRET_2": "No variable or local has a secret as its value",
    "STRATA_SECRET_3": "No output shows a secret",
}
"""Checks that plain checkov cannot run."""
explain(
    "STRATA_LAYER_1", "high",
    "A layer would apply something else than what is reviewed as a whole",
    "strata synth ENV --out DIR again; change settings or modules, not JSON",
    "https://developer.hashicorp.com/terraform/language/state/remote-state-data",
)  # fmt: skip
explain(
    "STRATA_STATE_1", "high",
    "State without encryption or lock can be read, or written by two at once",
    "encrypt and use_lockfile true in the S3 backend",
    "https://developer.hashicorp.com/terraform/language/backend/s3",
)  # fmt: skip
explain(
    "STRATA_SECRET_2 STRATA_SECRET_3", "critical",
    "A secret value would be in Terraform's JSON and state",
    "an ARN in Secrets Manager",
    "https://developer.hashicorp.com/terraform/language/manage-sensitive-data",
)  # fmt: skip


def backend_faults(layer: Json) -> Iterator[str]:
    """Checks that the backend of a layer does not meet."""
    settings = merged(merged(merged(layer.get("terraform")).get("backend")).get("s3"))
    encrypted = str(settings.get("encrypt")).lower() == "true"
    locked = str(settings.get("use_lockfile")).lower() == "true" or settings.get("dynamodb_table")
    if not (encrypted and locked):
        yield "STRATA_STATE_1"


def value_faults(stack: Json) -> Iterator[tuple[str, str]]:
    """(check, name) of variables, locals and outputs with a secret in them."""
    for name, body in merged(stack.get("variable")).items():
        if _holds_secret(name, merged(body).get("default")):
            yield "STRATA_SECRET_2", f"variable {name}"
    for name, value in merged(stack.get("locals")).items():
        if _holds_secret(name, value):
            yield "STRATA_SECRET_2", f"local {name}"
    for name, body in resolved_outputs(stack).items():
        value = merged(body).get("value")
        if _holds_secret(name, value) or any(
            reads_secret(text) or shows_secret(text) for text in texts(value)
        ):
            yield "STRATA_SECRET_3", f"output {name}"


def _holds_secret(name: str, value: Any) -> bool:
    """Whether a literal value is a secret, by its name or by its form."""
    if isinstance(value, dict):
        return any(_holds_secret(key, inner) for key, inner in value.items())
    if isinstance(value, list):
        return any(_holds_secret(name, item) for item in value)
    if value is None or isinstance(value, bool) or has_expression(value):
        return False
    return is_secret(name, read(str(value)))
