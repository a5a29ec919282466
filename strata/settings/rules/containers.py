"""The containers of the task: what they run, their limits, and the order in which they start."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from strata.resources.secrets import is_secret
from strata.settings import overrides
from strata.settings.advice import literal, words_of
from strata.settings.models import Container, HealthCheck, Service, Settings, Sidecar, Ulimit
from strata.settings.positions import Key
from strata.settings.resource_names import CONTAINER
from strata.settings.rules.finding import Finding, near
from strata.text.words import shortened

MOST_CONTAINERS = 10
"""Containers of a task definition (Amazon ECS Developer Guide, service quotas)."""

MOST_FILES = 10
"""Environment files of a container (ECS API reference, EnvironmentFile)."""

ENVIRONMENT_FILE = re.compile(r"arn:aws:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9!_.'()/-]+")
"""An object in S3 whose key has no character that a policy reads as a pattern (S3 User Guide,
naming buckets, and safe characters of object keys)."""

IMAGE = re.compile(
    r"(?P<registry>[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5})?/)?"
    r"[a-z0-9]+([._/-]+[a-z0-9]+)*@sha256:[0-9a-f]{64}"
)
"""An image by its digest (Open Container Initiative, distribution specification)."""

LONGEST_WORD = 60
"""The most characters of a word that a warning repeats."""

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""Name of a container (ECS API reference, ContainerDefinition)."""

CHECKS = (
    '["CMD", "/healthy"] to run a program, or '
    '["CMD-SHELL", "wget -q -O /dev/null localhost:3000 || exit 1"] for a line in a shell'
)

USER = re.compile(r"[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?")
LARGEST_ID = 2**31 - 1
"""The largest number of a user or group that Docker starts a container with (moby, user.go)."""

Containers = Mapping[str, tuple[Key, Service | Sidecar]]
"""Name -> the place of its table, and the container."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[service]` as a container, `[[service.sidecars]]`, and what a release runs in one."""
    service = settings.service
    yield from _sidecars(service)
    containers = named(service)
    for name, (place, container) in containers.items():
        if not _is_user(container.user):
            yield Finding((*place, "user"), "is not a user and group", "uid:gid, such as 1000:1000")
        yield from _words(place, container)
        if container.health_check:
            yield from _health_check((*place, "health_check"), container.health_check)
        yield from _ulimits((*place, "ulimits"), container.ulimits)
        yield from _files((*place, "environment_files"), container.environment_files)
        yield from _waits_for(name, containers)
    yield from _circles(containers)
    if settings.release.before:
        yield from judge_override(
            ("release", "before"),
            settings.release.before,
            '["npm", "run", "migrate"]',
            "the lines of a release and in the answers of ECS",
        )


def named(service: Service) -> dict[str, tuple[Key, Service | Sidecar]]:
    """The containers of the task by name, the application's first."""
    containers: dict[str, tuple[Key, Service | Sidecar]] = {CONTAINER: (("service",), service)}
    for index, sidecar in enumerate(service.sidecars):
        containers.setdefault(sidecar.name, (("service", "sidecars", index), sidecar))
    return containers


def _is_user(text: str) -> bool:
    """Whether a text is a user and a group, by names or by numbers that there can be."""
    numbers = [part for part in text.split(":") if part.isdecimal()]
    return bool(USER.fullmatch(text)) and all(float(part) <= LARGEST_ID for part in numbers)


def _sidecars(service: Service) -> Iterator[Finding]:
    names = [sidecar.name for sidecar in service.sidecars]
    if len(names) >= MOST_CONTAINERS:
        yield Finding(
            ("service", "sidecars"),
            f"are {len(names)}, with the application {len(names) + 1} containers",
            f"at most {MOST_CONTAINERS - 1}: ECS takes {MOST_CONTAINERS} containers in a task",
        )
    for index, sidecar in enumerate(service.sidecars):
        key: Key = ("service", "sidecars", index)
        if not NAME.fullmatch(sidecar.name):
            yield Finding(
                (*key, "name"),
                "is not a valid name for a container",
                "1 to 255 letters, digits, hyphens and underscores",
            )
        elif sidecar.name in (CONTAINER, "localhost"):
            whose = "of the application's container" if sidecar.name == CONTAINER else "of each one"
            yield Finding((*key, "name"), f"is the name {whose}", "another name")
        elif sidecar.name in names[:index]:
            yield Finding((*key, "name"), "is listed twice", "a name of its own")
        if not IMAGE.fullmatch(sidecar.image):
            yield Finding(
                (*key, "image"),
                "does not name its image by digest, so that any push could change what runs",
                "REGISTRY/NAME@sha256: and 64 hexadecimal digits, without a tag; "
                "`docker buildx imagetools inspect NAME:TAG` shows the digest",
            )


