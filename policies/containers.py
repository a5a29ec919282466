"""Container definitions, which are text to checkov."""

import re
from collections.abc import Callable, Iterator

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, disabled, document, enabled, value, values
from strata.documents.templates import has_expression, read
from strata.resources.containers import lower, lowered
from strata.resources.secrets import is_secret, names_secret, reads_secret
from strata.resources.sensitive import shows_secret

RESOURCES = ["aws_ecs_task_definition"]
PARAMETERS = ["aws_ssm_parameter"]
"""Where the image of a task definition may stand (`insecure_value`)."""
PARAMETER = re.compile(r"\$\{\s*aws_ssm_parameter\.[\w-]+\.insecure_value\s*\}")
"""An image that stands in a parameter of this code, which is judged itself."""
IN_REGISTRY = re.compile(r"aws_ecr_repository|\.dkr\.ecr\.")
HARMLESS = frozenset(
    ("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
     "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT")
)  # fmt: skip
"""The Linux capabilities that Docker gives every container (Docker Engine, runtime privilege and
capabilities). Any other reaches out of a container, as privileged mode does."""
CONFINING = frozenset(("no-new-privileges", "no-new-privileges:true"))
"""The security options that restrict a container; any other switches AppArmor, seccomp or SELinux
off, or replaces their profile by one that is in no code."""
OWN_NETWORKS = (None, "bridge", "awsvpc", "none")
OWN_NAMESPACES = (None, "task", "none")
KNOWN = frozenset(
    ("name", "image", "essential", "cpu", "memory", "memoryreservation", "user", "privileged",
     "readonlyrootfilesystem", "linuxparameters", "portmappings", "environment", "secrets",
     "logconfiguration", "command", "entrypoint", "workingdirectory", "dockerlabels",
     "healthcheck", "ulimits", "starttimeout", "stoptimeout", "mountpoints", "volumesfrom",
     "dependson", "dockersecurityoptions", "hostname", "interactive", "pseudoterminal",
     "disablenetworking", "restartpolicy", "versionconsistency", "links")
)  # fmt: skip
"""The allowed keys of a container definition: judged here, or sizes, order and names. Left out are
keys that bring code or settings from elsewhere (`environmentFiles`, unless the settings list the
files, `firelensConfiguration`, `credentialSpecs`, `repositoryCredentials`), that change names
(`dnsServers`, `extraHosts`) and `systemControls`, which reach the kernel of the host."""
FILES = "environmentfiles"
LINUX = frozenset(
    ("capabilities", "devices", "initprocessenabled", "maxswap", "sharedmemorysize", "swappiness",
     "tmpfs")
)  # fmt: skip


def _containers(conf: Conf) -> list[Conf] | None:
    """The definitions, with their keys in lower case; None when they cannot be read."""
    try:
        return lowered(document(conf, "container_definitions")) or None
    except ValueError:
        return None


def _every_container(safe: Callable[[Conf], bool]) -> Callable[[Conf], bool]:
    return lambda conf: all(safe(container) for container in _containers(conf) or [])


def _confined(container: Conf) -> bool:
    linux = lower(container.get("linuxparameters") or {})
    added = lower(linux.get("capabilities") or {}).get("add") or []
    names = {str(capability).upper().removeprefix("CAP_") for capability in added}
    return disabled(container.get("privileged")) and names <= HARMLESS


def _apart(conf: Conf) -> bool:
    """Whether no container uses a part of its host: files, devices, processes or network."""
    for volume in blocks(conf, "volume"):
        options = [
            option for docker in blocks(volume, "docker_volume_configuration")
            for option in values(docker, "driver_opts")
        ]  # fmt: skip
        # A local volume with options mounts any folder: type none, device /, o bind.
        if value(volume, "host_path") is not None or any(options):
            return False
    return (
        value(conf, "network_mode") in OWN_NETWORKS
        and value(conf, "pid_mode") in OWN_NAMESPACES
        and value(conf, "ipc_mode") in OWN_NAMESPACES
        and all(map(_undivided, _containers(conf) or []))
    )


def _undivided(container: Conf) -> bool:
    linux = lower(container.get("linuxparameters") or {})
    options = {str(option).strip() for option in container.get("dockersecurityoptions") or []}
    return not linux.get("devices") and options <= CONFINING


def _only_known_keys(conf: Conf) -> bool:
    listed = {str(file) for file in values(conf.get("//") or {}, "environment_files")}
    return all(_known(container, listed) for container in _containers(conf) or [])


def _known(container: Conf, listed: set[str]) -> bool:
    """Whether a container has known keys only; `listed` are the files that the settings name."""
    linux = lower(container.get("linuxparameters") or {})
    keys = {key for key, content in container.items() if content not in (None, [], {}, "")}
    files = {
        str(lower(file).get("value")) if isinstance(file, dict) else ""
        for file in container.get(FILES) or []
    }
    return keys - {FILES} <= KNOWN and set(linux) <= LINUX and files <= listed


def _links(conf: Conf) -> bool:
    """Whether links lead to containers of the task, under no other name than theirs."""
    definitions = _containers(conf) or []
    names = {str(container.get("name")) for container in definitions}
    return all(
        isinstance(link, str) and link in names
        for container in definitions
        for link in container.get("links") or []
    )


