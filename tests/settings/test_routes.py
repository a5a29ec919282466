"""Routes of `[services]`: what load balancers and certificates do not take, by key and cure."""

import copy
from typing import Any

import pytest

from strata.settings.load import judge
from strata.settings.models import Route
from strata.settings.routes import Request, further_hosts, health_check, request_to, taken_by
from tests.settings.test_capacity import BASE
from tests.settings.test_workers import MAIL, refused

Json = dict[str, Any]

DOMAIN = BASE["edge"]["domain"]


def with_routes(routes: Json, **edge: Any) -> Json:
    data: Json = copy.deepcopy(BASE)
    data["cluster"]["max_size"] = 500
    data["edge"] |= edge
    services = {
        name: {**MAIL, "memory_mib": 6, "cpu": 128, "route": route}
        for name, route in routes.items()
    }
    return {**data, "services": services}


def one(**route: Any) -> Json:
    return {"admin": {"priority": 1, **route}}


RIGHT: list[Json] = [
    one(paths=["/admin", "/admin/*"]),
    one(paths=["*.png", "/a?c/$-_.~\"'@:+;&"]),
    one(paths=["/" + "a" * 127]),
    one(hosts=[DOMAIN]),
    one(hosts=[f"admin.{DOMAIN}", f"a-b.c.{DOMAIN}"], paths=["/a", "/b", "/c"]),
    one(priority=50000, paths=["/a"]),
    {"a": {"priority": 2, "paths": ["/a"]}, "b": {"priority": 1, "paths": ["/a"]}},
    one(paths=["/"], health_check_interval_seconds=6, health_check_path="/ok?deep=1"),
]


def test_what_load_balancers_take_is_right() -> None:
    for routes in RIGHT:
        assert refused(with_routes(routes)) == [], routes


REFUSED: list[tuple[Json, str]] = [
    ({}, "services.admin.route: has neither hosts nor paths"),
    ({"paths": ["/a"], "priority": 0}, "services.admin.route.priority"),
    ({"paths": ["/a"], "priority": 50001}, "services.admin.route.priority"),
    ({"paths": ["/a"], "host": ["a"]}, "services.admin.route.host"),
    ({"paths": ["/a", "/b", "/c", "/d", "/e", "/f"]},
     "services.admin.route.paths: has 0 hosts and 6 paths | at most 5 together"),
    ({"hosts": [f"{n}.{DOMAIN}" for n in "abc"], "paths": ["/a", "/b", "/c"]},
     "services.admin.route.paths: has 3 hosts and 3 paths"),
    ({"hosts": [f"{n}.{DOMAIN}" for n in "abcdef"]}, "services.admin.route.hosts: has 6 hosts"),
    ({"paths": ["/*/*/*", "/a/*/*/*"]}, "services.admin.route.paths: have 6 wildcards"),
    ({"paths": ["/a", "/a"]}, "services.admin.route.paths.1: is listed twice"),
    ({"paths": [""]}, "services.admin.route.paths.0: has 0 characters"),
    ({"paths": ["/" + "a" * 128]}, "services.admin.route.paths.0: has 129 characters"),
    ({"paths": ["/a b"]}, "services.admin.route.paths.0: has ' '"),
    ({"paths": ["/ä"]}, "services.admin.route.paths.0: has 'ä'"),
    ({"paths": ["/a#b"]}, "services.admin.route.paths.0: has '#'"),
    ({"paths": ["admin/*"]}, "services.admin.route.paths.0: fits no path"),
    ({"hosts": ["admin.other.example"]},
     f"services.admin.route.hosts.0: lies outside the zone {DOMAIN}"),
    ({"hosts": [f"not{DOMAIN}"]}, "services.admin.route.hosts.0: lies outside the zone"),
    ({"hosts": [f"*.{DOMAIN}"]}, "services.admin.route.hosts.0: is a pattern"),
    ({"hosts": [f"Admin.{DOMAIN}"]}, f'it has capitals | "admin.{DOMAIN}"'),
    ({"hosts": [f"https://admin.{DOMAIN}/"]}, f'a / at its end | "admin.{DOMAIN}"'),
    ({"hosts": ["admin"]}, "services.admin.route.hosts.0: is no host"),
    ({"hosts": [f"{'a' * 60}.{'b' * 60}.{DOMAIN}"]}, "services.admin.route.hosts.0: has 1"),
    ({"paths": ["/a"], "container_port": 0}, "services.admin.route.container_port"),
    ({"paths": ["/a"], "health_check_path": "ok"},
     "services.admin.route.health_check_path: is no path"),
    ({"paths": ["/a"], "health_check_matcher": "600"},
     "services.admin.route.health_check_matcher: names no status codes"),
    ({"paths": ["/a"], "health_check_timeout_seconds": 30},
     "services.admin.route.health_check_timeout_seconds: is not shorter than the interval, 30"),
    ({"paths": ["/a"], "health_check_interval_seconds": 5},
     "services.admin.route.health_check_interval_seconds: is not longer than the timeout, 5"),
]  # fmt: skip


def test_what_they_do_not_take_is_refused_with_its_key() -> None:
    for route, said in REFUSED:
        problems = refused(with_routes(one(**route)))
        assert any(said in problem for problem in problems), f"{route}: {problems}"


def test_two_routes_of_one_priority_are_refused_by_both_names() -> None:
    routes = {name: {"priority": 7, "paths": [f"/{name}"]} for name in ("a", "b")}
    (problem,) = refused(with_routes(routes))
    assert problem.startswith("services.b.route.priority: is that of services.a already | ")