def _words(place: Key, container: Container) -> Iterator[Finding]:
    """The words of commands: they stand in JSON, plan and state in clear."""
    lists = {
        (*place, "command"): container.command,
        (*place, "entry_point"): container.entry_point,
    }
    if container.health_check:
        lists[(*place, "health_check", "command")] = container.health_check.command
    for key, words in lists.items():
        yield from judge_words(key, words)


def judge_override(
    key: Key, words: Sequence[str], example: str, shown: str = "JSON, plan and state"
) -> Iterator[Finding]:
    """What is wrong with a command that a task runs in place of that of its definition."""
    if not words[0].strip():
        yield Finding(key, "has no program to run", example)
    yield from judge_words(key, words, shown)
    size = overrides.characters(words)
    if size > overrides.MOST:
        yield Finding(
            key,
            f"has {size} characters, with the quotes and commas of its JSON",
            f"at most {overrides.MOST}: ECS takes {overrides.OVERRIDES} for all that a run "
            "changes; put the text into the image",
        )


def judge_words(
    key: Key, words: Sequence[str], shown: str = "JSON, plan and state"
) -> Iterator[Finding]:
    """What is wrong with the words of a command, which `shown` names the places of."""
    # In `["--password", "x"]` only the order of the words shows the secret.
    if any(is_secret("", text) for text in (*words, " ".join(words))):
        yield Finding(
            key,
            f"holds what looks like a secret, which would stand in {shown} in clear",
            "put it into [service.secrets], and have the program read the variable",
        )
    for index, word in enumerate(words):
        if "\0" in word:
            yield Finding((*key, index), "has a NUL character", "text without it")


def one_word(settings: Settings) -> Iterator[Finding]:
    """The warning that a whole command is one word: ECS starts the program of that name.

    It may be right for an image whose ENTRYPOINT is a shell, which no rule can see.
    """
    for key, words in _programs(settings):
        before, rest = (words[:1], words[1:]) if "health_check" in key else ([], words)
        first = rest[0].strip() if rest else ""
        if not re.search(r"\s", first):
            continue
        meant = words_of(first, checks_health=False) if len(first) <= LONGEST_WORD else None
        yield Finding(
            key,
            f"has blanks in the name of the program: {literal(shortened(first, LONGEST_WORD))} is "
            "one word, and no shell takes it apart",
            literal([*before, *meant, *rest[1:]]) if meant else "a list with each word for itself",
        )


def _programs(settings: Settings) -> Iterator[tuple[Key, list[str]]]:
    """The words that begin with a program, in a health check after CMD; not those that only follow
    an `entry_point`."""
    for place, container in named(settings.service).values():
        yield (*place, "entry_point"), container.entry_point
        if not container.entry_point:
            yield (*place, "command"), container.command
        check = container.health_check.command if container.health_check else []
        if check[:1] == ["CMD"]:
            yield (*place, "health_check", "command"), check
    inherited = settings.service.entry_point
    for name, worker in settings.services.items():
        if worker.repository or not inherited:
            yield ("services", name, "command"), worker.command
    if not inherited:
        for name, job in settings.jobs.items():
            yield ("jobs", name, "command"), job.command
        yield ("release", "before"), settings.release.before


def _health_check(key: Key, check: HealthCheck) -> Iterator[Finding]:
    first, *rest = check.command or [""]
    if first not in ("CMD", "CMD-SHELL"):
        yield Finding(
            (*key, "command"),
            "begins neither with CMD nor with CMD-SHELL",
            CHECKS,
        )
    elif rest and not rest[0].strip():
        yield Finding((*key, "command"), f"has nothing to run after {first}", CHECKS)
    elif not rest or (first == "CMD-SHELL" and len(rest) > 1):
        yield Finding(
            (*key, "command"),
            f"has {len(rest)} words after {first}",
            "one text, the whole line" if first == "CMD-SHELL" else "a program, and its arguments",
        )


