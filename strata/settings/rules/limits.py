"""AWS's limits for what the containers are given, which grows with the settings."""

import json
from collections.abc import Iterator

from strata.settings.connected import connected
from strata.settings.models import Container, Environment, Service, Settings, Sidecar
from strata.settings.positions import Key
from strata.settings.resource_names import repository_names
from strata.settings.rules.containers import named
from strata.settings.rules.finding import Finding
from strata.text.words import listed

TASK_DEFINITION_BYTES = 64 * 1024
"""Size of a task definition (Amazon ECS Developer Guide, service quotas)."""
OURS_IN_TASK_DEFINITION = 4 * 1024
"""Bytes reserved for Strata's own part of it: names, ARNs, its own variables."""
OURS_IN_SIDECAR = 768
"""Bytes reserved for the keys, the log options and the limits of each further container."""

INLINE_POLICY_CHARACTERS = 10_240
"""Characters of a role's inline policies, without white space (IAM User Guide, quotas)."""
OURS_IN_POLICY = 1_500
"""Characters reserved for the statements and the secrets that do not come from the settings."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check the sizes of what the containers are given."""
    for place, container in named(settings.service).values():
        for name, value in container.environment.items():
            if "\0" in value:
                yield Finding(
                    (*place, "environment", name),
                    "has a NUL character, which no environment variable can hold",
                    "text without it",
                )
    yield from _task_definitions(settings)
    yield from _policy(settings)


def variable_bytes(settings: Settings) -> dict[Key, int]:
    """Bytes that the settings add to the task definition, by their table."""
    service = settings.service
    called = connected(settings).items()
    environment, secrets = _variable_bytes(settings.environment, service)
    sidecars = [
        sum(_variable_bytes(settings.environment, sidecar))
        + _command_bytes(sidecar)
        + len(sidecar.image)
        + OURS_IN_SIDECAR
        for sidecar in service.sidecars
    ]
    sizes: dict[Key, int] = {
        ("service", "environment"): environment,
        ("service", "secrets"): secrets,
    }
    if commands := _command_bytes(service):
        sizes["service", "command"] = commands
    if sidecars:
        sizes["service", "sidecars"] = sum(sidecars)
    if called:
        sizes[("services",)] = sum(_pair_bytes("value", name, value) for name, value in called)
    return sizes


def _variable_bytes(environment: Environment, container: Service | Sidecar) -> tuple[int, int]:
    """Bytes of the variables, and of the secrets, of a container."""
    secrets = {name: arn(environment, source) for name, source in container.secrets.items()}
    return (
        sum(_pair_bytes("value", *pair) for pair in container.environment.items()),
        sum(_pair_bytes("valueFrom", *pair) for pair in secrets.items()),
    )


def _pair_bytes(kind: str, name: str, value: str) -> int:
    """Bytes of a variable in the list of them."""
    return len(json.dumps({"name": name, kind: value}, ensure_ascii=False).encode()) + 2


def _command_bytes(container: Container) -> int:
    """Bytes of everything else that only some containers have; 0 without any of it."""
    written = container.model_dump(include=set(Container.model_fields), exclude_defaults=True)
    return len(json.dumps(written, ensure_ascii=False).encode()) if written else 0


def arn(environment: Environment, source: str) -> str:
    """The ARN of a secret given by name or ARN; for a name, with six characters as AWS adds."""
    if source.startswith("arn:"):
        return source
    where = f"{environment.region}:{environment.account_id}"
    return f"arn:aws:secretsmanager:{where}:secret:{source}-xxxxxx"


def _task_definitions(settings: Settings) -> Iterator[Finding]:
    """Check the task definition of the service, and if it is right those of `[services]`, which
    differ from it by their commands."""
    sizes = variable_bytes(settings)
    if found := _too_large(sizes):
        yield found
        return
    for name, worker in settings.services.items():
        own: Key = ("services", name, "command")
        command = settings.service.model_copy(update={"command": worker.command})
        others = {key: size for key, size in sizes.items() if key != ("service", "command")}
        if found := _too_large({**others, own: _command_bytes(command)}):
            yield found


def _too_large(sizes: dict[Key, int]) -> Finding | None:
    """The finding on a task definition that ECS does not take, at what takes most of it."""
    room = TASK_DEFINITION_BYTES - OURS_IN_TASK_DEFINITION
    if sum(sizes.values()) <= room:
        return None
    largest, *others = sorted(sizes, key=sizes.__getitem__, reverse=True)
    names = {key: ".".join(map(str, key)).removeprefix("service.") for key in sizes}
    parts = [f"{names[key]} takes {size} bytes" for key, size in sizes.items()]
    return Finding(
        largest,
        f"makes the task definition too large: {listed(parts)}, and ECS takes "
        f"{TASK_DEFINITION_BYTES} bytes in all, of which Strata uses up to "
        f"{OURS_IN_TASK_DEFINITION}",
        f"at most {room} bytes together; long values fit into a file of the image or one secret",
        tuple(others),
    )


def _further_repositories(settings: Settings) -> Iterator[str]:
    """The ARNs of the repositories that services of `[services]` have of their own."""
    environment = settings.environment
    for name in repository_names(settings)[1:]:
        yield f"arn:aws:ecr:{environment.region}:{environment.account_id}:repository/{name}"


def _policy(settings: Settings) -> Iterator[Finding]:
    arns: dict[Key, set[str]] = {}
    files: set[str] = set()
    for place, container in named(settings.service).values():
        # A secret is named once, whichever of its JSON keys are read.
        arns[(*place, "secrets")] = {
            ":".join(arn(settings.environment, source).split(":")[:7])
            for source in container.secrets.values()
        }
        # And the bucket of a file beside it.
        files |= {*container.environment_files}
        files |= {file.partition("/")[0] for file in container.environment_files}
    secrets = set[str]().union(*arns.values())
    beside = {
        "the environment files with their buckets": files,
        "their keys": {*settings.service.secret_keys},
        "the repositories of further services": set(_further_repositories(settings)),
    }
    every = [*secrets, *(one for several in beside.values() for one in several)]
    length = sum(len(json.dumps(named_arn)) + 1 for named_arn in every)
    room = INLINE_POLICY_CHARACTERS - OURS_IN_POLICY
    if length <= room:
        return
    also = "".join(f" and {what}" for what, several in beside.items() if several)
    yield Finding(
        max(arns, key=lambda key: len(arns[key])),
        f"names {len(secrets)} secrets{also}, {length} characters in the execution role's policy, "
        f"which IAM lets have {INLINE_POLICY_CHARACTERS}, of which Strata uses up to "
        f"{OURS_IN_POLICY}",
        f"at most {room} characters of ARNs, about "
        f"{room * len(every) // length} of them; a secret may hold several "
        "values as JSON",
    )
