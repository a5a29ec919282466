"""`strata demo`"""

import time
from pathlib import Path

from strata.commands.base import composed_stack, judged, out, reach_report, synthesize_to
from strata.commands.common import (
    Ready,
    aim,
    at_work,
    finish,
    make_state_bucket,
    planned,
    run_layers,
    start_emulator,
)
from strata.commands.demo_releases import ship
from strata.commands.map import write_map
from strata.errors import StrataError
from strata.local import emulator as emulation
from strata.machine.folders import project, synthesized_folder
from strata.settings import Settings, load
from strata.settings.load import shown
from strata.views.steps import step

PATIENCE_SECONDS = 120
"""Eight hours of the emulator's ECS, in which the group grows and the tasks start."""


def demo() -> None:
    """Take `envs/local.toml` from settings to a running system on the emulator."""
    from strata.apply.reviewed_plan import ReviewedApply  # noqa: PLC0415 - boto3 takes its time
    from strata.drift.detect import find_drift  # noqa: PLC0415

    settings = load("local")
    out.print("settings   are valid")
    synthesize_to(synthesized_folder(), [settings])
    if judged(["local"], [settings], synthesized_folder()).findings:
        raise StrataError("the gate found something unsafe", "strata gate local")
    out.print("gate       is clean")
    running = start_emulator()
    out.print(f"emulator   {running.url}")
    _delegate_and_push(running.url, settings)
    aim(settings.environment)
    make_state_bucket(settings.environment)
    with at_work(settings) as work:
        first_review = planned("local", Ready.of(work))
        review = ReviewedApply.open(first_review.folder, work)
        out.print(f"plan       {len(review.plan.changes)} changes, all layers in one review:")
        out.print(f"           {shown(first_review.folder)}/report.html")
        out.print("\nApplying exactly that:")
        review.check()
        finish(run_layers(work.needs, review.step, work), "make demo", "strata drift local")
        out.print("\nPlanning again: nothing may change.")
        if planned(
            "local", Ready.of(work), first_review.folder.with_name("local-after")
        ).report.changes:
            raise StrataError("a second plan has changes", "strata plan local")
        out.print("plan       no change in any layer")
        with step("comparing AWS with what was applied"):
            drift = find_drift(settings.environment, work.terraform, synthesized_folder()).drift
        if drift:
            raise StrataError("AWS is not as it was applied", "strata drift local")
        out.print("drift      none")
        with step("waiting until the load balancer finds the tasks healthy"):
            out.print(
                f"tasks      {wait_until_healthy(settings)}, healthy behind the load balancer"
            )
        edge, registry = (work.terraform.outputs(work.folder(n)) for n in ("edge", "registry"))
    out.print("\nReleasing on it:", style="bold")
    lines = ship(running.url, settings)
    out.print("\nWhat was released:", style="bold")
    for line in lines:
        out.print(f"  {line}")
    out.print("\nIt runs in memory until the emulator stops:", style="bold")
    out.print(f"  address      {edge['url']}")
    out.print(f"  images       {registry['repository_url']}")
    out.print(f"  review       {shown(first_review.folder)}/report.html")
    out.print("  Terraform    cdktf.out/stacks/local-*")
    out.print("\nSeen from the code:", style="bold")
    for view, file in write_views(settings, project() / "build" / "demo").items():
        out.print(f"  {view:<12} {shown(file)}")
    out.print("\nNext:", style="bold")
    out.print('  look around  eval "$(.venv/bin/strata emulator env)"')
    out.print("               terraform -chdir=cdktf.out/stacks/local-network plan")
    out.print("  change       edit envs/local.toml, then .venv/bin/strata apply local")
    out.print("  take down    make clean-demo")


def wait_until_healthy(settings: Settings) -> str:
    """How many tasks run, once as many as desired do and their targets are healthy."""
    from strata.release.ecs import Ecs  # noqa: PLC0415 - boto3 takes its time
    from strata.release.place import place  # noqa: PLC0415

    ecs = Ecs(settings.environment, place(settings))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        service = ecs.service()
        healthy = sum(target.state == "healthy" for target in ecs.targets(service))
        if service.running == service.desired == healthy:
            return f"{service.running} of {service.desired} run"
        if time.monotonic() > deadline:
            raise StrataError(
                f"{service.running} of {service.desired} tasks run, and {healthy} are healthy",
                "strata status local",
            )
        time.sleep(1)


def _delegate_and_push(url: str, settings: Settings) -> None:
    """Do on the emulator what somebody does by hand during a first apply to an account."""
    from strata.aws.images import image_of  # noqa: PLC0415 - boto3 takes its time

    domain, image = settings.edge.domain, image_of(settings)
    emulation.delegate(url, domain)
    emulation.push(url, image.repository, image.tag)
    out.print(f"registrar  points {domain} at its zone's name servers,")
    out.print(f"image      {image.repository}:{image.tag} is pushed once its repository exists;")
    out.print("           with an account both are for you to do (docs/aws.md)")


def write_views(settings: Settings, folder: Path) -> dict[str, Path]:
    """Write the map, the table of paths and the cost; returns the file of each."""
    from strata.commands.cost import estimated  # noqa: PLC0415
    from strata.reach import from_stack  # noqa: PLC0415
    from strata.views.text.cost import estimate  # noqa: PLC0415
    from strata.views.text.reach import table_lines  # noqa: PLC0415

    composed = composed_stack(settings)
    page = write_map(folder, settings.environment, composed)[0]
    report = reach_report(settings.environment.name, settings, from_stack(composed), live=False)
    reach, cost = folder / "reach.txt", folder / "cost.txt"
    lines = (line for line, _ in table_lines(report))
    reach.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    cost.write_text(estimate(estimated(settings, composed)), encoding="utf-8")
    return {"map": page, "reach": reach, "cost": cost}
