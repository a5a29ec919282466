"""Where the secrets of the settings are stored, and by which name: no AWS, no values."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from strata.errors import UsageError
from strata.settings.models import Environment, Settings
from strata.settings.positions import Key
from strata.settings.resource_names import image_parameters
from strata.settings.rules.secrets import ARN, KEY, PARAMETER, is_reference

Service = Literal["secretsmanager", "ssm"]

MOST_BYTES: dict[Service, int] = {"secretsmanager": 65536, "ssm": 4096}
"""Bytes of a secret (Secrets Manager API reference, PutSecretValue, SecretString) and of a standard
parameter (Systems Manager API reference, PutParameter, Value)."""

STORES: dict[Service, str] = {"secretsmanager": "Secrets Manager", "ssm": "Parameter Store"}


@dataclass(frozen=True)
class Source:
    """A place that holds a secret; `name` is what its service takes: a name, or a secret's ARN."""

    service: Service
    name: str

    @property
    def plain(self) -> str:
        """Its name without what AWS puts around it."""
        if not self.name.startswith("arn:"):
            return self.name
        # Secrets Manager ends the ARN of a secret with a hyphen and six characters of its own.
        return self.name.split(":")[6][:-7]

    def argument(self, environment: Environment) -> str:
        """What `strata secret set` takes for it."""
        if self.service == "ssm":
            return parameter_arn(environment, self.name)
        return self.plain


@dataclass(frozen=True)
class Use:
    """A variable of a container that gets a secret; `key` is its place in the settings, and
    `json_key` the value in it that the variable gets, empty for the whole."""

    key: Key
    source: Source
    json_key: str = ""

    @property
    def variable(self) -> str:
        """The name of the variable."""
        return str(self.key[-1])


def source(text: str) -> Source:
    """The place that a value of `[service.secrets]` names."""
    if text.startswith("arn:aws:ssm:"):
        path = text.split(":parameter/", 1)[1]
        # A name with levels begins with a slash, which the ARN has once (Systems Manager User
        # Guide, parameter names).
        return Source("ssm", f"/{path}" if "/" in path else path)
    if text.startswith("arn:"):
        return Source("secretsmanager", ":".join(text.split(":")[:7]))
    return Source("secretsmanager", text)


def parameter_arn(environment: Environment, name: str) -> str:
    """The ARN of a parameter."""
    here = f"{environment.region}:{environment.account_id}"
    return f"arn:aws:ssm:{here}:parameter/{name.removeprefix('/')}"


def uses(settings: Settings) -> Iterator[Use]:
    """Every variable of every container that gets a secret."""
    containers: list[tuple[Key, dict[str, str]]] = [(("service",), settings.service.secrets)]
    for index, sidecar in enumerate(settings.service.sidecars):
        containers.append((("service", "sidecars", index), sidecar.secrets))
    for place, secrets in containers:
        for variable, text in secrets.items():
            parts = text.split(":")
            json_key = (
                parts[7] if parts[:3] == ["arn", "aws", "secretsmanager"] and parts[7:] else ""
            )
            yield Use((*place, "secrets", variable), source(text), json_key)


def prefix(environment: Environment) -> str:
    """What the names of an environment's own secrets begin with; of parameters after a slash."""
    return f"{environment.project}/{environment.name}/"


def resolve(settings: Settings, name: str, *, parameter: bool = False) -> Source:
    """The place that a user means by `name`.

    A variable of `[service.secrets]` or a name or ARN in it stands for what is written there; every
    other name is put under the prefix of the environment. Raises UsageError.
    """
    environment = settings.environment
    found = {use.source for use in uses(settings) if name in (use.variable, use.source.plain)}
    if len(found) > 1:
        names = ", ".join(sorted(one.argument(environment) for one in found))
        raise UsageError(f"several secrets are called {name}", f"one of {names}")
    if found:
        (known,) = found
        if parameter and known.service != "ssm":
            raise UsageError(
                f"{name} is in Secrets Manager by the settings", "leave --parameter out"
            )
        return known
    if name.startswith("arn:"):
        return _by_arn(environment, name)
    begins = f"/{prefix(environment)}" if parameter else prefix(environment)
    whole = name if name.startswith((begins, "/") if parameter else begins) else begins + name
    if parameter:
        _by_arn(environment, parameter_arn(environment, whole))
        return Source("ssm", whole)
    if not name or not is_reference(whole):
        raise UsageError(
            "NAME is no name of a secret, or looks like the secret itself; it is not repeated here",
            "letters, digits and /_+=.@-, such as payments/token",
        )
    return Source("secretsmanager", whole)


def _by_arn(environment: Environment, arn: str) -> Source:
    match = PARAMETER.fullmatch(arn) or ARN.fullmatch(arn)
    here = f"{environment.region}:{environment.account_id}"
    if match is None or f"{match['region']}:{match['account']}" != here:
        raise UsageError(
            "NAME is no name of a parameter, and no ARN of a secret or parameter of this account "
            "and region",
            f"letters, digits and /_.-; arn:aws:ssm:{here}:parameter/NAME, or "
            f"arn:aws:secretsmanager:{here}:secret:NAME-SUFFIX",
        )
    named = source(arn)
    images = image_parameters(environment)
    if named.service == "ssm" and f"{named.name}/".startswith(f"{images}/"):
        raise UsageError(
            f"the parameters below {images} say which image runs, and hold no secrets",
            "another name",
        )
    return named


def value(data: bytes, of: Source, json_keys: set[str]) -> str:
    """The value in what was written on standard input; raises UsageError, which never has it.

    A line break at the end is left out, since `echo` writes one. `json_keys` are those that the
    settings read from it.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise UsageError(
            "the value is not text in UTF-8, and a variable holds text alone",
            "encode it, such as with base64, and have the program decode it",
        ) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or "\x00" in text:
        raise UsageError(
            "the value has a NUL character, which no variable can hold"
            if text
            else "there is no value on standard input",
            "give it there, such as strata secret set ENV NAME < FILE, or at the prompt",
        )
    size, most = len(text.encode()), MOST_BYTES[of.service]
    if size > most:
        raise UsageError(
            f"the value has {size} bytes, and {STORES[of.service]} takes {most}",
            "a shorter one" if of.service == "secretsmanager" else "Secrets Manager takes 65536",
        )
    lacking = sorted(json_keys - set(keys_of(text)))
    if lacking:
        raise UsageError(
            f"the settings read {', '.join(lacking)} from this secret, and the value is no JSON "
            "object with that",
            "the whole object, with every key that the settings name",
        )
    return text


def keys_of(text: str) -> list[str]:
    """The keys of a value that is a JSON object, which ECS can read one by one; else none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [key for key in found if ":" not in key] if isinstance(found, dict) else []


def kms_key(environment: Environment, arn: str | None) -> str | None:
    """The ARN of a KMS key as it was given; raises UsageError unless it is one of this region."""
    match = KEY.fullmatch(arn or "")
    if arn is not None and (match is None or match["region"] != environment.region):
        raise UsageError(
            f"--kms-key {arn} is not the ARN of a KMS key of this region",
            f"arn:aws:kms:{environment.region}:{environment.account_id}:key/UUID",
        )
    return arn


def variable_of(environment: Environment, named: Source) -> str:
    """A name for the variable that gets a secret, from the secret's own."""
    own = named.plain.removeprefix("/").removeprefix(prefix(environment))
    text = re.sub(r"[^A-Za-z0-9]+", "_", own).strip("_").upper()
    return f"_{text}" if text[:1].isdigit() else text
