"""Drafts of the gate's vocabulary, from the AWS provider's own schema: `make vocabulary TYPE=...`.

`python -m tools.vocabulary aws_kinesis_stream` writes the draft of the file of a type, for somebody
to go through; where the type has a file already, it prints the draft, to be compared. `--team`
writes `team.toml`, with every type that checkov has checks for, and
`strata/resources/sensitive.toml`.
"""

import difflib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from strata.gate.vocabulary import TEAM, folder
from strata.resources.sensitive import SENSITIVE
from strata.terraform.binary import terraform
from strata.terraform.plugins import PROVIDER, VERSION, terraform_environment

Json = dict[str, Any]
SECTIONS = {
    "resource_schemas": "", "data_source_schemas": "data.",
    "ephemeral_resource_schemas": "ephemeral.",
}  # fmt: skip
PLAIN = frozenset(
    ("name", "name_prefix", "description", "comment", "tags", "bucket_prefix", "display_name",
     "family", "identifier", "fifo_queue", "fifo_topic", "content_based_deduplication",
     "deletion_protection", "deletion_protection_enabled", "multi_az", "instance_type",
     "instance_class", "node_type", "billing_mode", "hash_key", "range_key", "storage_class")
)  # fmt: skip
"""Arguments that open, grant, expose, run and hold nothing in any type."""
DEEPEST = 1
"""Blocks within blocks of `team.toml`: what is deeper is looked at by whoever uses it."""
AMOUNT = re.compile(
    r"(_days|_seconds|_minutes|_hours|_period|_timeout|_window|_size|_count|_capacity|_limit"
    r"|_interval|_gb|_mb|_units)$|^(min|max|delay|timeout|retention|size|capacity|throughput|iops)(_|$)"
)
NEVER = re.compile(
    r"polic|principal|role|user|public|cidr|port|acl|grant|cors|origin|secret|password|key|token|"
    r"credential|command|script|program|user_data|endpoint|url|uri|arn|account|subnet|group|proxy|"
    r"certificate|encrypt|tls|ssl|security|trust|allow|access|admin|auth|host|image|source|target"
)
"""Parts of the names of what grants, opens, exposes, runs or holds a secret: never neutral here."""


def schema() -> Json:
    """What the provider says of its types: `terraform providers schema -json`, 13 MB."""
    tool, environment = terraform(), {**terraform_environment()}
    with tempfile.TemporaryDirectory() as folder:
        wanted = {"aws": {"source": "hashicorp/aws", "version": VERSION}}
        document = {"terraform": {"required_providers": wanted}}
        Path(folder, "main.tf.json").write_text(json.dumps(document))
        for arguments in (["init", "-no-color"], ["providers", "schema", "-json"]):
            answer = subprocess.run(
                [str(tool), *arguments], cwd=folder, env=environment_of(environment),
                capture_output=True, text=True, check=True,
            )  # fmt: skip
    found: Json = json.loads(answer.stdout)["provider_schemas"][PROVIDER]
    return found


