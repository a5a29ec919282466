"""Pushes an image to an environment's repository: from a Dockerfile, an engine, or an archive."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from strata.errors import StrataError, UsageError
from strata.images import archives, engines, repository
from strata.images.engines import ENGINES, Engine, Image, engines_for
from strata.images.repository import Pushed, Repository
from strata.settings.figures import PLATFORMS

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@dataclass(frozen=True)
class Build:
    """An image that is to be built."""

    context: Path
    dockerfile: Path


@dataclass(frozen=True)
class Existing:
    """An image that an engine has."""

    reference: str


@dataclass(frozen=True)
class Archive:
    """An image in a file."""

    file: Path


Source = Build | Existing | Archive


def check(source: Source, engine: str | None) -> None:
    """Raise UsageError for a source that is not there, or is not for this engine."""
    if engine is not None and engine not in ENGINES:
        raise UsageError(f"--engine {engine} is not known", f"one of {', '.join(ENGINES)}")
    match source:
        case Build(context, dockerfile):
            if not context.is_dir():
                raise UsageError(f"{context} is no folder to build from", "a folder with the code")
            if not dockerfile.is_file():
                raise UsageError(
                    f"there is no file {dockerfile} to build by", "--file names another"
                )
            if engine is not None and not ENGINES[engine].builds:
                builders = [name for name, one in ENGINES.items() if one.builds]
                raise UsageError(f"--engine {engine} builds no image", _listed_or(builders))
        case Existing(reference):
            if not reference or reference.startswith("-") or reference != reference.strip():
                raise UsageError(f"--image {reference!r} is no image", "such as shop:1.0.0")
        case Archive(file):
            archives.form(file)


def _listed_or(names: list[str]) -> str:
    """`a, b or c`."""
    *others, last = names
    return f"{', '.join(others)} or {last}"


def found(
    source: Source, engine: str | None, folder: Path, architecture: str
) -> tuple[Engine, Image]:
    """The image of `source` and the engine that has it; builds it when it is to be built.

    `folder` is private, for files of the engine; `architecture` is the cluster's.
    """
    candidates = _candidates(source, engine, engines_for(architecture))
    match source:
        case Build(context, dockerfile):
            works = engines.usable(candidates, engines.INSTALL)
            return works, _held(works, works.build(context, dockerfile, folder))
        case Archive(file):
            works = engines.usable(candidates, engines.INSTALL_SKOPEO)
            return works, _held(works, works.load(file, folder))
        case Existing(reference):
            return _holder(candidates, reference)


def _candidates(source: Source, engine: str | None, by_name: Mapping[str, Engine]) -> list[Engine]:
    if engine is not None:
        return [by_name[engine]]
    skopeo, builders = by_name["skopeo"], [one for one in by_name.values() if one.builds]
    match source:
        case Build():
            return builders
        case Archive():
            # Skopeo needs no store, and keeps the digest.
            return [skopeo, *builders]
        case Existing(reference):
            return [skopeo] if _has_transport(reference) else builders


def _has_transport(reference: str) -> bool:
    """Whether an image is named with its place, such as `docker://`, as containers-transports(5)
    has it; a name with a tag or a port has a colon too."""
    places = ("docker://", "oci:", "dir:", "containers-storage:", "docker-daemon:")
    return reference.startswith(places)


def _held(engine: Engine, reference: str) -> Image:
    image = engine.image(reference)
    if image is None:
        raise StrataError(
            f"{engine.name} does not have the image {reference} that it made or loaded",
            "with a builder of buildx, choose one that loads into Docker: BUILDX_BUILDER=default",
        )
    return image


def _holder(candidates: list[Engine], reference: str) -> tuple[Engine, Image]:
    """The first engine that works and has an image; raises StrataError when none has it."""
    problems: list[str] = []
    for engine in candidates:
        problem = engine.problem()
        if problem is None and (image := engine.image(reference)):
            return engine, image
        problems.append(f"{engine.name}: {problem or 'it does not have the image'}")
    raise StrataError(
        "\n".join([f"no engine has the image {reference}", *problems]),
        "build or pull it first; docker://HOST/NAME:TAG copies it from a registry with skopeo",
    )


def check_platform(image: Image, architecture: str) -> None:
    """Raise StrataError for an image that instances of an architecture cannot run."""
    platform = PLATFORMS[architecture]
    if image.platform != platform:
        raise StrataError(
            f"the image is made for {image.platform}, and the cluster runs {platform}; "
            "nothing was pushed",
            f"build it with --platform {platform}, or let strata push build it",
        )


def already(ecr: "ECRClient", place: Repository, tag: str, image: Image) -> bool:
    """Whether the tag stands for this image already.

    Raises StrataError where it stands for another and cannot be moved. An image is the same when
    its configuration is, which names all of its layers' contents: the digest of the manifest
    depends on how they are compressed on the way.
    """
    there = repository.stored(ecr, place.name, tag)
    if there is None:
        return False
    if image.digests & {there.digest, there.configuration}:
        return True
    if place.immutable:
        raise StrataError(
            f"the tag {tag} stands for another image in {place.name}, {there.digest}, and its tags "
            "are immutable; nothing was pushed",
            "commit what is changed, or give this image another tag with --tag",
        )
    return False


def push(
    ecr: "ECRClient",
    place: Repository,
    tag: str,
    image: Image,
    *,
    engine: Engine,
    folder: Path,
) -> Pushed:
    """Push an image under a tag; gives what ECR has of it then."""
    credentials = repository.login(ecr)
    engine.push(image, f"{place.uri}:{tag}", credentials, folder)
    return repository.pushed(ecr, place.name, tag)


def severities(findings: Mapping[str, int]) -> str:
    """`2 critical, 5 high`, or `no findings`."""
    return ", ".join(f"{n} {level.lower()}" for level, n in findings.items()) or "no findings"
