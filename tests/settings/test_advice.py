"""What is no TOML, or not as TOML has it, is told with what to write."""

import tomllib
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from strata.settings import InvalidSettings, Problem, Settings, load
from strata.settings.load import judge
from strata.settings.rules.edge import RESERVED, placeholder
from strata.settings.rules.network import check
from tests import ROOT

GOOD = (ROOT / "envs" / "local.toml").read_text()
Refuse = Callable[[bytes | str], list[Problem]]


@pytest.fixture
def refuse(tmp_path: Path) -> Refuse:
    """Content of a settings file -> its problems."""

    def read(content: bytes | str) -> list[Problem]:
        file = tmp_path / "local.toml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(InvalidSettings) as caught:
            load(str(file))
        for line in str(caught.value).splitlines():
            assert len(line) <= 80 or str(tmp_path) in line
        return list(caught.value.problems)

    return read


WRITTEN = [
    # a line, what is wrong with it, what would be right
    ("region = “eu-central-1”", "typographic quotes", 'region = "eu-central-1"'),
    ('region\u00a0= "eu-central-1"', "no-break space", "a blank"),
    ("region = eu-central-1", "without quotes", 'region = "eu-central-1"'),
    ("region: eu-central-1", "has : where", 'region = "eu-central-1"'),
    ('region "eu-central-1"', "has no =", 'region = "eu-central-1"'),
    ("region =", "has no value", "region ="),
    ('region = "eu-central-1', "not closed", "region = "),
    # The parser names the end of the file in the place of these lines.
    ("region = 'eu-central-1", "has ' that is not closed", "region = '...'"),
    ('region = """eu-central-1', 'has """ that', 'region = """..."""'),
    ("region = '''eu-central-1", "has ''' that", "region = '''...'''"),
    ("endpoints = ['s3', 'dynamodb]", "has ' that", "endpoints = '...'"),
    ('path = "a\\q"', "backslash", "single quotes"),
    ("account = 012345678901", "leading zero", 'account = "012345678901"'),
    ("emulated = True", "how TOML writes true", "emulated = true"),
    ("emulated = off", "how TOML writes false", "emulated = false"),
    ("storage_gib = 20GB", "the unit GB", "storage_gib = 20"),
    ("minimum_healthy_percent = 50 %", "the unit %", "minimum_healthy_percent = 50"),
    ("storage_gib = 020", "leading zero", "storage_gib = 20"),
    ("record_name = null", "no such value", "no line for record_name"),
    ("record_name = None", "no such value", "no line for record_name"),
    ('other = "eu-central-1";', "ends with ;", 'other = "eu-central-1"'),
    ("// the first one", "no comment", "# and the text"),
    ("-- the first one", "no comment", "# and the text"),
    ("<<<<<<< HEAD", "merge", "one side"),
    ("=======", "merge", "one side"),
    ("a = { b = 1, }", "comma before the }", "a = {"),
    ("a = {", "several lines", "line for each"),
    ('a = ["b" "c"]', "without a comma", 'a = ["...", "..."]'),
    ('a = ["b", "c"', "without its ]", 'a = ["...", "..."]'),
    ('{"environment": {}}', "JSON", "key ="),
    ('resource "aws_vpc" "shop" {', "HCL", "key ="),
    ('variable region { default = "x" }', "HCL", "key ="),
    ("locals {", "HCL", "key ="),
    ("[environment]", "twice, first in line", "one [environment]"),
    ('name = "local"', "has name twice, first in line", "name once"),
]


def test_what_to_write_is_said(refuse: Refuse) -> None:
    for written, wrong, right in WRITTEN:
        text = GOOD.replace("emulated = true\n", f"{written}\n")
        problems = refuse(text)
        assert [text.splitlines()[one.line - 1] for one in problems] == [written]
        assert wrong in problems[0].wrong, written
        assert right in problems[0].right, written


@pytest.mark.parametrize("before", ["", '"""' + "one\ntwo" + '"""'])
def test_a_last_line_without_an_end_is_told_as_any_other(before: str, refuse: Refuse) -> None:
    text = f'note = {before or "1"}\nregion = "eu-central-1'
    (problem,) = refuse(text)
    assert (problem.line, problem.wrong) == (text.count("\n") + 1, "has a quote that is not closed")
    assert 'region = "..."' in problem.right


