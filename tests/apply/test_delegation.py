"""What is said of a zone's name servers while the edge layer is applied."""

import time
from collections.abc import Callable, Iterator

import pytest

from strata.apply.delegation import (
    Delegation,
    delegation_line,
    world_name_servers,
    zone_name_servers,
    zone_of,
)
from strata.errors import StrataError
from strata.local import emulator as emulation
from strata.settings import Settings, load
from strata.state.states import State
from strata.terraform.events import Event, ignore

LOCAL = load("local")
DOMAIN = LOCAL.edge.domain
OURS = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.com"]
ZONE, VALIDATION = "aws_route53_zone", "aws_acm_certificate_validation"


def event(kind: str, resource: str, action: str = "create") -> Event:
    named = {"addr": f"{resource}.edge", "resource_type": resource}
    return {"type": kind, "hook": {"action": action, "resource": named, "id_value": "Z1"}}


ZONE_MADE = event("apply_complete", ZONE)
WAITS = event("apply_start", VALIDATION)
ISSUED = event("apply_complete", VALIDATION)


class World:
    """The answers of the DNS, one after the other, the last one from then on."""

    def __init__(self, *answers: set[str] | None) -> None:
        self.left = list(answers)
        self.asked = 0

    def __call__(self, _: Settings) -> set[str]:
        self.asked += 1
        answer = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        if answer is None:
            raise StrataError("nobody to ask")
        return answer


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def heard(world: World, *events: Event, enough: Callable[[list[str]], bool]) -> list[str]:
    """What is said of events, until `enough` of it was, in the order in which it is said."""
    said: list[str] = []
    asked: list[str | None] = []

    def zone(_: Settings, zone: str | None) -> list[str]:
        asked.append(zone)
        return OURS

    with Delegation(LOCAL, said.append, world, zone, seconds=0.01) as delegation:
        watch = delegation.watch(ignore)
        for one in events:
            watch(one)
        until(lambda: enough(said))
    assert len(asked) <= 1
    return said


def test_the_name_servers_of_a_new_zone_are_said_with_where_they_go() -> None:
    said = heard(
        World(set()), ZONE_MADE, enough=lambda said: any("leads nowhere" in s for s in said)
    )
    assert said[:3] == [
        f"dns        the zone {DOMAIN} has these name servers:",
        "           ns-1.awsdns-01.org",
        "           ns-2.awsdns-02.com",
    ]
    last = next(at for at, line in enumerate(said) if "leads nowhere yet" in line)
    words = " ".join(line.strip() for line in said[3:last])
    assert words.startswith(f"enter them at the registrar of {DOMAIN}, in place of those")
    assert words.endswith("Ctrl-C stops the apply, and the same command goes on.")
    assert max(map(len, said[:last])) <= 80


def test_each_change_of_the_delegation_is_said_once() -> None:
    world = World(set(), set(), {"ns1.parking.example"}, None, {"ns1.parking.example"}, {OURS[0]})
    said = heard(world, ZONE_MADE, WAITS, enough=lambda said: "leads to its zone" in said[-1])
    assert said[-3:] == [
        f"dns        {DOMAIN} leads nowhere yet; resolvers may remember that for an hour",
        f"dns        {DOMAIN} leads to ns1.parking.example, not to its zone",
        f"dns        {DOMAIN} leads to its zone: the certificate follows within minutes",
    ]


def test_a_zone_of_an_earlier_run_is_told_while_its_certificate_waits() -> None:
    said = heard(World(set()), WAITS, enough=lambda said: any("leads nowhere" in s for s in said))
    assert said[0] == f"dns        the zone {DOMAIN} has these name servers:"


def test_a_domain_that_leads_to_its_zone_is_not_spoken_of() -> None:
    world = World(set(OURS))
    assert heard(world, WAITS, enough=lambda _: world.asked > 0) == []


@pytest.mark.parametrize(
    "events", [[event("apply_complete", ZONE, "update")], [event("refresh_complete", ZONE)],
               [event("apply_complete", "aws_lb")], [event("apply_complete", ZONE, "delete")]],
)  # fmt: skip
def test_nothing_is_asked_where_no_zone_is_made_and_no_certificate_waits(
    events: list[Event],
) -> None:
    world = World(set())
    assert heard(world, *events, enough=lambda _: True) == []
    assert world.asked == 0


def test_an_issued_certificate_ends_the_questions() -> None:
    world = World(set())
    heard(world, WAITS, ISSUED, enough=lambda _: True)
    asked = world.asked
    assert world.asked == asked <= 1


def test_where_nobody_can_be_asked_the_name_servers_are_said_all_the_same() -> None:
    said = heard(World(None), ZONE_MADE, enough=lambda said: len(said) >= 7)
    assert OURS[0] in said[1]


def test_a_delegation_to_some_of_the_zones_servers_and_others_is_not_right() -> None:
    assert "not to its zone" in delegation_line(DOMAIN, OURS, {OURS[0], "ns1.parking.example"})


def test_the_zone_is_the_one_of_the_state() -> None:
    resource = {"mode": "managed", "type": ZONE, "instances": [{"attributes": {"id": "Z9"}}]}
    assert zone_of(State("l", 1, {"resources": [resource]})) == "Z9"
    assert zone_of(None) is None


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an emulator of our own."""
    with emulation.emulator(tmp_path_factory.mktemp("delegation")) as running:
        yield running.url


def test_the_emulator_knows_a_delegation_as_the_world_would(aws: str) -> None:
    from strata.aws.session import session  # noqa: PLC0415

    client = session(LOCAL.environment).client("route53")
    with pytest.raises(StrataError):
        zone_name_servers(LOCAL, None)
    made = client.create_hosted_zone(Name=DOMAIN, CallerReference="1")
    servers = sorted(made["DelegationSet"]["NameServers"])
    assert zone_name_servers(LOCAL, None) == servers
    assert zone_name_servers(LOCAL, made["HostedZone"]["Id"]) == servers
    assert world_name_servers(LOCAL) == set()
    emulation.delegate(aws, DOMAIN)
    assert world_name_servers(LOCAL) == set(servers)


def test_a_resolver_that_cannot_be_reached_is_no_missing_delegation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("strata.apply.delegation.ASK", "process.exit(1)")
    account = LOCAL.environment.model_copy(update={"emulated": False})
    with pytest.raises(StrataError, match="cannot be looked up"):
        world_name_servers(LOCAL.model_copy(update={"environment": account}))