def environment_of(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with some variables more."""
    import os  # noqa: PLC0415

    return {**os.environ, **more}


def arguments(block: Json, above: str = "") -> Iterator[tuple[str, str]]:
    """(path, type) of what a block of a schema can be told; `timeouts` and `id` are left out."""
    for name, said in sorted(block.get("attributes", {}).items()):
        if (said.get("optional") or said.get("required")) and not (name == "id" and not above):
            yield from _fields(f"{above}{name}", said["type"])
    for name, said in sorted(block.get("block_types", {}).items()):
        if name != "timeouts":
            yield from arguments(said["block"], f"{above}{name}.")


def _fields(path: str, type_: Any) -> Iterator[tuple[str, str]]:
    """An attribute, or the fields of one that is a list of objects and written as blocks."""
    kind = type_ if isinstance(type_, str) else type_[0]
    inner = type_[1] if isinstance(type_, list) else None
    if kind in ("list", "set") and isinstance(inner, list) and inner[0] == "object":
        kind, inner = "object", inner[1]
    if kind == "object" and isinstance(inner, dict):
        for name, below in sorted(inner.items()):
            yield from _fields(f"{path}.{name}", below)
    else:
        yield path, kind


def sensitive(block: Json, above: str = "") -> Iterator[str]:
    """The paths of a block that the provider marks as sensitive or write-only."""
    for name, said in sorted(block.get("attributes", {}).items()):
        if said.get("sensitive") or said.get("write_only"):
            yield f"{above}{name}"
    for name, said in sorted(block.get("block_types", {}).items()):
        yield from sensitive(said["block"], f"{above}{name}.")


def is_plain(path: str, type_: str) -> bool:
    """Whether an argument is neutral by its name: a name, a tag, a size, a period."""
    last = path.rpartition(".")[2]
    if last in PLAIN:
        return True
    return bool(AMOUNT.search(last)) and not NEVER.search(path) and type_ in ("number", "string")


def draft(type_: str, block: Json) -> Json:
    """A vocabulary for a type as it may be written before anybody has looked: checkov's checks
    judge what they read, plain names are neutral, and the rest is open."""
    found = dict(arguments(block))
    judged: dict[str, list[str]] = {}
    for check, path in [*_read_by_checkov(type_), *_read_by_ours(type_, block)]:
        judged.update(
            {p: [*judged.get(p, []), check] for p in found if p == path or p.startswith(f"{path}.")}
        )
    neutral = [p for p, kind in found.items() if p not in judged and is_plain(p, kind)]
    return {
        "neutral": neutral,
        "open": [p for p in found if p not in judged and p not in neutral],
        "judged": {path: sorted(set(checks)) for path, checks in sorted(judged.items())},
    }


def _read_by_checkov(type_: str) -> Iterator[tuple[str, str]]:
    """(check, path) of the arguments that checkov's checks over one value read."""
    from checkov.terraform.checks.resource.registry import resource_registry  # noqa: PLC0415

    for check in resource_registry.get_checks(type_):
        keys = getattr(check, "get_inspected_key", None)
        for key in [keys()] if keys else []:
            yield check.id, ".".join(p for p in key.split("/") if not re.fullmatch(r"\[?\d+]?", p))


def _read_by_ours(type_: str, block: Json) -> Iterator[tuple[str, str]]:
    """(check, path) of what is judged in any type: policies, and what the provider hides."""
    from policies.permissions import POLICIES, POLICY_KEYS, RESOURCE_POLICIES  # noqa: PLC0415

    if type_ in RESOURCE_POLICIES:
        yield from (("STRATA_IAM_4", key) for key in POLICY_KEYS)
    if type_ in POLICIES:
        yield from ((check, "policy") for check in ("STRATA_IAM_1", "STRATA_IAM_2", "STRATA_IAM_8"))
    yield from (("STRATA_SECRET_5", path) for path in sensitive(block))


def as_toml(found: Mapping[str, Any], above: str = "") -> str:
    """A vocabulary as its files are written: lists first, one entry a line."""
    lines = []
    for key, value in found.items():
        if isinstance(value, list) and value:
            lines += [f"{key} = [", *(f'    "{one}",' for one in value), "]"]
    for key, value in found.items():
        if isinstance(value, dict) and value:
            lines += ["", f"[{above}{key}]"]
            lines += [f"{_key(k)} = {json.dumps(v)}" for k, v in value.items()]
    return "\n".join(lines) + "\n"


def _key(path: str) -> str:
    return path if re.fullmatch(r"[\w-]+", path) else json.dumps(path)


def team(found: Json) -> str:
    """`team.toml`: the types that checkov covers and that have no file of their own."""
    from checkov.terraform.checks.resource.registry import resource_registry  # noqa: PLC0415

    text = [f"# Made by `make vocabulary` from the AWS provider {VERSION} and checkov's checks."]
    for type_ in sorted(set(resource_registry.checks) & set(found["resource_schemas"])):
        if not (folder() / f"{type_}.toml").exists():
            said = draft(type_, found["resource_schemas"][type_]["block"])
            near = [one for one in said["neutral"] if one.count(".") <= DEEPEST]
            neutral = ", ".join(f'"{one}"' for one in near)
            text += ["", f"[{type_}]", f"neutral = [{neutral}]"]
            if said["judged"]:
                text += [f"[{type_}.judged]"]
                text += [f"{_key(k)} = {json.dumps(v)}" for k, v in said["judged"].items()]
    return "\n".join(text) + "\n"


def sensitives(found: Json) -> str:
    """`sensitive.toml`: what the provider marks as sensitive or write-only."""
    lines = [f"# Made by `make vocabulary` from the AWS provider {VERSION}: what it marks as",
             "# sensitive or write-only."]  # fmt: skip
    held = {
        f"{before}{type_}": list(sensitive(said["block"]))
        for section, before in SECTIONS.items()
        for type_, said in found[section].items()
    }
    # The provider shows this one in clear, which is a slip: its ephemeral twin is marked.
    held["data.aws_secretsmanager_random_password"] = ["random_password"]
    lines += [f"{_key(k)} = {json.dumps(v)}" for k, v in sorted(held.items()) if v]
    return "\n".join(lines) + "\n"


def main(wanted: list[str]) -> None:
    """Write or print what is asked for."""
    import policies.policy  # noqa: F401, PLC0415 - has checkov register its checks
    from strata.gate.scan import known_checks  # noqa: PLC0415

    known_checks()
    found = schema()
    if wanted == ["--team"]:
        (folder() / f"{TEAM}.toml").write_text(team(found))
        SENSITIVE.write_text(sensitives(found))
        return
    for type_ in wanted:
        _draft_file(type_, found)


def _draft_file(type_: str, found: Json) -> None:
    """Write the draft of a type's file, or print it where there is one."""
    section, before = next(
        ((s, b) for s, b in reversed(SECTIONS.items()) if b and type_.startswith(b)),
        ("resource_schemas", ""),
    )
    types = found[section]
    if type_.removeprefix(before) not in types:
        near = difflib.get_close_matches(type_.removeprefix(before), types, n=3)
        perhaps = f": perhaps {', '.join(before + one for one in near)}" if near else ""
        raise SystemExit(f"{type_} is not a type of the AWS provider {VERSION}{perhaps}")
    drafted = draft(type_, types[type_.removeprefix(before)]["block"])
    file = folder() / f"{type_}.toml"
    if file.exists():
        sys.stdout.write(as_toml(drafted))
        return
    file.write_text(HEAD.format(version=VERSION) + as_toml(drafted), encoding="utf-8")
    counts = ", ".join(f"{len(drafted[kind])} {kind}" for kind in ("judged", "neutral", "open"))
    sys.stdout.write(f"wrote {file}: {counts}\n")


HEAD = """# Drafted from the AWS provider {version} and the checks that read this type. Go through
# `open`, which has no verdict: move to `neutral` what opens, grants, exposes and runs nothing, with
# a reason in [reasons] where that is not plain; to `own` what has to be a reference to a resource
# of this code; to [only] what has a few harmless values. Leave the rest. See docs/gate.md.
"""


if __name__ == "__main__":
    main(sys.argv[1:])
