"""The ARNs of an environment's resources, as narrow as its settings tell them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import product

from strata.documents.providers import REFERENCE, SECOND_REGION, region_of
from strata.documents.stacks import Resource, Stack
from strata.settings.models import Settings
from strata.settings.resource_names import base

_FIELD = re.compile(r"\{(?:(\w+)\.)?(\w+)\}")


class Places:
    """Fills the fields of ARNs with what the settings and the synthesized resources say."""

    def __init__(self, settings: Settings, stack: Stack) -> None:
        environment, notify = settings.environment, settings.notify
        self._environment = environment
        self._stack = stack
        blocks = (*stack.resources.values(), *stack.data.values())
        away = any(block.body.get("provider") == REFERENCE for block in blocks)
        self._fixed: Mapping[str, list[str]] = {
            "second_region": [SECOND_REGION] if away else [],
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
        for region in self._regions(type_):
            lists = (self._values(kind or type_, name, region) for kind, name in fields)
            for values in product(*lists):
                filled = dict(zip(fields, values, strict=True))
                yield _FIELD.sub(lambda field: filled[field.groups("")], form)  # noqa: B023 - used here

    def _regions(self, type_: str) -> list[str]:
        """The regions with resources of a type; the environment's for a command, whose type is
        empty."""
        home = self._environment.region
        return sorted({region_of(one.body, home) for one in self._blocks(type_)}) or [home]

    def _blocks(self, type_: str) -> list[Resource]:
        blocks = self._stack.data if type_.startswith("data.") else self._stack.resources
        return [one for address, one in blocks.items() if address.startswith(f"{type_}.")]

    def _values(self, type_: str, name: str, region: str) -> list[str]:
        """What stands for a field in ARNs of a region."""
        if name == "region":
            return [region]
        if name in self._fixed:
            return self._fixed[name]
        found = (
            body.get(name) or (f"{body['name_prefix']}*" if "name_prefix" in body else None)
            for resource in self._blocks(type_)
            for body in [resource.body]
            if region_of(body, self._environment.region) == region
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
