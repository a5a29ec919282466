"""How docker, podman, buildah and skopeo are called, and which of them is chosen."""

import json
import subprocess
from pathlib import Path

import pytest

from strata.errors import StrataError, UsageError
from strata.images import push
from strata.images.engines import ENGINES, Image, Login, engines_for, loopback, usable
from strata.machine.verbosity import CHOSEN, Verbosity
from tests.images.stand_ins import StandIns, make
from tests.raised import raised

HOST = "111111111111.dkr.ecr.eu-central-1.amazonaws.com"
LOGIN = Login(HOST, "AWS", "the-password")
ID = f"sha256:{'a' * 64}"
DOCKER_IMAGE = json.dumps([{"Id": ID, "Os": "linux", "Architecture": "amd64"}])


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """A PATH without engines."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return make(folder, monkeypatch)


@pytest.fixture
def source(tmp_path: Path) -> push.Build:
    """A folder to build from."""
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\n")
    return push.Build(context, context / "Dockerfile")


def test_without_an_engine_it_says_which_can_be_installed(
    stand_ins: StandIns, source: push.Build, tmp_path: Path
) -> None:
    stand_ins.put("docker", {"version": (1, "Cannot connect to the Docker daemon")})
    with pytest.raises(StrataError) as error:
        push.found(source, None, tmp_path, "x86_64")
    assert error.value.message.splitlines() == [
        "no engine for images works here",
        "docker: Cannot connect to the Docker daemon",
        "podman: it is not installed",
        "buildah: it is not installed",
    ]
    assert error.value.hint is not None
    for name in ("Docker", "Podman", "Buildah"):
        assert name in error.value.hint


def test_the_first_that_works_is_taken_and_engine_overrides_it(
    stand_ins: StandIns, source: push.Build, tmp_path: Path
) -> None:
    stand_ins.put("docker", {"version": (1, "Cannot connect to the Docker daemon")})
    stand_ins.put("podman", {"inspect": (0, DOCKER_IMAGE)})
    stand_ins.put("buildah", {"inspect": (0, DOCKER_IMAGE)})
    assert push.found(source, None, tmp_path, "x86_64")[0].name == "podman"
    assert push.found(source, "buildah", tmp_path, "x86_64")[0].name == "buildah"
    with pytest.raises(StrataError, match="docker: Cannot connect"):
        push.found(source, "docker", tmp_path, "x86_64")


def test_podman_under_dockers_name_is_not_given_dockers_options(stand_ins: StandIns) -> None:
    stand_ins.put("docker", {"--version": (0, "podman version 4.3.1")})
    with pytest.raises(StrataError, match="docker: it is podman by another name"):
        usable([ENGINES["docker"]], "")


@pytest.mark.parametrize(("architecture", "machine"), [("x86_64", "amd64"), ("arm64", "arm64")])
@pytest.mark.parametrize("name", ["docker", "podman", "buildah"])
def test_a_build_is_for_the_clusters_processor_and_from_the_named_file(
    name: str,
    architecture: str,
    machine: str,
    stand_ins: StandIns,
    source: push.Build,
    tmp_path: Path,
) -> None:
    stand_ins.put(name, {"inspect": (0, DOCKER_IMAGE.replace("amd64", machine))})
    file = tmp_path / "Other"
    file.write_text("FROM scratch\n")
    _, image = push.found(push.Build(source.context, file), name, tmp_path, architecture)
    assert ID in image.digests
    assert image.platform == f"linux/{machine}"
    push.check_platform(image, architecture)
    other = "arm64" if architecture == "x86_64" else "x86_64"
    with pytest.raises(
        StrataError, match=f"the image is made for linux/{machine}, and the cluster"
    ):
        push.check_platform(image, other)
    (build,) = [call for call in stand_ins.calls() if call.words[0] == "build"]
    words = build.words
    assert words[words.index("--platform") + 1] == f"linux/{machine}"
    assert words[words.index("--file") + 1] == str(file)
    assert words[-1] == str(source.context)
    if name == "docker":
        # Else it may push an index, whose second manifest is no image that ECR can scan.
        assert build.environment["BUILDX_NO_DEFAULT_ATTESTATIONS"] == "1"


@pytest.mark.parametrize("name", ENGINES)
def test_the_password_goes_through_stdin_and_stays_nowhere(
    name: str, stand_ins: StandIns, tmp_path: Path
) -> None:
    stand_ins.put(name)
    folder = tmp_path / "private"
    folder.mkdir()
    image = Image("docker://source/shop:1" if name == "skopeo" else ID, "linux/amd64", frozenset())
    ENGINES[name].push(image, f"{HOST}/shop:1", LOGIN, folder)
    calls = stand_ins.calls()
    (login,) = [call for call in calls if "login" in call.words]
    assert login.stdin == "the-password"
    assert login.words[-4:] == ["--username", "AWS", "--password-stdin", HOST]
    assert all("the-password" not in word for call in calls for word in call.words)
    assert all("the-password" not in call.stdin for call in calls if call is not login)
    # What it keeps of the login lies in the folder that is deleted.
    kept = [word for word in login.words if str(folder) in word]
    assert kept
    last = calls[-1]
    assert [word for word in last.words if str(folder) in word]
    assert any(word.endswith(f"{HOST}/shop:1") for word in last.words)
    assert "the-password" not in repr(LOGIN)


@pytest.mark.parametrize("name", ENGINES)
def test_a_login_that_fails_repeats_no_password(
    name: str, stand_ins: StandIns, tmp_path: Path
) -> None:
    stand_ins.put(name, {"login": (1, "denied: the-password is not right")})
    with pytest.raises(StrataError) as error:
        ENGINES[name].push(Image("a", "linux/amd64", frozenset()), "b", LOGIN, tmp_path)
    assert error.value.message == f"{name} could not log in to {HOST}: denied: *** is not right"


def test_docker_keeps_its_context_and_none_of_the_users_logins(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = tmp_path / "usual"
    (usual / "contexts").mkdir(parents=True)
    configuration = {
        "auths": {"other": {"auth": "eDp5"}},
        "credsStore": "desktop",
        "currentContext": "colima",
    }
    (usual / "config.json").write_text(json.dumps(configuration))
    monkeypatch.setenv("DOCKER_CONFIG", str(usual))
    stand_ins.put("docker")
    ENGINES["docker"].push(Image(ID, "linux/amd64", frozenset()), f"{HOST}/shop:1", LOGIN, tmp_path)
    own = tmp_path / "docker"
    assert json.loads((own / "config.json").read_text()) == {
        "auths": {HOST: {}},
        "currentContext": "colima",
    }
    assert (own / "contexts").resolve() == usual / "contexts"
    assert json.loads((usual / "config.json").read_text()) == configuration
    assert own.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["podman", "buildah", "skopeo"])
def test_only_a_registry_on_this_machine_may_lack_tls(
    name: str, stand_ins: StandIns, tmp_path: Path
) -> None:
    stand_ins.put(name)
    image = Image("docker://source/shop:1" if name == "skopeo" else ID, "linux/amd64", frozenset())
    ENGINES[name].push(image, f"{HOST}/shop:1", LOGIN, tmp_path)
    assert not [w for call in stand_ins.calls() for w in call.words if "tls" in w]
    here = Login("127.0.0.1:5000", "AWS", "x")
    ENGINES[name].push(image, "127.0.0.1:5000/shop:1", here, tmp_path)
    login, last = stand_ins.calls()[-2:]
    assert "--tls-verify=false" in login.words
    assert {"--tls-verify=false", "--dest-tls-verify=false"} & set(last.words)


HOSTS = [
    ("127.0.0.1:5000", True),
    ("127.3.2.1", True),
    ("localhost:5000", True),
    ("[::1]:5000", True),
    (HOST, False),
    ("10.0.0.1:5000", False),
    ("localhost.example:5000", False),
    ("127.0.0.1.example", False),
]


def test_what_is_on_this_machine() -> None:
    for host, here in HOSTS:
        assert loopback(host) is here, host


def test_what_an_engine_says_is_shown_or_is_in_the_error(
    stand_ins: StandIns,
    source: push.Build,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_ins.put("podman", {"build": (125, "no space left on device")})
    with pytest.raises(StrataError) as error:
        push.found(source, None, tmp_path, "x86_64")
    assert error.value.message == "podman build ended with exit code 125"
    assert "no space left on device" in capfd.readouterr().err
    monkeypatch.setattr(CHOSEN, "verbosity", Verbosity.QUIET)
    with pytest.raises(StrataError) as error:
        push.found(source, None, tmp_path, "x86_64")
    assert "no space left on device" in error.value.message
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("architecture", "letter"), [("x86_64", "c"), ("arm64", "b")])
def test_skopeo_takes_the_manifest_of_the_clusters_platform_out_of_an_index(
    architecture: str, letter: str, stand_ins: StandIns
) -> None:
    def entry(digest: str, machine: str) -> dict[str, object]:
        platform = {"os": "linux", "architecture": machine}
        return {"digest": f"sha256:{digest * 64}", "platform": platform}

    index = json.dumps({"manifests": [entry("b", "arm64"), entry("c", "amd64")]})
    configuration = json.dumps({"os": "linux", "architecture": "amd64"})
    stand_ins.put("skopeo", {"--config": (0, configuration), "--raw": (0, index)})
    image = engines_for(architecture)["skopeo"].image("docker://somewhere/shop:1")
    assert image is not None
    machine = {"x86_64": "amd64", "arm64": "arm64"}[architecture]
    assert all(f"--override-arch={machine}" in call.words for call in stand_ins.calls())
    assert image.digests == {f"sha256:{letter * 64}"}


def test_an_engine_that_hangs_is_taken_for_one_that_does_not_work(
    monkeypatch: pytest.MonkeyPatch, stand_ins: StandIns
) -> None:
    def hang(*_: object, timeout: float, **__: object) -> None:
        raise subprocess.TimeoutExpired("podman", timeout)

    stand_ins.put("podman")
    monkeypatch.setattr(subprocess, "run", hang)
    assert ENGINES["podman"].problem() == "it does not answer within 30 s"


NOTHING_TO_PUSH: list[tuple[push.Source, str | None, str]] = [
    (push.Existing("-x"), None, "--image '-x' is no image"),
    (push.Existing(""), None, "--image '' is no image"),
    (push.Build(Path("nowhere"), Path("x")), None, "nowhere is no folder"),
    (push.Build(Path(), Path("nowhere/Dockerfile")), None, "no file nowhere/Dockerfile"),
    (push.Build(Path(), Path(__file__)), "skopeo", "--engine skopeo builds no image"),
    (push.Build(Path(), Path(__file__)), "kaniko", "--engine kaniko is not known"),
    (push.Archive(Path(__file__)), None, "is no tar file"),
    (push.Archive(Path("nowhere.tar")), None, "nowhere.tar cannot be read"),
]


def test_what_cannot_be_pushed_is_refused_before_anything_runs(stand_ins: StandIns) -> None:
    for source_, engine, said in NOTHING_TO_PUSH:
        error = raised(UsageError, push.check, source_, engine)
        assert error and said in error.message, said
        assert stand_ins.calls() == [], said