@pytest.mark.parametrize("quote", ["", "“"])
def test_a_secret_on_such_a_line_is_not_repeated(quote: str, refuse: Refuse) -> None:
    line = f"API_TOKEN = {quote}hunter2{quote}"
    (problem,) = refuse(f"{GOOD}[service.environment]\n{line}\n")
    assert "hunter2" not in str(problem)
    assert 'API_TOKEN = "..."' in problem.right


NO_STRINGS = ["hunter2", "“hunter2”", '"hunter2";', ": hunter2"]


def test_nor_is_any_value_of_the_table_of_secrets(refuse: Refuse) -> None:
    for value in NO_STRINGS:
        problems = refuse(f"{GOOD}[service.secrets]\nMAIL = {value}\n")
        assert len(problems) == 1, value
        assert "hunter2" not in str(problems), value
        assert "MAIL" in problems[0].right, value


def test_another_encoding_is_named(refuse: Refuse) -> None:
    (problem,) = refuse(b"\xef\xbb\xbf" + GOOD.encode())
    assert "byte order mark" in problem.wrong
    for name in ("utf-16", "utf-16-le", "utf-16-be"):
        (problem,) = refuse(GOOD.encode(name))
        assert "UTF-16" in problem.wrong
    (problem,) = refuse(GOOD.encode() + "# größer\n".encode("latin-1"))
    assert "not UTF-8" in problem.wrong
    assert "Latin-1" in problem.wrong
    assert problem.line == GOOD.count("\n") + 1


def test_line_ends_of_windows_are_toml(tmp_path: Path) -> None:
    (tmp_path / "local.toml").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert load(str(tmp_path / "local.toml")).environment.name == "local"


MISTYPED = [
    ('"123456789012"', "123456789012", '"123456789012"'),
    ('"1.0.0"', "1.5", '"1.5"'),
    ('"1.0.0"', '["1.0.0"]', '"1.0.0"'),
    ("emulated = true", 'emulated = "true"', "true: "),
    ('["eu-central-1a", "eu-central-1b", "eu-central-1c"]', '"eu-central-1a"', "["),
    ("[edge]", "[cluster]\nmax_size = '9'\n[edge]", "9: "),
]


def test_a_value_of_another_type_is_written_as_it_was_meant(refuse: Refuse) -> None:
    for old, new, right in MISTYPED:
        problems = refuse(GOOD.replace(old, new))
        assert [one.right[: len(right)] for one in problems] == [right], new


DOMAINS = [
    # a domain, what is wrong with it, what would be right
    ("https://shop.example", "it has https://", '"shop.example"'),
    ("https://shop.example/", "a / at its end", '"shop.example"'),
    ("shop.example/path", "a path", '"shop.example"'),
    ("shop.example:443", "a port", '"shop.example"'),
    ("shop.example.", "a dot at its end", '"shop.example"'),
    ("Shop.Example", "capitals", '"shop.example"'),
    (" shop.example", "blanks", '"shop.example"'),
    ("*.shop.example", "a wildcard", '"shop.example"'),
    ("HTTPS://Shop.example:8443/a?b", "HTTPS://, a path, a port, capitals", '"shop.example"'),
    ("shop", "is no domain", "such as api.shop.example"),
]


def test_a_domain_is_cut_out_of_an_address(refuse: Refuse) -> None:
    for domain, wrong, right in DOMAINS:
        problems = refuse(GOOD.replace('"local.shop.example"', f'"{domain}"'))
        assert len(problems) == 1, domain
        assert wrong in problems[0].wrong, domain
        assert right in problems[0].right, domain


NOBODYS = [
    "example.com", "example.org", "example.net", "api.example.com", "shop.test",
    "shop.invalid", "shop.localhost", "shop.local", "shop.internal", "a.home.arpa",
]  # fmt: skip


def test_a_domain_that_nobody_can_have_is_refused_but_on_the_emulator(refuse: Refuse) -> None:
    for domain in NOBODYS:
        text = GOOD.replace('"local.shop.example"', f'"{domain}"')
        problems = refuse(text.replace("emulated = true\n", ""))
        assert [(one.key, one.value) for one in problems] == [("edge.domain", f'"{domain}"')]
        assert "is reserved" in problems[0].wrong, domain
        assert "that you have registered" in problems[0].right, domain
        assert judge(tomllib.loads(text))[1] == [], domain


