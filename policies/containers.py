"""Container definitions, which are text to checkov."""

from collections.abc import Callable, Iterator

from policies.policy import Conf, Policy, disabled, document, enabled, value
from strata.documents.templates import has_expression, read
from strata.resources.secrets import is_secret, names_secret, reads_secret

RESOURCES = ["aws_ecs_task_definition"]
OWNING = frozenset(("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "DAC_READ_SEARCH"))
"""Linux capabilities that reach out of a container as privileged mode does."""


def _containers(conf: Conf) -> list[Conf] | None:
    """The definitions; their keys in lower case, since AWS's SDK reads them in any."""
    found = document(conf, "container_definitions")
    if isinstance(found, list) and found and all(isinstance(c, dict) for c in found):
        return [_lower(one) for one in found]
    return None


def _lower(container: Conf) -> Conf:
    return {key.lower(): value for key, value in container.items()}


def _each(safe: Callable[[Conf], bool]) -> Callable[[Conf], bool]:
    return lambda conf: all(safe(container) for container in _containers(conf) or [])


def _confined(container: Conf) -> bool:
    linux = _lower(container.get("linuxparameters") or {})
    added = _lower(linux.get("capabilities") or {}).get("add") or []
    return disabled(container.get("privileged")) and not OWNING & {str(one) for one in added}


def _root(container: Conf) -> bool:
    user = str(container.get("user") or "0").split(":")[0].strip()
    return has_expression(user) or user.lstrip("0") == "" or user == "root"


def _logs(container: Conf) -> bool:
    driver = _lower(container.get("logconfiguration") or {}).get("logdriver")
    return driver not in (None, "", "none")


def _no_plain_secret(conf: Conf) -> bool:
    given = value(conf.get("//") or {}, "not_secret") or {}
    # As `strata check` holds it: a variable is let through for a reason only.
    excused = {name for name in given if str(value(given, name) or "").strip()}
    return all(name in excused for one in _containers(conf) or [] for name in _plain_secrets(one))


def _plain_secrets(container: Conf) -> Iterator[str]:
    for variable in map(_lower, container.get("environment") or []):
        name, text = str(variable.get("name")), str(variable.get("value") or "")
        named = names_secret(name) if has_expression(text) else is_secret(name, read(text))
        if named or reads_secret(text):
            yield name


def _pinned(container: Conf) -> bool:
    image = str(container.get("image", "")).rsplit("}", 1)[-1].rsplit("/", 1)[-1]
    return "@sha256:" in image or image.partition(":")[2] not in ("", "latest")


Policy("STRATA_CONTAINER_1", "Container definitions can be read", RESOURCES,
       lambda conf: bool(_containers(conf)))  # fmt: skip
Policy("STRATA_CONTAINER_2", "No container is privileged", RESOURCES, _each(_confined))
Policy("STRATA_CONTAINER_3", "No container runs as root", RESOURCES,
       _each(lambda c: not _root(c)))  # fmt: skip
Policy("STRATA_CONTAINER_4", "Root file systems cannot be written", RESOURCES,
       _each(lambda c: enabled(c.get("readonlyrootfilesystem"))))  # fmt: skip
Policy("STRATA_CONTAINER_5", "Containers log", RESOURCES, _each(_logs))
Policy("STRATA_CONTAINER_6", "No secret is a plain environment value", RESOURCES,
       _no_plain_secret)  # fmt: skip
Policy("STRATA_CONTAINER_7", "Images are pinned", RESOURCES, _each(_pinned))
