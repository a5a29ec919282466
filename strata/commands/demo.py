"""`strata demo`"""

from strata import emulator as emulation
from strata.commands.common import (
    CDKTF_OUT,
    aim,
    at_work,
    finish,
    judged,
    make_state_bucket,
    out,
    planned,
    run_layers,
)
from strata.errors import StrataError
from strata.layers import LAYERS
from strata.settings import load
from strata.settings.load import shown


def demo() -> None:
    """Take `envs/local.toml` from settings to a running system on the emulator."""
    from strata.drift.look import look  # noqa: PLC0415
    from strata.reviewed import ReviewedApply  # noqa: PLC0415 - boto3 takes its time

    settings = load("local")
    out.print("settings   are right")
    running = emulation.start()
    out.print(f"emulator   {running.url}")
    aim(settings)
    make_state_bucket(settings)
    with at_work(settings, "local") as work:
        if judged(["local"], [settings], CDKTF_OUT).findings:
            raise StrataError("the gate found something unsafe", "strata gate local")
        out.print("gate       is clean")
        made = planned("local", work)
        review = ReviewedApply.open(made.folder, work)
        out.print(f"plan       {len(review.plan.changes)} changes, all layers in one review:")
        out.print(f"           {shown(made.folder)}/report.html", soft_wrap=True)
        out.print("\nApplying exactly that:")
        review.check()
        finish(run_layers(LAYERS, review.step, work), "make demo")
        out.print("\nPlanning again: nothing may change.")
        if planned("local", work, made.folder.with_name("local-after")).report.changes:
            raise StrataError("a second plan has changes", "strata plan local")
        out.print("plan       no change")
        if look(settings, work.terraform, CDKTF_OUT).drift:
            raise StrataError("AWS is not as it was applied", "strata drift local")
        out.print("drift      none")
        edge, registry = (work.terraform.outputs(work.folder(n)) for n in ("edge", "registry"))
    out.print("\nIt stands, in memory, until the emulator stops:", style="bold")
    out.print(f"  address      {edge['url']}")
    out.print(f"  images       {registry['repository_url']}")
    out.print(f"  review       {shown(made.folder)}/report.html", soft_wrap=True)
    out.print("  Terraform    cdktf.out/stacks/local-*")
    out.print("\nNext:", style="bold")
    out.print('  look around  eval "$(.venv/bin/strata emulator env)"')
    out.print("               terraform -chdir=cdktf.out/stacks/local-network plan")
    out.print("  change       edit envs/local.toml, then .venv/bin/strata apply local")
    out.print("  take down    make clean-demo")
