"""How time and memory grow: with environments, and with rules of security groups.

`python -m bench.growth` prints processor time and the memory of the largest process for 1, 4, 16
and 64 environments, and for none, 1,000 and 2,000 further rules; each in a process of its own, all
in one run. `plan` has Terraform's part in it, on an emulator where nothing stands. It fails where
the last step costs more than `MOST` of what the steps before promise.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from bench import ROOT
from bench.sides import Program, Took, run, strata
from strata.documents.stacks import Stack, stack
from strata.local.emulator import emulator
from strata.machine.node import in_use
from strata.synthesis import lock_file

ENVIRONMENTS = (1, 4, 16, 64)
RULES = (0, 1000, 2000)
MOST = 1.3
"""How much more than in a straight line the last step may cost; two runs differ by a tenth."""

ENV = "local"
GROUP = "${aws_security_group.network_database_security_group.id}"


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        kept = [_environments(Path(folder)), _rules(Path(folder))]
    return 0 if all(kept) else 1


def _environments(folder: Path) -> bool:
    files = []
    text = (ROOT / "envs" / f"{ENV}.toml").read_text(encoding="utf-8")
    for number in range(max(ENVIRONMENTS)):
        file = folder / f"e{number:02}.toml"
        file.write_text(text.replace(f'name = "{ENV}"', f'name = "e{number:02}"'), encoding="utf-8")
        files.append(str(file))
    synth, gate = [], []
    for count in ENVIRONMENTS:
        out = str(folder / f"out-{count}")
        synth.append(run(strata(ROOT, "-q", "synth", *files[:count], "--out", out)))
        gate.append(run(strata(ROOT, "-q", "gate", "--synthesized", out)))
    kept = [
        _table("strata synth", "environments", ENVIRONMENTS, synth),
        _table("strata gate", "environments", ENVIRONMENTS, gate),
    ]
    return all(kept)


def _rules(folder: Path) -> bool:
    kept = []
    with emulator(folder / "emulator"):
        for name in PARTS:
            took = []
            for count in RULES:
                out = folder / f"rules-{count}"
                command = [sys.executable, "-m", "bench.growth", name, str(count), str(out)]
                took.append(run(Program(command, ROOT, {})))
            kept.append(_table(name, "rules", RULES, took))
    return all(kept)


def _table(name: str, what: str, counts: Sequence[int], took: Sequence[Took]) -> bool:
    """Print a row for each count; whether the last one grew no more than in a straight line."""
    for count, used in zip(counts, took, strict=True):
        print(f"{name:14} {count:6} {what:13} {used.processor:8.2f} s {used.memory:8.0f} MiB")
    (low, earlier, last), (first, before, after) = counts[-3:], [one.processor for one in took[-3:]]
    promised = before + max(before - first, 0) / (earlier - low) * (last - earlier)
    ratio = after / promised
    verdict = "" if ratio <= MOST else "   MISSED"
    each = (after - first) / (last - low)
    print(f"{name:14} each more of {what}: {each * 1000:.1f} ms; "
          f"the last step beside a straight line {ratio:.2f}, at most {MOST}{verdict}")  # fmt: skip
    return ratio <= MOST


@in_use()
def synthesize(count: int, out: Path) -> None:
    """Synthesize `local` with `count` further rules, each layer and all in one."""
    from cdktf import App  # noqa: PLC0415 - starts Node
    from constructs import Construct, IConstruct  # noqa: PLC0415

    from modules.environment import build_composed, build_layers  # noqa: PLC0415
    from strata.settings import load  # noqa: PLC0415

    def add(network: IConstruct) -> None:
        from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import (  # noqa: PLC0415
            VpcSecurityGroupIngressRule,
        )

        for number in range(count):
            VpcSecurityGroupIngressRule(
                cast(Construct, network),
                f"further_{number}",
                security_group_id=GROUP,
                description="A further rule.",
                ip_protocol="tcp",
                from_port=3306,
                to_port=3306,
                cidr_ipv4=f"10.{number // 256}.{number % 256}.0/24",
            )

    settings = load(ENV)
    for build, name, folder in (
        (build_layers, f"{ENV}-network", out),
        (build_composed, ENV, out / "whole"),
    ):
        app = App(outdir=str(folder))
        build(app, settings)
        add(app.node.find_child(name).node.find_child("network"))
        app.synth()
    composed = out / "composed" / ENV
    composed.parent.mkdir(exist_ok=True)
    (out / "whole" / "stacks" / ENV).rename(composed)
    lock_file.write(out, [ENV])


def judge(_count: int, out: Path) -> None:
    """The gate's verdict on what was synthesized."""
    from strata.gate.judge import judge as verdict  # noqa: PLC0415

    verdict(out, {ENV: str(ROOT / "envs" / f"{ENV}.toml")})


def plan(_count: int, out: Path) -> None:
    """The review of all that was synthesized: Terraform's plan, judged, ranked and written."""
    from strata.commands.common import Ready, find_terraform, planned  # noqa: PLC0415
    from strata.settings import load  # noqa: PLC0415

    planned(ENV, Ready(load(ENV), out, find_terraform()), out / "review")


def reach(_count: int, out: Path) -> None:
    """The table of paths, and every open flow."""
    from strata.reach import from_stack, open_flows  # noqa: PLC0415
    from strata.reach.table import table  # noqa: PLC0415

    network = from_stack(_stack(out))
    table(network)
    list(open_flows(network))


def draw(_count: int, out: Path) -> None:
    """The files of the map."""
    from strata.map.write import files  # noqa: PLC0415

    files(_stack(out), ENV, "eu-central-1")


def price(_count: int, out: Path) -> None:
    """The estimate of a month."""
    from strata.commands.cost import estimated  # noqa: PLC0415
    from strata.settings import load  # noqa: PLC0415

    estimated(load(ENV), _stack(out))


def _stack(out: Path) -> Stack:
    file = out / "composed" / ENV / "cdk.tf.json"
    return stack(json.loads(file.read_text(encoding="utf-8")))


PARTS: dict[str, Callable[[int, Path], None]] = {
    "synth": synthesize,
    "gate": judge,
    "plan": plan,
    "reach": reach,
    "map": draw,
    "cost": price,
}

if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    part, number, where = sys.argv[1:]
    PARTS[part](int(number), Path(where))