def _ulimits(key: Key, ulimits: list[Ulimit]) -> Iterator[Finding]:
    names = [ulimit.name for ulimit in ulimits]
    for index, ulimit in enumerate(ulimits):
        if ulimit.name in names[:index]:
            yield Finding((*key, index, "name"), "is listed twice", "each limit once")
        soft, hard = ulimit.soft, ulimit.hard
        if hard != -1 and (soft == -1 or soft > hard):
            yield Finding(
                (*key, index, "soft"),
                f"is more than hard, {hard}",
                f"0 to {hard}",
                ((*key, index, "hard"),),
            )


def _files(key: Key, files: list[str]) -> Iterator[Finding]:
    if len(files) > MOST_FILES:
        yield Finding(key, f"are {len(files)}", f"at most {MOST_FILES} of a container")
    for index, file in enumerate(files):
        if not ENVIRONMENT_FILE.fullmatch(file) or not file.endswith(".env"):
            yield Finding(
                (*key, index),
                "is not the ARN of an object in S3 that ends in .env",
                "arn:aws:s3:::BUCKET/KEY.env, its key of letters, digits and !-_.'()/",
            )
        elif file in files[:index]:
            yield Finding((*key, index), "is listed twice", "each file once")


def _waits_for(name: str, containers: Containers) -> Iterator[Finding]:
    """What a container waits for must be there, and able to get that far."""
    place, container = containers[name]
    others = [other for other in containers if other != name]
    for other, condition in container.depends_on.items():
        key: Key = (*place, "depends_on", other)
        if other not in others:
            yield _no_other(key, other, name, others)
            continue
        where, awaited = containers[other]
        essential = not isinstance(awaited, Sidecar) or awaited.essential
        if condition in ("COMPLETE", "SUCCESS") and essential:
            yield Finding(
                key,
                f"waits for the end of {other}, whose end stops the task",
                f"START or HEALTHY; or essential = false in [[service.sidecars]] of {other}"
                if isinstance(awaited, Sidecar)
                else "START or HEALTHY",
                ((*where, "essential"),),
            )
        elif condition == "HEALTHY" and awaited.health_check is None:
            yield Finding(
                key,
                f"waits until {other} is healthy, and it has no health check",
                f"START, or a [{_table(where)}.health_check]",
                ((*where, "health_check"),),
            )
    counts = Counter(container.links)
    for index, other in enumerate(container.links):
        key = (*place, "links", index)
        if other not in others:
            yield _no_other(key, other, name, others)
        elif counts[other] > 1 and other in container.links[:index]:
            yield Finding(key, "is listed twice", "each container once")


def _no_other(key: Key, other: str, name: str, others: list[str]) -> Finding:
    wrong = "is the container itself" if other == name else "is not a container of the task"
    right = near(other, others, f"one of {', '.join(others)}") if others else "no entry"
    return Finding(key, wrong, right, (("service", "sidecars"),))


def _circles(containers: Containers) -> Iterator[Finding]:
    """No container may wait for itself: a link makes a container wait for the other's start (ECS
    API reference, ContainerDependency)."""
    waits = {
        name: [other for other in (*one.depends_on, *one.links) if other in containers]
        for name, (_, one) in containers.items()
    }
    for start in containers:
        circle = _circle(start, waits)
        # Each circle is told once, by the first of its containers.
        if circle and start == min(circle, key=list(containers).index):
            place, container = containers[start]
            key = "depends_on" if circle[1] in container.depends_on else "links"
            yield Finding(
                (*place, key),
                f"makes a circle, in which none can start first: {' -> '.join(circle)}",
                "an order without it",
                (("service", "sidecars"), (*place, "links")),
            )


def _circle(start: str, waits: Mapping[str, list[str]]) -> list[str]:
    """The shortest way from a container back to itself; empty if there is none."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop(0)
        for other in waits[way[-1]]:
            if other == start and len(way) > 1:
                return [*way, start]
            if other not in seen and other != start:
                seen.add(other)
                ways.append([*way, other])
    return []


def _table(place: Key) -> str:
    return ".".join(part for part in place if isinstance(part, str))
