"""The ARNs of an environment's resources, as narrow as its settings tell them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import product

from strata.documents.stacks import Stack
from strata.settings.models import Settings
from strata.settings.resource_names import base

_FIELD = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")


class Places:
    """Fills the fields of ARNs with what the settings and the synthesized resources say."""

    def __init__(self, settings: Settings, stack: Stack) -> None:
        environment, notify = settings.environment, settings.notify
        self._environment = environment
        self._stack = stack
        self._fixed: Mapping[str, list[str]] = {
            "region": [environment.region],
            "account": [environment.account_id],
            "project": [environment.project],
            "environment": [environment.name],
            "state_bucket": [environment.state_bucket],
            "secret_keys": settings.service.secret_keys,
            "webhook_secret": [notify.webhook_secret] if notify and notify.webhook_secret else [],
        }

    def of(self, type_: str, forms: Iterable[str]) -> list[str]:
        """The ARNs that those of a row of `permissions.toml` stand for; none without resources."""
        return list(dict.fromkeys(arn for form in forms for arn in self._filled(type_, form)))

    def _filled(self, type_: str, form: str) -> Iterator[str]:
        fields = list(dict.fromkeys(_FIELD.findall(form)))
        for values in product(*(self._values(kind or type_, name) for kind, name in fields)):
            filled = dict(zip(fields, values, strict=True))
            yield _FIELD.sub(lambda field: filled[field.groups("")], form)  # noqa: B023 - used here

    def _values(self, type_: str, name: str) -> list[str]:
        if name in self._fixed:
            return self._fixed[name]
        blocks = self._stack.data if type_.startswith("data.") else self._stack.resources
        found = (
            body.get(name) or (f"{body['name_prefix']}*" if "name_prefix" in body else None)
            for address, resource in blocks.items()
            if address.startswith(f"{type_}.")
            for body in [resource.body]
        )
        names = [str(value) for value in found if value]
        # A bucket is whose it is by its whole name: the state bucket may begin like the others.
        return list(dict.fromkeys(names if name == "bucket" else map(self._wider, names)))

    def _wider(self, name: str) -> str:
        """A name as a policy has it, which stays true when the settings get another one like it."""
        environment = self._environment
        if "${" in name:
            return "*"
        for beginning in (f"{base(environment)}-", f"/{environment.project}/{environment.name}/"):
            if name.startswith(beginning):
                return f"{beginning}*"
        return name


def widest(arns: Iterable[str]) -> tuple[str, ...]:
    """The ARNs without those that another one covers, sorted."""
    all_of_them = sorted(set(arns))
    return tuple(
        arn
        for arn in all_of_them
        if not any(other != arn and fnmatchcase(arn, other) for other in all_of_them)
    )