def test_two_routes_whose_rules_would_have_one_address_are_refused() -> None:
    routes = {name: {"priority": n, "paths": ["/"]} for n, name in enumerate(("a-http", "a"), 1)}
    (problem,) = refused(with_routes(routes, http="forward"))
    assert problem.startswith("services.a-http: would give its rule the address")
    # Without rules on port 80 there is one alone.
    assert refused(with_routes(routes)) == []


def test_a_host_under_a_domain_that_does_not_end_in_letters_is_refused() -> None:
    routes = one(hosts=["admin.shop.xn--p1ai"])
    (problem,) = refused(with_routes(routes, domain="shop.xn--p1ai"))
    assert "services.admin.route.hosts.0: has more than letters after its last dot" in problem


@pytest.mark.parametrize(("www", "hosts", "fits"), [(False, 9, True), (True, 9, False)])
def test_a_certificate_has_ten_names(www: bool, hosts: int, fits: bool) -> None:
    names = [f"h{number}.{DOMAIN}" for number in range(hosts)]
    routes = {
        "a": {"priority": 1, "hosts": names[:5]},
        "b": {"priority": 2, "hosts": [*names[5:], names[0]]},
    }
    problems = refused(with_routes(routes, www=www))
    assert (problems == []) is fits, problems
    assert all("services.b.route.hosts: bring the certificate to 11" in one for one in problems)


def test_a_load_balancer_has_a_hundred_rules() -> None:
    routes = {f"a{n}": {"priority": n + 1, "paths": [f"/{n}"]} for n in range(51)}
    assert not [one for one in refused(with_routes(routes)) if "rules" in one]
    (problem,) = [one for one in refused(with_routes(routes, http="forward")) if "rules" in one]
    assert problem.startswith("services: has 51 routes, 102 rules of the load balancer")


def test_the_names_of_target_groups_stay_short_and_apart() -> None:
    data = with_routes({
        f"{'a' * 31}{end}": {"priority": number, "paths": [f"/{end}"]}
        for number, end in enumerate("xy", 1)
    })  # fmt: skip
    data["environment"]["project"] = "a-project-with-a-name"
    assert refused(data) == []


def test_what_a_route_does_not_say_is_as_in_edge() -> None:
    found, _ = judge(with_routes(one(hosts=[DOMAIN, f"b.{DOMAIN}"]), health_check_path="/up"))
    assert found
    route = Route(priority=1, paths=["/a"], health_check_interval_seconds=20)
    check = health_check(found.edge, route)
    assert (check.health_check_path, check.health_check_interval_seconds) == ("/up", 20)
    assert health_check(found.edge).health_check_interval_seconds == 30
    assert further_hosts(found) == [f"b.{DOMAIN}"]


HEALTH = {"health_check_path": "/up?full=1"}
ALL = {"priority": 1, "paths": ["/*"]}


ASKED: list[tuple[Json, str, str, str]] = [
    ({}, "", DOMAIN, "/up?full=1"),
    (one(hosts=[f"b.{DOMAIN}"]), "admin", f"b.{DOMAIN}", "/up?full=1"),
    (one(hosts=[f"b.{DOMAIN}"], health_check_path="/ok"), "admin", f"b.{DOMAIN}", "/ok"),
    (one(paths=["/a/*"], health_check_path="/a/ok?x"), "admin", DOMAIN, "/a/ok?x"),
    # The load balancer asks the targets themselves: a health check may lie outside the route.
    (one(paths=["/a/*", "/b"], health_check_path="/ok"), "admin", DOMAIN, "/a/"),
    (one(paths=["/A/*"], health_check_path="/a/ok"), "admin", DOMAIN, "/A/"),
    (one(paths=["/a?c/*.png"]), "admin", DOMAIN, "/axc/.png"),
    (one(paths=["?admin"]), "admin", DOMAIN, "/admin"),
    (one(paths=["*.png"]), "admin", DOMAIN, "/.png"),
    # Another route takes some of what this one has.
    ({"a": {"priority": 1, "paths": ["/a/*"]}, "b": {"priority": 2, "paths": ["/a/b", "/b"]}},
     "b", DOMAIN, "/b"),
    ({"a": {"priority": 1, "paths": ["/*"], "hosts": [DOMAIN]},
      "b": {"priority": 2, "paths": ["/b"], "hosts": [DOMAIN, f"b.{DOMAIN}"]}},
     "b", f"b.{DOMAIN}", "/b"),
    (one(paths=["/up"]), "", DOMAIN, "/"),
]  # fmt: skip


def test_a_service_is_asked_where_the_load_balancer_sends_requests_to_it() -> None:
    for routes, name, host, path in ASKED:
        found, problems = judge(with_routes(routes, **HEALTH))
        assert found, f"{routes}: {problems}"
        request = request_to(found, name)
        assert (request.host, request.path) == (host, path), routes
        assert taken_by(found, request) == name, routes


@pytest.mark.parametrize(("name", "path"), [("", "/up?full=1"), ("b", "/b")])
def test_a_service_whose_requests_another_takes_is_known(name: str, path: str) -> None:
    found, problems = judge(
        with_routes({"a": ALL, "b": {"priority": 2, "paths": ["/b"]}}, **HEALTH)
    )
    assert found, problems
    assert request_to(found, name) == Request(DOMAIN, path)
    assert taken_by(found, request_to(found, name)) == "a"


def test_hosts_are_compared_without_regard_to_case() -> None:
    found, problems = judge(with_routes(one(hosts=[f"Admin.{DOMAIN}"])))
    assert found, problems
    assert taken_by(found, Request(f"admin.{DOMAIN}", "/")) == "admin"
