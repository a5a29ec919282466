"""Container definitions, which are text to checkov."""

from collections.abc import Callable, Iterator

from policies.policy import Conf, Policy, document, enabled, value
from strata.settings.rules.secrets import SECRET_KEY, looks_secret

RESOURCES = ["aws_ecs_task_definition"]


def _containers(conf: Conf) -> list[Conf] | None:
    found = document(value(conf, "container_definitions"))
    return found if isinstance(found, list) and all(isinstance(c, dict) for c in found) else None


def _each(safe: Callable[[Conf], bool]) -> Callable[[Conf], bool]:
    return lambda conf: all(safe(container) for container in _containers(conf) or [])


def _root(container: Conf) -> bool:
    return str(container.get("user", "0")).split(":")[0].strip() in ("", "0", "root")


def _plain_secrets(container: Conf) -> Iterator[str]:
    for variable in container.get("environment") or []:
        name, text = str(variable.get("name")), str(variable.get("value") or "")
        if text and "${" not in text and (SECRET_KEY.search(name) or looks_secret(text)):
            yield name


def _pinned(container: Conf) -> bool:
    image = str(container.get("image", "")).rsplit("}", 1)[-1].rsplit("/", 1)[-1]
    return "@sha256:" in image or image.partition(":")[2] not in ("", "latest")


Policy("STRATA_CONTAINER_1", "Container definitions can be read", RESOURCES,
       lambda conf: bool(_containers(conf)))  # fmt: skip
Policy("STRATA_CONTAINER_2", "No container is privileged", RESOURCES,
       _each(lambda c: not enabled(c.get("privileged"))))  # fmt: skip
Policy("STRATA_CONTAINER_3", "No container runs as root", RESOURCES,
       _each(lambda c: not _root(c)))  # fmt: skip
Policy("STRATA_CONTAINER_4", "Root file systems cannot be written", RESOURCES,
       _each(lambda c: enabled(c.get("readonlyRootFilesystem"))))  # fmt: skip
Policy("STRATA_CONTAINER_5", "Containers log", RESOURCES,
       _each(lambda c: bool((c.get("logConfiguration") or {}).get("logDriver"))))  # fmt: skip
Policy("STRATA_CONTAINER_6", "No secret is a plain environment value", RESOURCES,
       _each(lambda c: not list(_plain_secrets(c))))  # fmt: skip
Policy("STRATA_CONTAINER_7", "Images are pinned", RESOURCES, _each(_pinned))
