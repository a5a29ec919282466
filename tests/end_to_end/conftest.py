"""An emulator of our own, and `local` applied to it."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.apply.reviewed_plan import ReviewedApply
from strata.cli import main
from strata.documents.layers import LAYERS
from strata.local import emulator as emulation
from strata.machine.folders import CHOSEN, Folders
from strata.planning.composed import plan_composed
from strata.review.record import basis, write
from strata.settings import Settings, load
from strata.state.bucket import bootstrap
from strata.state.states import read_states
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from strata.views import steps
from tests import ROOT
from tests.deployer.record import TESTS
from tests.end_to_end.forks import Command
from tests.end_to_end.provider import attached

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all that the module's work writes lies."""
    return tmp_path_factory.mktemp("end-to-end")


def client_of_the_tests(name: str, region: str) -> Any:
    """A boto3 client whose calls the emulator's record tells from those of Strata."""
    make: Any = boto3.client
    return make(name, region_name=region, aws_access_key_id=TESTS, aws_secret_access_key=TESTS)


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[Client]:
    """An emulator with its state bucket; gives boto3 clients by name."""
    with emulation.emulator(folder / "emulator") as running:
        settings = load("local")
        emulation.delegate(running.url, settings.edge.domain)
        emulation.push(running.url, "shop-local", settings.service.image_tag)
        environment = settings.environment
        assert bootstrap(environment) is True
        assert bootstrap(environment) is False
        yield lambda name: client_of_the_tests(name, environment.region)


@pytest.fixture(scope="module")
def provider(aws: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One provider for every Terraform of the module."""
    with attached(tmp_path_factory.mktemp("provider")):
        yield


def work_on(settings: Settings, folder: Path) -> LayerWork:
    """Settings, synthesized and ready for Terraform."""
    synthesize([settings], folder)
    tool = Terraform(terraform(), terraform_environment(), folder / "logs")
    return LayerWork(settings, folder / "stacks", tool, threading.Lock())


def strata_command(folder: Path, *arguments: str | Path) -> list[str]:
    """The command line of `strata`, with all that it makes in `folder`."""
    words = [sys.executable, "-m", "tests.end_to_end.driver", folder, *arguments]
    return [str(word) for word in words]


def strata(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run `strata` without a terminal; both streams in `stdout`."""
    with tempfile.TemporaryFile("w+") as said:
        command = Command(folder, *arguments, out=said.fileno())
        command.wait()
        said.seek(0)
        return subprocess.CompletedProcess(["strata"], command.wait(), said.read())


def strata_here(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """As `strata`, in this process, where Node runs already and everything is imported.

    That is half of a command's processor time. A test of what a process does needs `strata`.
    """
    words = ["strata", *map(str, arguments)]
    # Then the gate judges here too, where a process of its own would import it for each command.
    importlib.import_module("checkov")
    said = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        Path(os.devnull).open(encoding="utf-8") as nothing,
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        patch.chdir(ROOT)
        patch.setattr("sys.argv", words)
        patch.setattr("sys.stdin", nothing)
        patch.setattr(CHOSEN, "folders", Folders(ROOT, folder, folder / "cdktf.out"))
        # As in driver.py.
        patch.setattr(steps, "PATIENCE_SECONDS", 3600)
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(words, code, said.getvalue())


def make_review(work: LayerWork, folder: Path) -> Path:
    """A review of what `work` would apply now; gives its folder."""
    settings = work.settings
    composed = work.stacks.parent / "composed" / settings.environment.name
    states = read_states(settings.environment)
    document = plan_composed(work.terraform, composed, states)
    write(folder, basis(settings, states, work.stacks.parent), document, {})
    return folder


def reviewed(review: Path, work: LayerWork) -> ReviewedApply:
    """A review that was found to be of these settings and states, and not planned again."""
    one = ReviewedApply.open(review, work)
    one.check()
    return one


@dataclass(frozen=True)
class Applied:
    """`local`, its review applied twice: at first one layer was in the way."""

    settings: Settings
    work: LayerWork
    review: Path
    first: waves.Outcome
    second: waves.Outcome
    resources_after_first: dict[str, int]


@pytest.fixture(scope="module")
def applied(aws: Client, folder: Path) -> Applied:
    """Applies `local` while a subnet group of the cache's name exists, then without it."""
    settings = load("local")
    work = work_on(settings, folder)
    cache = aws("elasticache")
    subnet = aws("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    review = make_review(work, folder / "review")
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="shop-local-cache",
        CacheSubnetGroupDescription="made by hand",
        SubnetIds=[subnet],
    )
    one = reviewed(review, work)
    one.check_plan()
    first = waves.run(LAYERS, one.step, waves.quiet)
    counts = {
        layer: len(work.terraform.resources(work.folder(layer)))
        for layer in LAYERS
        if layer in first.done
    }
    cache.delete_cache_subnet_group(CacheSubnetGroupName="shop-local-cache")
    second = waves.run(LAYERS, reviewed(review, work).step, waves.quiet)
    return Applied(settings, work, review, first, second, counts)