def _root(container: Conf) -> bool:
    user = str(container.get("user") or "0").split(":")[0].strip()
    return has_expression(user) or user.lstrip("0") == "" or user == "root"


def _logs(container: Conf) -> bool:
    driver = lower(container.get("logconfiguration") or {}).get("logdriver")
    return driver not in (None, "", "none")


def _no_plain_secret(conf: Conf) -> bool:
    exceptions = value(conf.get("//") or {}, "not_secret") or {}
    # As in `strata check`: a variable is only excused with a reason.
    excused = {name for name in exceptions if str(value(exceptions, name) or "").strip()}
    return all(
        name in excused
        for container in _containers(conf) or []
        for name in _plain_secrets(container)
    )


def _plain_secrets(container: Conf) -> Iterator[str]:
    for variable in map(lower, container.get("environment") or []):
        name, text = str(variable.get("name")), str(variable.get("value") or "")
        secret_by_name = names_secret(name) if has_expression(text) else is_secret(name, read(text))
        if secret_by_name or reads_secret(text) or shows_secret(text):
            yield name


def _pinned(container: Conf) -> bool:
    """By digest, or by tag in a registry of this code or of AWS, whose tags can be immutable."""
    reference = str(container.get("image", ""))
    return bool(PARAMETER.fullmatch(reference)) or _is_pinned(reference)


def _names_build(conf: Conf) -> bool:
    """Whether a parameter that holds an image holds a pinned one; other parameters may be all."""
    reference = str(value(conf, "insecure_value") or "")
    return not IN_REGISTRY.search(reference) or _is_pinned(reference)


def _is_pinned(reference: str) -> bool:
    image = reference.rsplit("}", 1)[-1].rsplit("/", 1)[-1]
    own = has_expression(reference) or ".dkr.ecr." in reference
    return "@sha256:" in image or (own and image.partition(":")[2] not in ("", "latest"))


explain(
    "STRATA_CONTAINER_1", "high",
    "Container definitions that cannot be read are not judged",
    "container_definitions as JSON text, not an expression",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",
)  # fmt: skip
Policy("STRATA_CONTAINER_1", "Container definitions can be read", RESOURCES,
       lambda conf: bool(_containers(conf)))  # fmt: skip
explain(
    "STRATA_CONTAINER_2", "critical",
    "A privileged container owns its instance",
    "privileged: false",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-4",
)  # fmt: skip
Policy("STRATA_CONTAINER_2", "No container is privileged", RESOURCES, _every_container(_confined))
explain(
    "STRATA_CONTAINER_3", "high",
    "The container runs as root",
    "user, with a number other than 0",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-20",
)  # fmt: skip
Policy("STRATA_CONTAINER_3", "No container runs as root", RESOURCES,
       _every_container(lambda c: not _root(c)))  # fmt: skip
explain(
    "STRATA_CONTAINER_4", "medium",
    "An intruder can change the container's files",
    "readonlyRootFilesystem: true",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5",
)  # fmt: skip
Policy("STRATA_CONTAINER_4", "Root file systems cannot be written", RESOURCES,
       _every_container(lambda c: enabled(c.get("readonlyrootfilesystem"))))  # fmt: skip
explain(
    "STRATA_CONTAINER_5", "medium",
    "A container's output is lost when it ends",
    "logConfiguration with logDriver awslogs",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9",
)  # fmt: skip
Policy("STRATA_CONTAINER_5", "Containers log", RESOURCES, _every_container(_logs))
explain(
    "STRATA_CONTAINER_6", "critical",
    "A secret is in clear in the task definition",
    "secrets, with the ARN of a secret in Secrets Manager",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8",
)  # fmt: skip
Policy("STRATA_CONTAINER_6", "No secret is a plain environment value", RESOURCES,
       _no_plain_secret)  # fmt: skip
explain(
    "STRATA_CONTAINER_7", "medium",
    "It is not certain which image runs",
    "an image by digest, or by the tag of one build in an ECR repository",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2",
)  # fmt: skip
Policy("STRATA_CONTAINER_7", "Images are pinned", [*RESOURCES, *PARAMETERS],
       lambda conf: _every_container(_pinned)(conf) and _names_build(conf))  # fmt: skip
explain(
    "STRATA_CONTAINER_8", "critical",
    "A container has a part of its host: files, devices, processes, network, or no confinement",
    "no host_path, devices, host modes or unconfined profiles; a tmpfs or a Docker volume",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html",
)  # fmt: skip
Policy("STRATA_CONTAINER_8", "Containers are apart from their host", RESOURCES, _apart)
explain(
    "STRATA_CONTAINER_9", "high",
    "A container definition has a key that no check judges",
    "leave it out, or have policies/containers.py judge it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)  # fmt: skip
Policy("STRATA_CONTAINER_9", "Every key of a container definition is judged", RESOURCES,
       _only_known_keys)  # fmt: skip
explain(
    "STRATA_CONTAINER_10", "high",
    "A link gives another container a name that may be that of another host",
    "links with the name of a container of the same task, without an alias",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)  # fmt: skip
Policy("STRATA_CONTAINER_10", "Links lead to containers of the task by their own names", RESOURCES,
       _links)  # fmt: skip
