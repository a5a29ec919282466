"""`strata demo`"""

from strata import emulator as emulation
from strata.commands.common import (
    CDKTF_OUT,
    finish,
    judged,
    layer_work,
    make_state_bucket,
    out,
    run_layers,
)
from strata.errors import StrataError
from strata.layers import LAYERS
from strata.paths import WORK
from strata.settings import load


def demo() -> None:
    """Take `envs/local.toml` from settings to a running system on the emulator."""
    settings = load("local")
    out.print("settings   are right")
    running = emulation.start()
    out.print(f"emulator   {running.url}")
    work = layer_work(settings)
    if judged(["local"], [settings], CDKTF_OUT).findings:
        raise StrataError("the gate found something unsafe", "strata gate local")
    out.print("gate       is clean")
    make_state_bucket(settings)
    finish(run_layers(LAYERS, work.apply, work), "make demo")
    out.print("\nPlanning again: nothing may change.")
    second = run_layers(LAYERS, work.changes, work)
    finish(second, "make demo")
    if set(second.done.values()) != {"no change"}:
        raise StrataError("a second plan has changes", f"look into {WORK / 'logs'}")
    edge, registry = (work.terraform.outputs(work.folder(n)) for n in ("edge", "registry"))
    out.print("\nIt stands, in memory, until the emulator stops:", style="bold")
    out.print(f"  address      {edge['url']}")
    out.print(f"  images       {registry['repository_url']}")
    out.print("  Terraform    cdktf.out/stacks/local-*")
    out.print("\nNext:", style="bold")
    out.print('  look around  eval "$(.venv/bin/strata emulator env)"')
    out.print("               terraform -chdir=cdktf.out/stacks/local-network plan")
    out.print("  change       edit envs/local.toml, then make demo")
    out.print("  take down    make clean-demo")