UNRESERVED = ["myexample.com", "example.com.br", "test.shop.de", "contest"]


def test_a_domain_that_only_looks_reserved_is_taken_for_none() -> None:
    for domain in UNRESERVED:
        assert not RESERVED.search(domain), domain


@pytest.mark.parametrize(
    ("policy", "right"),
    [
        ("ELBSecurityPolicy-TLS13-1-2-2021-60", "perhaps ELBSecurityPolicy-TLS13-1-2-2021-06"),
        ("TLSv1.2_2021", "such as ELBSecurityPolicy-TLS13-1-2-2021-06"),
    ],
)
def test_a_security_policy_that_elb_does_not_have_is_refused(
    policy: str, right: str, refuse: Refuse
) -> None:
    (problem,) = refuse(f'{GOOD}\ntls_policy = "{policy}"\n')
    assert (problem.key, problem.value) == ("edge.tls_policy", f'"{policy}"')
    assert right in problem.right


def test_the_domains_of_the_files_that_come_with_it_are_placeholders() -> None:
    assert [placeholder(one) != "" for one in map(load, ("dev", "staging", "prod"))] == [True] * 3
    assert placeholder(load("local")) == ""


MEANT: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("10.0.0.0/24", "10.0.0.1/24", "10.0.0.2/24"), ("10.0.1.0/24", "10.0.2.0/24")),
    (("10.0.0.0/24", "10.0.1.0/24", "10.0.2.1/24"), ("10.0.2.0/24",)),
    (("10.0.0.1/24", "10.0.0.2/24", "10.0.0.3/24"), ("10.0.1.0", "10.0.2.0", "10.0.3.0")),
    (("10.0.0.0/24", "10.0.1.7/24", "10.0.2.7/24"), ("10.0.1.0/24", "10.0.2.0/24")),
    (("10.0.0.0/24", "10.0.1.0/24", "10.0.1.2/24"), ("10.0.3.0/24",)),
]


def test_the_subnet_that_was_meant_is_named(refuse: Refuse) -> None:
    for subnets, meant in MEANT:
        line = f"public_subnets = [{', '.join(f'{one!r}' for one in subnets)}]"
        problems = refuse(GOOD.replace("[network]\n", f"[network]\n{line}\n"))
        assert len(problems) == len(meant), subnets
        assert all(p.right.startswith(one) for p, one in zip(problems, meant, strict=True)), subnets


def test_a_default_at_fault_is_told_as_one_with_the_key_that_was_written(refuse: Refuse) -> None:
    found = {p.key: p for p in refuse(GOOD.replace("eu-central-1", "ap-southeast-6"))}
    problem = found["cache.node_type"]
    assert problem.line == 0
    assert problem.value == '"cache.t3.micro" (not in the file, default)'
    assert "environment.region in line 7" in problem.wrong


@pytest.mark.parametrize("distinct", [True, False])
def test_twice_the_subnets_are_twice_the_work(
    distinct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in questions about blocks, and not in time."""

    def questions(count: int) -> int:
        asked = 0
        supernet = IPv4Network.supernet

        def counted(self: IPv4Network, **how: int) -> IPv4Network:
            nonlocal asked
            asked += 1
            return supernet(self, **how)

        monkeypatch.setattr(IPv4Network, "supernet", counted)
        data = load("local").model_dump()
        data["network"]["public_subnets"] = [
            f"10.{i // 256}.{i % 256}.0/24" if distinct else "10.0.0.0/24" for i in range(count)
        ]
        data["network"]["vpc_cidr"] = "10.0.0.0/8"
        list(check(Settings.model_validate(data)))
        monkeypatch.undo()
        return asked

    few = questions(250)
    assert questions(500) <= 2.5 * few + 100


def test_of_a_text_that_goes_on_to_the_end_nothing_is_repeated(refuse: Refuse) -> None:
    (problem,) = refuse(f"{GOOD}[service.secrets]\nA = [\n'hunter2\n]\n")
    assert "hunter2" not in str(problem)
    assert problem.line == len(GOOD.splitlines()) + 3
