"""Says which name servers a zone has as soon as it exists, and whether its domain leads to them.

ACM issues a certificate once the world finds its records, so an apply waits for whoever enters the
name servers at the registrar: for 75 minutes at most, and then fails (provider 5.100.0,
`aws_acm_certificate_validation`).
"""

import contextlib
import json
import os
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.session import session
from strata.errors import StrataError
from strata.machine import node
from strata.settings.models import Settings
from strata.state.states import State, read_state
from strata.terraform.events import Event, Watch
from strata.text.wrapping import wrapped

ZONE, VALIDATION = "aws_route53_zone", "aws_acm_certificate_validation"
LOOK_SECONDS = 30
ANSWER_SECONDS = 20

ASK = """
require("dns").promises.resolveNs(process.argv[1]).then(
  (names) => console.log(JSON.stringify(names)),
  (error) => { console.log("[]"); process.exit(NONE.includes(error.code) ? 0 : 1); },
);
const NONE = ["ENOTFOUND", "ENODATA", "ESERVFAIL"];
"""
"""Asks the resolver of this machine. Python's standard library asks for addresses alone, and Node
is here anyway."""


def plain(name: str) -> str:
    """A name without its last dot, in small letters."""
    return name.rstrip(".").lower()


def world_name_servers(settings: Settings) -> set[str]:
    """The name servers that the world knows of the domain; none where nobody delegates it.

    Raises StrataError when nobody can be asked.
    """
    domain = settings.edge.domain
    if settings.environment.emulated:
        return _emulated(domain)
    try:
        answer = subprocess.run(
            [node.find(), "-e", ASK, domain],
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=True,
        )
        return set(map(plain, json.loads(answer.stdout)))
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise StrataError(f"the name servers of {domain} cannot be looked up") from error


def _emulated(domain: str) -> set[str]:
    url = f"{os.environ['AWS_ENDPOINT_URL']}/strata-api/dns"
    body = json.dumps({"name": domain}).encode()
    try:
        with urllib.request.urlopen(url, body, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return set(map(plain, json.load(answer)["name_servers"]))
    except OSError as error:
        raise StrataError(f"the name servers of {domain} cannot be looked up") from error


def zone_of(state: State | None) -> str | None:
    """The id of the zone that the edge layer made, by its state."""
    for resource in state.document["resources"] if state else ():
        if resource["mode"] == "managed" and resource["type"] == ZONE:
            for instance in resource["instances"]:
                return str(instance["attributes"]["id"])
    return None


def zone_name_servers(settings: Settings, zone: str | None) -> list[str]:
    """The name servers of a zone; without its id, of the public zone of the domain's name.

    Raises StrataError when Route 53 cannot be asked, or has no such zone.
    """
    domain = settings.edge.domain
    client = session(settings.environment).client("route53")
    try:
        zone = zone or zone_of(read_state(settings.environment, "edge"))
        if zone is None:
            listed = client.list_hosted_zones_by_name(DNSName=domain)["HostedZones"]
            zone = next(
                entry["Id"]
                for entry in listed
                if plain(entry["Name"]) == plain(domain) and not entry["Config"]["PrivateZone"]
            )
        return sorted(map(plain, client.get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]))
    except (ClientError, BotoCoreError, StopIteration) as error:
        raise StrataError(f"the name servers of the zone {domain} cannot be read") from error


def entry_lines(domain: str, servers: Sequence[str]) -> list[str]:
    """What is to be entered, and where."""
    return [
        f"dns        the zone {domain} has these name servers:",
        *(f"           {server}" for server in servers),
        *wrapped(
            f"enter them at the registrar of {domain}, in place of those that are there; if it "
            "lies in another zone of yours, as NS records of its name in that zone. Until then "
            "its certificate waits. Ctrl-C stops the apply, and the same command goes on.",
            " " * 11,
            " " * 11,
        ),
    ]


def delegation_line(domain: str, servers: Sequence[str], found: set[str]) -> str:
    """Where the domain leads, seen from here."""
    if found and found <= set(servers):
        return f"dns        {domain} leads to its zone: the certificate follows within minutes"
    if not found:
        return f"dns        {domain} leads nowhere yet; resolvers may remember that for an hour"
    return f"dns        {domain} leads to {', '.join(sorted(found))}, not to its zone"


@dataclass
class Delegation:
    """Watches the edge layer, and says what is to be done for its certificate.

    `watch` wraps the layer's own; use it as a context manager around the work. The name servers of
    a zone that is made are said at once; those of a zone that is there only while the certificate
    waits and the domain does not lead to it.
    """

    settings: Settings
    say: Callable[[str], None]
    world: Callable[[Settings], set[str]] = world_name_servers
    zone: Callable[[Settings, str | None], list[str]] = zone_name_servers
    seconds: float = LOOK_SECONDS
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Delegation":
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join(ANSWER_SECONDS)

    def watch(self, watch: Watch) -> Watch:
        """A watch that passes everything on."""

        def hear(event: Event) -> None:
            watch(event)
            self._hear(event)

        return hear

    def _hear(self, event: Event) -> None:
        kind = event.get("type")
        hook: dict[str, Any] = event.get("hook") or {}
        if hook.get("action") != "create":
            return
        resource = hook["resource"]["resource_type"]
        if kind == "apply_complete" and resource == ZONE:
            self._begin(hook.get("id_value"), made=True)
        elif kind == "apply_start" and resource == VALIDATION:
            self._begin(None, made=False)
        elif kind in ("apply_complete", "apply_errored") and resource == VALIDATION:
            self._over.set()

    def _begin(self, zone: str | None, *, made: bool) -> None:
        if self._thread is None and not self._over.is_set():
            self._thread = threading.Thread(
                target=self._follow, args=(zone,), kwargs={"made": made}, daemon=True
            )
            self._thread.start()

    def _follow(self, zone: str | None, *, made: bool) -> None:
        domain = self.settings.edge.domain
        with contextlib.suppress(StrataError):
            servers = self.zone(self.settings, zone)
            told = made
            if made:
                self._say(entry_lines(domain, servers))
            last = ""
            for found in self._lookups():
                leads = bool(found) and found <= set(servers)
                if not leads and not told:
                    self._say(entry_lines(domain, servers))
                line = delegation_line(domain, servers, found)
                if line != last and (told or not leads):
                    self._say([line])
                told, last = told or not leads, line
                if leads:
                    return

    def _lookups(self) -> Iterator[set[str]]:
        while True:
            with contextlib.suppress(StrataError):
                yield self.world(self.settings)
            if self._over.wait(self.seconds):
                return

    def _say(self, lines: Sequence[str]) -> None:
        # The work goes on even if nothing can be printed any more.
        with contextlib.suppress(OSError):
            for line in lines:
                self.say(line)
