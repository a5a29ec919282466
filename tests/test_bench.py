"""What is too slow fails."""

import contextlib
import sys
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

import bench.cost
import bench.deploy
import bench.emulator
import bench.map
import bench.plan
import bench.suite
import bench.synthesis
from bench.plan import Measured
from bench.sides import Program, Took, run
from tests.git import git


@pytest.mark.parametrize("command", ["map", "cost"])
@pytest.mark.parametrize(("took", "code"), [(1.4, 0), (1.6, 1)])
def test_a_command_that_takes_too_long_beside_the_synthesis_fails(
    command: str, took: float, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = getattr(bench, command)
    monkeypatch.setattr(module, "seconds", lambda *args: took if args[0] == command else 1.0)
    with pytest.raises(SystemExit) as left:
        module.main()
    assert left.value.code == code


def took(clock: float, memory: float = 1.0) -> Took:
    return Took(clock, clock, memory)


@pytest.mark.parametrize(
    ("name", "most"),
    [("strata --help", 0.5), ("strata synth local", 0.4), ("strata gate", 0.65)],
)
@pytest.mark.parametrize("over", [-0.01, 0.01])
def test_a_command_that_is_too_slow_beside_the_earlier_build_fails(
    name: str,
    most: float,
    over: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def in_turns(now: Program, _: Program) -> list[Took]:
        meant = f"-m {name} " in f"{' '.join(now.command[1:])} "
        return [took(most + over if meant else 0.1, memory=0.1), took(1.0)]

    monkeypatch.setattr(bench.synthesis, "before", lambda folder: folder)
    monkeypatch.setattr(bench.synthesis, "in_turns", in_turns)
    assert bench.synthesis.beside_the_build_before(tmp_path) is (over < 0)
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(name)]
    assert row.endswith("MISSED") is (over > 0)


@pytest.mark.parametrize(("each", "within"), [(1.29, True), (1.31, False)])
def test_a_synthesis_with_every_section_that_costs_too_much_a_resource_fails(
    each: float, within: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_turns(full: Program, local: Program) -> list[Took]:
        assert "full.toml" in " ".join(full.command)
        assert "local" in local.command
        return [took(20 * each), took(10.0)]

    monkeypatch.setattr(bench.synthesis, "in_turns", in_turns)
    monkeypatch.setattr(bench.synthesis, "resources", lambda _, env: {"full": 20, "local": 10}[env])
    assert bench.synthesis.everything_beside_local(tmp_path) is within


def test_the_resources_of_a_synthesis_are_counted_without_those_that_make_nothing(
    tmp_path: Path,
) -> None:
    file = tmp_path / "composed" / "full" / "cdk.tf.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"resource": {"aws_eip": {"a": {}, "b": {"count": 0}, "c": {}}}}')
    assert bench.synthesis.resources(tmp_path, "full") == 2


@pytest.mark.parametrize(
    ("process", "whole", "within"), [(1.4, 0.4, True), (1.6, 0.4, False), (1.4, 0.6, False)]
)
def test_a_plan_that_is_too_slow_fails(process: float, whole: float, within: bool) -> None:
    found = Measured(took(process), took(1.0), alone=1.0, row=1.0, whole=whole)
    assert bench.plan.told(found) is within


@pytest.mark.parametrize(
    ("deploy", "status", "within"), [(1.4, 1.4, True), (1.6, 1.4, False), (1.4, 1.6, False)]
)
def test_a_release_or_a_status_that_is_too_slow_fails(
    deploy: float, status: float, within: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    found = bench.deploy.Measured(deploy=deploy, plan=4.0, apply=6.0, status=took(status))
    assert bench.deploy.told(found) is within
    assert ("MISSED" in capsys.readouterr().out) is not within


def test_what_terraform_took_is_read_of_its_plan_alone() -> None:
    log = (
        "1.0 2.0 0m0.50s 0m0.10s -chdir=/a version -json\n"
        "3.0 7.5 1m2.50s 0m0.25s -chdir=/a plan -json -out=b\n"
        "8.0 9.0 0m0.50s 0m0.10s -chdir=/a show -json b\n"
    )
    assert bench.plan.planned(log) == Took(4.5, 62.75, 0)


@pytest.mark.parametrize(
    ("clock", "terraform", "emulator", "missed"),
    [(109, 60, 49, 0), (111, 60, 40, 1), (100, 60, 52, 1), (111, 60, 52, 2)],
)
def test_an_emulator_whose_strictness_costs_too_much_fails(
    clock: float,
    terraform: float,
    emulator: float,
    missed: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lenient = bench.emulator.Took(100, 60, 40)
    strict = bench.emulator.Took(clock, terraform, emulator)
    assert bench.emulator.compared(strict, lenient) is (not missed)
    assert capsys.readouterr().out.count("MISSED") == missed


@pytest.mark.emulator
@pytest.mark.parametrize(("module", "refused"), [("emulator", True), ("bench.lenient", False)])
def test_the_emulator_that_it_is_compared_with_refuses_nothing(
    module: str, refused: bool, tmp_path: Path
) -> None:
    with bench.emulator.serving(module, tmp_path / "log") as pid:
        ecs = boto3.client("ecs", region_name="eu-central-1")
        says = pytest.raises(ClientError, match="name is invalid")
        with says if refused else contextlib.nullcontext():
            ecs.create_capacity_provider(
                name="aws-own", autoScalingGroupProvider={"autoScalingGroupArn": "arn:of-a-group"}
            )
        assert bench.emulator.processor_time(pid) > 0


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with a Makefile and nothing else."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "Makefile").touch()
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


@pytest.mark.parametrize(
    ("target", "clock", "processor", "within"),
    [
        ("check", 89, 1000, True),
        ("check", 91, 100, False),
        ("test", 1079, 1240, True),
        ("test", 1081, 1240, False),
        ("test", 1079, 1243, False),
    ],
)
def test_tests_that_take_too_long_in_a_new_clone_fail(
    target: str,
    clock: float,
    processor: float,
    within: bool,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[list[str]] = []

    def run(program: Program) -> Took:
        ran.append([*program.command])
        assert (program.folder / "Makefile").is_file()
        return Took(clock, processor, 1.0)

    monkeypatch.setattr(bench.suite, "ROOT", repository)
    monkeypatch.setattr(bench.suite, "run", run)
    assert bench.suite.main([target]) is within
    assert ran == [["make", "setup"], ["make", target]]
    assert ("MISSED" in capsys.readouterr().out) is not within


def test_what_is_no_target_of_the_suite_is_named() -> None:
    with pytest.raises(SystemExit, match="chek: no such target; there are check, test"):
        bench.suite.main(["chek"])


def test_a_program_that_fails_says_what_it_said_last(tmp_path: Path) -> None:
    program = "print('tests/test_a.py: done'); print('repeat it alone: pytest a'); exit(1)"
    with pytest.raises(SystemExit, match=r"repeat it alone: pytest a\n.* ended with 1"):
        run(Program([sys.executable, "-c", program], tmp_path, {}))
