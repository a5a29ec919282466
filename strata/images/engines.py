"""The programs that build, hold and push images: docker, podman, buildah, skopeo.

Each is called as its own manual says. Credentials are kept in a folder that the caller deletes, so
that neither the user's own logins change nor a token stays on disk.
"""

import hashlib
import ipaddress
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from strata.errors import StrataError
from strata.images import archives
from strata.machine.verbosity import CHOSEN, Verbosity
from strata.settings.figures import PLATFORMS

PROBE_SECONDS = 30
"""An engine that has not said within this time whether it works is taken for one that does not."""

LAST_LINES = 5
"""Lines of an engine's output that an error repeats when they were not shown."""

_MINE_TAR = "archive.tar"


@dataclass(frozen=True)
class Login:
    """What ECR gave to log in with; the password is in no text of this object."""

    host: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Image:
    """An image that an engine has, by the engine's own name for it.

    `digests` are its ID (the digest of its configuration) and, where the engine knows them, digests
    of its manifest. `platform` is such as `linux/amd64`.
    """

    reference: str
    platform: str
    digests: frozenset[str]


class Engine(Protocol):
    """A program that can push an image; all methods raise StrataError when it fails."""

    name: str
    builds: bool

    def problem(self) -> str | None:
        """Why it cannot be used on this machine; None if it can."""

    def build(self, context: Path, dockerfile: Path, folder: Path) -> str:
        """Build an image for the platform of this engine; `folder` is for files of its own."""

    def load(self, archive: Path, folder: Path) -> str:
        """The engine's name for the image in an archive."""

    def image(self, reference: str) -> Image | None:
        """The image of that name, if the engine has it."""

    def push(self, image: Image, target: str, login: Login, folder: Path) -> None:
        """Log in to the registry of `target` and push the image there, under that name."""


