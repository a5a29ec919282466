"""Lets `terraform show` of a plan run without the provider, of which it needs only the schemas.

For the schemas Terraform 1.11 takes the checksum of the provider's executable, 700 MB, starts it
and reads its 1,500 types: three fifths of the time of a plan. So the provider is asked once, its
answer is kept, and `show` gets from it the types of the plan, through Terraform's interface for
providers that something else has started (`TF_REATTACH_PROVIDERS`). The output is the same to the
byte: Terraform reads and writes values with the same schemas.

Nothing depends on it. If a schema is missing `show` reports it, and if anything differs from what
this module assumes, the plan is shown with the provider. `terraform plan`, `apply` and everything
else that calls AWS use the provider itself.
"""

import contextlib
import hashlib
import json
import os
import select
import subprocess
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from strata.machine.files import write_whole
from strata.machine.folders import work_folder
from strata.machine.private import PrivateFolder
from strata.terraform.plugins import PROVIDER, VERSION, platform_name

SCRIPT = Path(__file__).with_name("schemas.js")
SECONDS = 60
"""Time limit for the provider's start, and for its answer; Terraform's for the start is the same.
"""

HANDSHAKE = {
    "TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    "PLUGIN_PROTOCOL_VERSIONS": "5",
    "TF_LOG_SDK": "off",
}
"""Variables by which a provider knows that Terraform has started it (docs of the plugin SDK)."""

MAPS = (2, 3, 8)
"""Fields of the answer with types by name: resources, data sources, ephemeral resources
(tfplugin5.proto, `GetProviderSchema.Response`)."""

LOCK = ".terraform.lock.hcl"
REATTACH = "TF_REATTACH_PROVIDERS"


class UnexpectedFormat(Exception):
    """Something differs from what this module assumes."""


NO_MATTER = (
    UnexpectedFormat,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    zipfile.BadZipFile,
    subprocess.SubprocessError,
)
"""Errors that only cost time: no Node, a full disk, a plan or a provider of another format."""


@dataclass(frozen=True)
class Standby:
    """A Node that answers for the schemas, once they are written to a file."""

    process: "_Process"
    socket: Path
    schemas: Path


@contextlib.contextmanager
def standby(environment: Mapping[str, str]) -> Iterator[Standby | None]:
    """A Node for `offered`, started while the plan is still made; None if that is impossible."""
    with contextlib.ExitStack() as resources:
        try:
            _refuse_developed(environment)
            ready = _stand_by(resources)
        except NO_MATTER:
            ready = None
        yield ready


def _stand_by(resources: contextlib.ExitStack) -> Standby:
    private = resources.enter_context(PrivateFolder())
    socket, lean = private / "socket", private / "lean"
    return Standby(resources.enter_context(_script("serve", socket, lean)), socket, lean)


@contextlib.contextmanager
def offered(
    folder: Path, plan: Path, environment: Mapping[str, str], standby: Standby | None = None
) -> Iterator[Mapping[str, str]]:
    """Variables for a `terraform show` of `plan` without the provider; empty if that is impossible.

    Terraform must have just made the plan of `folder` with these variables: it has checked the
    provider in the data folder against the lock file then. A `standby` serves one plan.
    """
    with contextlib.ExitStack() as resources:
        try:
            _refuse_developed(environment)
            variables = _offer(folder, plan, environment, standby or _stand_by(resources))
        except NO_MATTER:
            variables = {}
        yield variables


def _offer(
    folder: Path, plan: Path, environment: Mapping[str, str], standby: Standby
) -> Mapping[str, str]:
    schemas = _schemas(folder, _provider(folder, environment), standby.schemas.parent)
    standby.schemas.write_bytes(cut(schemas, types_of(plan)))
    _line(standby.process)
    return {REATTACH: json.dumps({PROVIDER: {
        "Protocol": "grpc", "ProtocolVersion": 5, "Pid": standby.process.pid,
        # With this Terraform does not stop the process at its end.
        "Test": True,
        "Addr": {"Network": "unix", "String": str(standby.socket)},
    }})}  # fmt: skip


