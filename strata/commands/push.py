"""`strata push`"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import AsJson, Env, ServiceName, out, print_json
from strata.commands.common import aim
from strata.errors import StrataError, UsageError
from strata.images import push as images
from strata.images import tags
from strata.machine.private import PrivateFolder
from strata.machine.unforeseen import say
from strata.release.place import place
from strata.settings import Settings, load
from strata.text.words import counted
from strata.views.steps import step

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from strata.commands.reports import PushReport
    from strata.images.engines import Engine, Image
    from strata.images.repository import Repository

SHOWN_FILES = 3


def push(
    env: Env,
    context: Annotated[
        Path | None,
        typer.Argument(metavar="CONTEXT", help="Folder to build from; by default this one."),
    ] = None,
    *,
    tag: Annotated[
        str | None, typer.Option(metavar="TAG", help="Tag; by default the git commit.")
    ] = None,
    dockerfile: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="Dockerfile; by default CONTEXT/Dockerfile."),
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Push this image of the engine; build nothing."),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Push the image in this file; build nothing."),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="ENGINE", help="docker, podman, buildah or skopeo; by default one that works."
        ),
    ] = None,
    service: ServiceName = None,
    as_json: AsJson = False,
) -> None:
    """Build an image, or take one, and push it to the environment's repository."""
    source = _source(context, dockerfile, image, archive)
    settings = load(env)
    images.check(source, engine)
    repository = place(settings, service or "").repository
    if tag is not None:
        tags.check(tag, settings.registry)
    else:
        tag = _from_commit(source.context if isinstance(source, images.Build) else Path())
    report = _push(settings, source, (repository, tag), engine)
    if as_json:
        print_json(report)
    else:
        _say(report)


def _source(
    context: Path | None, dockerfile: Path | None, image: str | None, archive: Path | None
) -> images.Source:
    given = {"CONTEXT": context, "--image": image, "--archive": archive}
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} name two images", "give one of them")
    if dockerfile is not None and (image is not None or archive is not None):
        raise UsageError(f"--file is for a build, and {names[0]} builds nothing", "leave it away")
    if image is not None:
        return images.Existing(image)
    if archive is not None:
        return images.Archive(archive)
    folder = context or Path()
    return images.Build(folder, dockerfile or folder / "Dockerfile")


def _from_commit(folder: Path) -> str:
    """The tag by the commit; says which files are not as in it."""
    commit = tags.from_commit(folder)
    if commit.changed:
        names = ", ".join(commit.changed[:SHOWN_FILES])
        more = ", ..." if len(commit.changed) > SHOWN_FILES else ""
        say(
            f"warning: {counted(len(commit.changed), 'file')} not as in the commit "
            f"({names}{more}): the tag is {commit.tag}"
        )
    return commit.tag


def _push(
    settings: Settings, source: images.Source, name: tuple[str, str], engine: str | None
) -> "PushReport":
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - takes its time

    from strata.aws.errors import explain  # noqa: PLC0415
    from strata.aws.session import session  # noqa: PLC0415
    from strata.state import preflight  # noqa: PLC0415

    aim(settings.environment)
    preflight.check_account(settings.environment)
    ecr = session(settings.environment).client("ecr")
    try:
        place = _repository(ecr, settings, name[0])
        with PrivateFolder(prefix="strata-push-") as folder:
            works, image = images.found(source, engine, folder, settings.cluster.architecture)
            images.check_platform(image, settings.cluster.architecture)
            return _report(ecr, place, name[1], image, engine=works, folder=folder)
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _repository(ecr: "ECRClient", settings: Settings, name: str) -> "Repository":
    from strata.images import repository  # noqa: PLC0415
    from strata.images.engines import loopback  # noqa: PLC0415

    place = repository.repository(ecr, name)
    if place is None:
        raise StrataError(
            f"there is no image repository {name} yet in {settings.environment.region}",
            f"{settings.environment.command('apply')} makes it",
        )
    if settings.environment.emulated and not loopback(place.host):
        # Anything else would be the real AWS, where the emulator's password opens nothing.
        raise StrataError(
            "the emulator holds no images itself",
            "run a registry on 127.0.0.1; strata emulator account --registry HOST:PORT names it",
        )
    return place


def _report(
    ecr: "ECRClient",
    place: "Repository",
    tag: str,
    image: "Image",
    *,
    engine: "Engine",
    folder: Path,
) -> "PushReport":
    from strata.commands.reports import PushReport, ScanReport  # noqa: PLC0415 - takes its time
    from strata.images import repository  # noqa: PLC0415

    done = images.already(ecr, place, tag, image)
    if done:
        result = repository.pushed(ecr, place.name, tag)
    else:
        with step(f"pushing {place.uri}:{tag} with {engine.name}"):
            result = images.push(ecr, place, tag, image, engine=engine, folder=folder)
    scan = None
    if place.scan_on_push:
        with step("waiting for the findings of the scan"):
            scan = repository.scan(ecr, place.name, result.digest)
    return PushReport(
        image=f"{place.uri}:{tag}",
        tag=tag,
        digest=result.digest,
        size_bytes=result.size_bytes,
        engine=engine.name,
        pushed=not done,
        scan=ScanReport(findings=scan.findings, missing=scan.why) if scan else None,
    )


def _say(report: "PushReport") -> None:
    how = f"pushed with {report.engine}" if report.pushed else "was there already, the same"
    out.print(f"image      {report.image}")
    out.print(f"           {how}")
    out.print(f"digest     {report.digest}")
    if report.size_bytes is not None:
        out.print(f"size       {_size(report.size_bytes)}, compressed")
    if report.scan:
        missing = f"no findings to show: {report.scan.missing}"
        words = missing if report.scan.missing else images.severities(report.scan.findings)
        out.print(f"scan       {words}")


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size} bytes"