@dataclass(frozen=True)
class Docker:
    """Docker, or what answers to its commands over its socket."""

    platform: str
    name = "docker"
    builds = True

    def problem(self) -> str | None:
        """Why it cannot be used; it needs its daemon."""
        if problem := _no_answer([self.name, "version", "--format", "{{.Server.Version}}"]):
            return problem
        if "podman" in _said([self.name, "--version"]).lower():
            # The package podman-docker, which takes podman's options and not Docker's.
            return "it is podman by another name"
        return None

    def build(self, context: Path, dockerfile: Path, folder: Path) -> str:
        """Build it, without the attestations that would make it an index of manifests."""
        words: list[str | Path] = ["build", "--platform", self.platform, "--file", dockerfile]
        return _build(self.name, words, context, folder, {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"})

    def load(self, archive: Path, folder: Path) -> str:  # noqa: ARG002 - of all engines
        """The name, or else the ID, that Docker says it loaded."""
        lines = _said([self.name, "load", "--input", archive]).strip().splitlines()
        if not lines:
            raise StrataError(f"docker load of {archive} names no image")
        return lines[-1].partition(": ")[2]

    def image(self, reference: str) -> Image | None:
        """An image in Docker's store."""
        return _inspected([self.name, "image", "inspect", "--", reference], reference)

    def push(self, image: Image, target: str, login: Login, folder: Path) -> None:
        """Tag and push it, with a configuration of its own for the credentials."""
        settings = ["--config", str(_docker_configuration(folder, login.host))]
        _log_in([self.name, *settings, "login"], login)
        _said([self.name, "tag", image.reference, target])
        _shown([self.name, *settings, "push", target])


@dataclass(frozen=True)
class Podman:
    """Podman, which has no daemon."""

    platform: str
    name = "podman"
    builds = True

    def problem(self) -> str | None:
        """Why it cannot be used."""
        return _no_answer([self.name, "info", "--format", "{{.Store.GraphDriverName}}"])

    def build(self, context: Path, dockerfile: Path, folder: Path) -> str:
        """Build it; unchanged steps are taken from the cache, so that the image stays the same."""
        words: list[str | Path] = ["build", "--layers", "--platform", self.platform]
        return _build(self.name, [*words, "--file", dockerfile], context, folder)

    def load(self, archive: Path, folder: Path) -> str:
        """The ID of the image in an archive, which is copied to the store."""
        return _said([self.name, "pull", "--quiet", _transport(archive, folder)]).strip()

    def image(self, reference: str) -> Image | None:
        """An image in the store."""
        return _inspected([self.name, "image", "inspect", "--", reference], reference)

    def push(self, image: Image, target: str, login: Login, folder: Path) -> None:
        """Push it, with a file of its own for the credentials."""
        options = [f"--authfile={folder / 'auth.json'}", *_tls(login.host)]
        _log_in([self.name, "login", *options], login)
        _shown([self.name, "push", *options, image.reference, f"docker://{target}"])


@dataclass(frozen=True)
class Buildah(Podman):
    """Buildah, which has the store and the options of Podman."""

    name = "buildah"

    def problem(self) -> str | None:
        """Why it cannot be used."""
        return _no_answer([self.name, "info", "--format", "{{.store.GraphDriverName}}"])

    def image(self, reference: str) -> Image | None:
        """An image in the store."""
        fields = (
            '{"Os":"{{.OCIv1.OS}}","Architecture":"{{.OCIv1.Architecture}}",'
            '"Id":"{{.FromImageID}}","Digest":"{{.FromImageDigest}}"}'
        )
        words = [self.name, "inspect", "--type", "image", "--format", fields, reference]
        return _inspected(words, reference)


@dataclass(frozen=True)
class Skopeo:
    """Skopeo, which copies images from one place to another and builds none."""

    platform: str
    name = "skopeo"
    builds = False

    def problem(self) -> str | None:
        """Why it cannot be used."""
        return _no_answer([self.name, "--version"])

    def build(self, context: Path, dockerfile: Path, folder: Path) -> str:
        """Never: it builds none."""
        raise NotImplementedError

    def load(self, archive: Path, folder: Path) -> str:
        """The place of the image in an archive: it is copied from there."""
        return _transport(archive, folder)

    def image(self, reference: str) -> Image | None:
        """An image at a place such as `docker://host/name:tag` or `containers-storage:name`."""
        place = [*_source_tls(reference, "--tls-verify=false"), reference]
        asked = _run([self.name, *_picked(self.platform), "inspect", "--config", *place])
        raw = _run([self.name, *_picked(self.platform), "inspect", "--raw", *place])
        if asked.returncode or raw.returncode:
            return None
        configuration = json.loads(asked.stdout)
        return Image(
            reference,
            f"{configuration['os']}/{configuration['architecture']}",
            _digests(raw.stdout, self.platform),
        )

    def push(self, image: Image, target: str, login: Login, folder: Path) -> None:
        """Copy it, with its digest as it is where its form can be kept."""
        authfile = folder / "auth.json"
        _log_in([self.name, "login", f"--authfile={authfile}", *_tls(login.host)], login)
        transport = image.reference.partition(":")[0]
        options = [
            f"--dest-authfile={authfile}",
            *(["--dest-tls-verify=false"] if loopback(login.host) else []),
            *_source_tls(image.reference, "--src-tls-verify=false"),
            # Layers of other forms are not compressed yet, which their digests do not survive.
            *(["--preserve-digests"] if transport in ("docker", "oci", "oci-archive") else []),
        ]
        words = [
            self.name,
            *_picked(self.platform),
            "copy",
            *options,
            image.reference,
            f"docker://{target}",
        ]
        _shown(words)


KINDS: tuple[Callable[[str], Engine], ...] = (Docker, Podman, Buildah, Skopeo)
"""In the order in which they are tried."""


def engines_for(architecture: str) -> dict[str, Engine]:
    """The engines by name, in the order in which they are tried, for images of the architecture of
    a cluster."""
    engines = [kind(PLATFORMS[architecture]) for kind in KINDS]
    return {engine.name: engine for engine in engines}


ENGINES = engines_for("x86_64")
"""Those for Intel and AMD; names, and what builds, are the same for all."""


INSTALL = (
    "install one: Docker (https://docs.docker.com/engine/install/), Podman "
    "(https://podman.io/docs/installation) or Buildah (https://buildah.io); Debian and Ubuntu have "
    "the packages docker.io, podman and buildah"
)
INSTALL_SKOPEO = f"{INSTALL}; Skopeo pushes archives and images without building (package skopeo)"


def usable(candidates: Sequence[Engine], hint: str) -> Engine:
    """The first engine that works on this machine; raises StrataError with the reason of each."""
    problems: list[str] = []
    for engine in candidates:
        problem = engine.problem()
        if problem is None:
            return engine
        problems.append(f"{engine.name}: {problem}")
    raise StrataError("\n".join(["no engine for images works here", *problems]), hint)


def loopback(host: str) -> bool:
    """Whether a registry, `host` or `host:port`, is on this machine; it may then lack TLS."""
    name = host.rpartition(":")[0] or host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def _build(
    program: str,
    words: Sequence[str | Path],
    context: Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The ID of the image that was built."""
    iid = folder / "iid"
    _shown([program, *words, "--iidfile", iid, context], environment)
    return iid.read_text(encoding="utf-8").strip()


def _inspected(words: Sequence[str | Path], reference: str) -> Image | None:
    """The image that `inspect` shows; docker and podman show a list of one."""
    answer = _run(words)
    if answer.returncode:
        return None
    shown = json.loads(answer.stdout)
    body = shown[0] if isinstance(shown, list) else shown
    named = [body["Id"], body.get("Digest"), *(body.get("RepoDigests") or [])]
    digests = {name.rpartition("@")[2] for name in named if name}
    return Image(
        reference,
        f"{body['Os']}/{body['Architecture']}",
        frozenset(d if d.startswith("sha256:") else f"sha256:{d}" for d in digests),
    )


def _digests(manifest: str, platform: str) -> frozenset[str]:
    """The digest of a manifest and of the configuration that it names; of an index, those of the
    manifest for a platform."""
    body = json.loads(manifest)
    if "manifests" in body:
        system, architecture = platform.split("/")
        return frozenset(
            entry["digest"]
            for entry in body["manifests"]
            if (entry.get("platform") or {}).get("os") == system
            and entry["platform"].get("architecture") == architecture
        )
    own = hashlib.sha256(manifest.encode()).hexdigest()
    return frozenset({f"sha256:{own}", body["config"]["digest"]})


def _picked(platform: str) -> list[str]:
    """Options that pick a platform out of an image for several."""
    system, architecture = platform.split("/")
    return [f"--override-os={system}", f"--override-arch={architecture}"]


def _transport(archive: Path, folder: Path) -> str:
    """An archive as containers-transports(5) has it, where a colon in a path would end it."""
    link = folder / _MINE_TAR
    link.symlink_to(archive.resolve())
    return f"{archives.form(archive)}:{link}"


def _tls(host: str) -> list[str]:
    return ["--tls-verify=false"] if loopback(host) else []


def _source_tls(reference: str, option: str) -> list[str]:
    transport, _, rest = reference.partition("://")
    return [option] if transport == "docker" and loopback(rest.partition("/")[0]) else []


def _docker_configuration(folder: Path, host: str) -> Path:
    """A configuration folder of Docker with no login but ours, and the user's context.

    With an entry for the registry, Docker looks for no keychain to put the token into.
    """
    usual = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        configured = json.loads((usual / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        configured = {}
    kept = {key: configured[key] for key in ("currentContext", "proxies") if key in configured}
    own = folder / "docker"
    own.mkdir(mode=0o700)
    (own / "config.json").write_text(json.dumps({"auths": {host: {}}, **kept}), encoding="utf-8")
    if (usual / "contexts").is_dir():
        (own / "contexts").symlink_to((usual / "contexts").resolve())
    return own


def _log_in(words: Sequence[str | Path], login: Login) -> None:
    words = [*words, "--username", login.username, "--password-stdin", login.host]
    answer = _run(words, stdin=login.password)
    if answer.returncode:
        said = (answer.stderr or answer.stdout).replace(login.password, "***")
        raise StrataError(f"{words[0]} could not log in to {login.host}: {_last(said)}")


def _no_answer(words: Sequence[str | Path]) -> str | None:
    """Why a first question to an engine has no answer."""
    if shutil.which(words[0]) is None:
        return "it is not installed"
    try:
        answer = _run(words, seconds=PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"it does not answer within {PROBE_SECONDS} s"
    except OSError as error:
        return f"it cannot be run: {error.strerror}"
    return _last(answer.stderr or answer.stdout) if answer.returncode else None


def _said(words: Sequence[str | Path]) -> str:
    """What an engine prints; raises StrataError when it fails."""
    answer = _run(words)
    if answer.returncode:
        raise StrataError(f"{_called(words)}: {_last(answer.stderr or answer.stdout)}")
    return answer.stdout


def _run(
    words: Sequence[str | Path], stdin: str | None = None, seconds: float | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(word) for word in words],
        input=stdin if stdin is not None else "",
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=seconds,
    )


def _shown(words: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
    """Run an engine with all that it prints on stderr, or with nothing of it where `-q` asks so."""
    quiet = CHOSEN.verbosity is Verbosity.QUIET
    answer = subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        # The engine's progress on a terminal; stdout is for results.
        stdout=subprocess.PIPE if quiet else 2,
        stderr=subprocess.STDOUT if quiet else 2,
        text=True,
        errors="replace",
        check=False,
    )
    if answer.returncode:
        said = (answer.stdout or "").strip().splitlines()[-LAST_LINES:]
        raise StrataError(
            "\n".join([f"{_called(words)} ended with exit code {answer.returncode}", *said]),
            None if said else "what it says of that stands above",
        )


def _called(words: Sequence[str | Path]) -> str:
    """Program and command, without options: `docker build`."""
    command = next((word for word in words[1:] if not str(word).startswith("-")), "")
    return f"{words[0]} {command}".strip()


def _last(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1] if lines else "it says nothing"