def _refuse_developed(environment: Mapping[str, str]) -> None:
    """Raise if Terraform is configured to use another provider than the lock file names."""
    file = Path(environment.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    if REATTACH in environment or (file.is_file() and "dev_overrides" in file.read_text()):
        raise UnexpectedFormat("somebody develops a provider")


def types_of(plan: Path) -> set[str]:
    """The types in the configuration and the states of a saved plan."""
    types: set[str] = set()
    with zipfile.ZipFile(plan) as archive:
        for name in archive.namelist():
            if name in {"tfstate", "tfstate-prev"}:
                resources = json.loads(archive.read(name))["resources"]
                types |= {resource["type"] for resource in resources}
            elif name.endswith(".tf.json"):
                document = json.loads(archive.read(name))
                for kind in ("resource", "data", "ephemeral"):
                    types |= set(document.get(kind, ()))
    return types


def cut(schemas: bytes, types: Collection[str]) -> bytes:
    """A provider's answer with only these types, and with everything about the provider itself.

    Each field of the message is a tag, a length and as many bytes (Protocol Buffers, "Encoding").
    """
    fields = []
    place = 0
    while place < len(schemas):
        tag, inner = _number(schemas, place)
        length, inner = _number(schemas, inner)
        end = inner + length
        field, kind = tag >> 3, tag & 7
        if kind != 2 or end > len(schemas):
            raise UnexpectedFormat("the schemas are no message of the provider's protocol")
        if field not in MAPS or _key(schemas, inner) in types:
            fields.append(schemas[place:end])
        place = end
    return b"".join(fields)


def _key(schemas: bytes, entry: int) -> str:
    """The key of a map's entry, which comes first in it."""
    tag, place = _number(schemas, entry)
    length, place = _number(schemas, place)
    if tag != (1 << 3 | 2):
        raise UnexpectedFormat("an entry does not begin with its key")
    return schemas[place : place + length].decode()


def _number(content: bytes, place: int) -> tuple[int, int]:
    """The number at `place`, seven bits a byte, and the place after it."""
    number = shift = 0
    while True:
        byte = content[place]
        number |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return number, place


def _provider(folder: Path, environment: Mapping[str, str]) -> Path:
    data = folder / environment.get("TF_DATA_DIR", ".terraform")
    place = data / "providers" / PROVIDER / VERSION / platform_name()
    (executable,) = place.glob("terraform-provider-aws_*")
    return executable


def _schemas(folder: Path, provider: Path, private: Path) -> bytes:
    """The provider's schemas: kept from before, or asked for now and kept."""
    key = key_of(folder)
    for place in _places():
        for file in place.glob(f"{key}-*"):
            content = file.read_bytes()
            # The name contains the checksum, so that an incomplete file is not used.
            if file.name == _name(key, content):
                return content
    content = _ask(provider, private)
    keep(key, content)
    return content


def key_of(folder: Path) -> str:
    """The identity of a folder's provider: a digest of the platform and its lock file."""
    lock = (folder / LOCK).read_bytes()
    return hashlib.sha256(platform_name().encode() + lock).hexdigest()[:32]


def _name(key: str, content: bytes) -> str:
    return f"{key}-{hashlib.sha256(content).hexdigest()[:32]}"


def _places() -> list[Path]:
    """Folders to keep answers in, the preferred folder first."""
    # Without a home folder `~` stays as it is.
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111
    own = [cache / "strata" / "schemas"] if cache.is_absolute() else []
    return [*own, work_folder() / "schemas"]


def keep(key: str, content: bytes) -> None:
    """Keep an answer in the first folder that can be written, and in no other; best effort."""
    for folder in _places():
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(folder / _name(key, content), content)
            # The provider lists its types in another order each time.
            for other in folder.glob(f"{key}-*"):
                if other.name != _name(key, content):
                    other.unlink()
            return


def _ask(provider: Path, private: Path) -> bytes:
    """The answer of the provider itself, which is started for it."""
    # In a private folder, so that nobody else can connect to it.
    variables = {**os.environ, **HANDSHAKE, "PLUGIN_UNIX_SOCKET_DIR": str(private)}
    command = [str(provider)]
    with _running(command, variables) as process:
        core, protocol, network, address, wire, *_ = f"{_line(process)}|".split("|")
        if (core, protocol, network, wire) != ("1", "5", "unix", "grpc"):
            raise UnexpectedFormat("the provider speaks another protocol")
        answer = private / "schemas"
        with _script("ask", Path(address), answer) as asking:
            if asking.wait(SECONDS):
                raise UnexpectedFormat("the provider gave no answer")
        return answer.read_bytes()


def _script(how: str, socket: Path, file: Path) -> "contextlib.AbstractContextManager[_Process]":
    node = os.environ.get("JSII_NODE", "node")
    return _running([node, str(SCRIPT), how, str(socket), str(file)], os.environ)


_Process = subprocess.Popen[str]


@contextlib.contextmanager
def _running(command: list[str], variables: Mapping[str, str]) -> Iterator[_Process]:
    """A process that ends with the block."""
    with subprocess.Popen(
        command,
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: _Process) -> str:
    """The first line of a process's output."""
    if process.stdout is None or not select.select([process.stdout], [], [], SECONDS)[0]:
        raise UnexpectedFormat("it says nothing")
    line = process.stdout.readline()
    if not line:
        raise UnexpectedFormat("it has ended")
    return line.strip()
