"""`strata deploy`"""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import AsJson, Env, ServiceName, out, print_json
from strata.commands.releases import released, releases, tell
from strata.errors import UsageError
from strata.images import tags
from strata.settings.resource_names import base, image_tag

if TYPE_CHECKING:
    from strata.release.releasing import Releases
    from strata.release.verdict import Wanted

TIMEOUT = 900


def deploy(
    env: Env,
    tag: Annotated[
        str | None, typer.Option(metavar="T", help="Tag of the image; by default image_tag.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(metavar="D", help="Digest of the image, sha256:...")
    ] = None,
    *,
    watch: Annotated[bool, typer.Option(help="Watch the deployment until ECS has decided.")] = True,
    watch_only: Annotated[
        bool, typer.Option("--watch-only", help="Begin nothing; watch the last deployment.")
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over", help="Keep what somebody released by other means: note its image."
        ),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Even while another deployment is at work.")
    ] = False,
    timeout: Annotated[
        int, typer.Option(min=1, metavar="SECONDS", help="How long it is watched.")
    ] = TIMEOUT,
    service: ServiceName = None,
    as_json: AsJson = False,
) -> None:
    """Release an image that is in the repository, and say what became of it."""
    chosen = [name for name, on in (("--tag", tag), ("--digest", digest), ("--watch-only",
              watch_only), ("--take-over", take_over)) if on]  # fmt: skip
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} do not go together", "give one of them")
    for only in chosen if watch_only or take_over else []:
        for other, on in (("--replace", replace), ("--no-watch", not watch)):
            if on:
                raise UsageError(f"{only} begins no deployment", f"leave {other} away")
    if tag is not None:
        tags.check_form(tag)
    if digest is not None and not re.fullmatch("sha256:[0-9a-f]{64}", digest):
        raise UsageError(f"--digest {digest} is no digest", "sha256: and 64 hexadecimal digits")
    work = releases(env, service)
    if take_over:
        _take_over(work)
        if as_json:
            print_json(work.verdict(work.current()))
        return
    if watch_only:
        wanted = work.current()
    else:
        wanted = _begun(
            work, tag or digest or image_tag(work.settings, service or ""), replace=replace
        )
    released(work, wanted, watch=watch or watch_only, timeout=timeout, as_json=as_json)


def _begun(work: "Releases", image: str, *, replace: bool) -> "Wanted":
    from strata.release.releasing import ReleaseFailed  # noqa: PLC0415 - boto3 takes its time

    try:
        return work.deploy(image, out.print, replace=replace)
    except ReleaseFailed as error:
        tell(work.settings, "failed", f"{base(work.settings.environment)}: {error.message}")
        raise


def _take_over(work: "Releases") -> None:
    revision = work.take_over()
    by = f", registered by {revision.registered_by}" if revision.registered_by else ""
    out.print(f"revision {revision.number} ({revision.image}{by}) is what runs here from now on")
