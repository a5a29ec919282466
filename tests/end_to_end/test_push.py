"""`strata push` with real engines to a real registry; the login is the emulator's ECR's."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from strata import cli
from strata.images import repository
from strata.local import emulator as emulation
from tests import ROOT
from tests.end_to_end.conftest import Client
from tests.end_to_end.registry import PASSWORD, Registry, running
from tests.git import git

pytestmark = [pytest.mark.emulator, pytest.mark.servers]

NAME = "shop-local"
Push = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def registry(aws: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that the emulator's ECR leads to, and the repository of `local`."""
    with running(tmp_path_factory.mktemp("registry")) as registry:
        emulation.account(os.environ["AWS_ENDPOINT_URL"], registry=registry.host)
        aws("ecr").create_repository(
            repositoryName=NAME,
            imageTagMutability="IMMUTABLE",
            imageScanningConfiguration={"scanOnPush": True},
        )
        yield registry


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store of images of our own, for engines that need neither a daemon nor namespaces."""
    folder = tmp_path_factory.mktemp("storage")
    (folder / "storage.conf").write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_STORAGE_CONF", str(folder / "storage.conf"))
        patch.setenv("BUILDAH_ISOLATION", "chroot")
        yield


@pytest.fixture
def push(
    registry: Registry,
    storage: None,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Push:
    """Runs `strata push local`: its exit code, stdout and stderr."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["strata", "push", "local", *map(str, words)])
        capfd.readouterr()
        code = cli.main()
        said = capfd.readouterr()
        assert PASSWORD not in said.out + said.err
        return code, said.out, said.err

    return run


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A folder with a Dockerfile of an image from scratch, in a commit."""
    folder = tmp_path / "shop api"
    folder.mkdir()
    (folder / "content").write_text(f"of {tmp_path}")
    (folder / "Dockerfile").write_text('FROM scratch\nCOPY content /\nCMD ["/content"]\n')
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def tags(aws: Client) -> dict[str, str]:
    """Tag -> digest, as ECR has them."""
    images = aws("ecr").describe_images(repositoryName=NAME)["imageDetails"]
    return {tag: image["imageDigest"] for image in images for tag in image["imageTags"]}


def test_it_builds_pushes_and_says_what_ecr_has_then(
    context: Path, push: Push, aws: Client, registry: Registry
) -> None:
    commit = git(context, "rev-parse", "--short=12", "HEAD")
    code, said, log = push(context, "--engine", "buildah")
    assert code == 0, log
    digest = tags(aws)[commit]
    lines = said.splitlines()
    assert lines[0] == f"image      {registry.host}/{NAME}:{commit}"
    assert lines[1] == "           pushed with buildah"
    assert lines[2] == f"digest     {digest}"
    assert lines[3].endswith(", compressed")
    assert lines[4] == "scan       1 high"

    # Once more from the same commit: it is there, and nothing is written.
    written = registry.writes()
    code, said, log = push(context, "--engine", "buildah")
    assert code == 0, log
    assert said.splitlines()[1] == "           was there already, the same"
    assert said.splitlines()[2] == f"digest     {digest}"
    assert registry.writes() == written


def test_a_tag_of_another_image_is_refused_before_anything_is_written(
    context: Path, push: Push, aws: Client, registry: Registry
) -> None:
    assert push(context, "--tag", "taken", "--engine", "buildah")[0] == 0
    before, written = tags(aws), registry.writes()
    (context / "content").write_text("another")
    code, said, log = push(context, "--tag", "taken", "--engine", "buildah")
    assert (code, said) == (1, "")
    assert f"the tag taken stands for another image in {NAME}, {before['taken']}" in log
    assert "nothing was pushed" in log
    assert registry.writes() == written
    assert tags(aws) == before


def test_what_is_not_in_the_commit_is_named_and_in_the_tag(
    context: Path, push: Push, aws: Client
) -> None:
    (context / "not yet added").write_text("")
    code, said, log = push(context, "--json", "--engine", "buildah")
    assert code == 0, log
    report = json.loads(said)
    commit = git(context, "rev-parse", "--short=12", "HEAD")
    assert report["tag"] == f"{commit}-dirty"
    assert f"1 file not as in the commit (not yet added): the tag is {commit}-dirty" in log
    assert report["digest"] == tags(aws)[f"{commit}-dirty"]
    assert report["pushed"] is True
    assert report["scan"] == {"findings": {"HIGH": 1}, "missing": None}


def buildah(*words: str | Path) -> str:
    return subprocess.run(
        ["buildah", *map(str, words)], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("engine", ["buildah", "skopeo"])
@pytest.mark.parametrize("form", ["oci-archive", "docker-archive"])
def test_an_archive_is_pushed_as_it_is(
    form: str, engine: str, context: Path, push: Push, aws: Client
) -> None:
    image = buildah("build", "--quiet", context)
    archive = context / "an image: of shop.tar"
    link = context / "image"
    buildah("push", image, f"{form}:{link}")
    link.rename(archive)
    tag = f"{form}-{engine}"
    code, said, log = push("--archive", archive, "--tag", tag, "--engine", engine)
    assert code == 0, log
    assert f"pushed with {engine}" in said
    assert tag in tags(aws)
    manifest = aws("ecr").batch_get_image(repositoryName=NAME, imageIds=[{"imageTag": tag}])
    configuration = json.loads(manifest["images"][0]["imageManifest"])["config"]["digest"]
    if form == "oci-archive":
        assert configuration == f"sha256:{image}"
    # And is known for the same, whoever pushes it.
    code, said, log = push("--archive", archive, "--tag", tag)
    assert code == 0, log
    assert "was there already, the same" in said


def test_an_image_that_the_engine_has_is_pushed(context: Path, push: Push, aws: Client) -> None:
    buildah("build", "--quiet", "--tag", "localhost/shop:mine", context)
    code, said, log = push("--image", "localhost/shop:mine", "--tag", "mine")
    assert code == 0, log
    assert "pushed with buildah" in said
    assert "mine" in tags(aws)
    code, _, log = push("--image", "localhost/shop:gone", "--tag", "gone")
    assert code == 1
    assert "no engine has the image localhost/shop:gone" in log
    assert "buildah: it does not have the image" in log


def test_an_image_for_another_processor_is_refused(
    context: Path, push: Push, registry: Registry
) -> None:
    buildah("build", "--quiet", "--platform", "linux/arm64", "--tag", "localhost/shop:arm", context)
    written = registry.writes()
    code, _, log = push("--image", "localhost/shop:arm", "--tag", "arm")
    assert code == 1
    assert "the image is made for linux/arm64, and the cluster runs linux/amd64" in log
    assert registry.writes() == written


def test_a_build_that_fails_pushes_nothing(
    context: Path, push: Push, aws: Client, registry: Registry
) -> None:
    (context / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")
    written = registry.writes()
    code, said, log = push(context, "--tag", "failed", "--engine", "buildah")
    assert (code, said) == (1, "")
    assert "buildah build ended with exit code" in log
    assert registry.writes() == written


def test_findings_that_do_not_come_are_said_to_be_missing(
    context: Path, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "DONE", ())
    monkeypatch.setattr(repository, "GOING_ON", ("COMPLETE",))
    monkeypatch.setattr(repository.scan, "__defaults__", (0.0, lambda _: None))
    code, said, log = push(context, "--tag", "unscanned", "--engine", "buildah")
    assert code == 0, log
    assert "scan       no findings to show: not finished within 0 s" in said


def test_without_a_repository_it_says_what_makes_one(
    context: Path,
    registry: Registry,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = context / "other.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    file.write_text(text.replace('project = "shop"', 'project = "stall"'))
    words = ["strata", "push", str(file), str(context), "--tag", "none", "--engine", "buildah"]
    monkeypatch.setattr(sys, "argv", words)
    assert cli.main() == 1
    said = capfd.readouterr().err
    assert "there is no image repository stall-local yet in eu-central-1" in said
    assert f"strata apply '{file}' makes it" in said


def test_the_emulator_alone_holds_no_images(
    tmp_path: Path,
    context: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its repositories have AWS's own names by default, where nothing of it may go."""
    with emulation.emulator(tmp_path / "alone"):
        boto3.client("ecr", region_name="eu-central-1").create_repository(repositoryName=NAME)
        monkeypatch.setattr(sys, "argv", ["strata", "push", "local", str(context)])
        assert cli.main() == 1
    assert "strata emulator account --registry HOST:PORT" in capfd.readouterr().err
