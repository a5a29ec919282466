"""Every argument that the provider has for a type is found, neutral, or named: nobody judged it.

Changes are generated from the provider's schema, not listed.
"""

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.registry import resource_registry
from checkov.terraform_json.parser import prepare_definition

from strata.documents import Json
from strata.documents.stacks import blocks
from strata.gate.destinations import _elsewhere as of_another_provider
from strata.gate.documents import read
from strata.gate.networks import network_faults
from strata.gate.resolve import resolved
from strata.gate.running import running_faults
from strata.gate.scan import _unfolded, _with_lines, known_checks, scan
from strata.gate.switched_off import ignoring_faults
from strata.gate.texts import secret_faults
from strata.gate.vocabulary import known_words, unjudged, words_of
from strata.gate.whole_environment import ENVIRONMENT_CHECKS
from tests import ROOT
from tools.vocabulary import SECTIONS, arguments, schema

KINDS = ("resource", "data", "ephemeral")
OWN = sorted(
    path.stem for path in (ROOT / "policies" / "vocabulary").glob("*.toml") if path.stem != "team"
)
TRUST = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
                                   "Principal": "*"}]})  # fmt: skip
OTHERS: dict[str, list[Any]] = {
    "bool": [True, False],
    "number": [0, 1, 22, 1_000_000],
    "string": [
        "*", "0.0.0.0/0", "true", "::/0", "-1", "22", "false", "HTTP", "host", "ingress", "allow",
        "mysql8.4", "local_infile", "disabled", "pl-1", "ACCEPT", TRUST, "forward", "1",
        "arn:aws:iam::aws:policy/AdministratorAccess", "mysql://shop:hunter2@db.internal/shop",
        "x",
    ],
    "list": [[], ["0.0.0.0/0"], ["::/0"], ["x"]],
    "set": [[], ["0.0.0.0/0"], ["::/0"], ["x"]],
    "map": [{"x": "y"}, {"password": "hunter2hunter2"}],
}  # fmt: skip
"""Other values of each type; at least one of them must be found in an argument that is judged."""
WORLD: Json = {"cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 443, "to_port": 443,
               "description": "a"}  # fmt: skip
ENTRY: Json = {"action": "allow", "protocol": "tcp", "from_port": 3306, "to_port": 3306,
               "cidr_block": "10.0.0.0/16", "rule_no": 1}  # fmt: skip
BESIDE: dict[str, Json] = {
    "aws_ssm_parameter": {"type": "SecureString", "key_id": "${aws_kms_key.a.arn}"},
    "aws_network_acl": {"ingress": [ENTRY]},
    "aws_elasticache_replication_group": {"lifecycle": None, "user_group_ids": ["${aws_x.y.id}"]},
}
"""What else a block must say, so that one argument more can be unsafe."""
NETWORKS = ("aws_route", "aws_db_subnet_group", "aws_elasticache_subnet_group", "aws_subnet",
            "aws_default_route_table")  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Json:
    """What the provider says of its types."""
    return schema()


@pytest.fixture(scope="module")
def stacks(synthesized: Path) -> dict[str, Json]:
    """The composed stacks of the four environments, resolved; `prod` has the most types."""
    found = {
        file.parent.name: resolved(json.loads(file.read_text()))
        for file in synthesized.glob("composed/*/cdk.tf.json")
    }
    assert set(found) == {"local", "dev", "staging", "prod"}
    return {name: found[name] for name in ("prod", "local", "staging", "dev")}


def block_of(provider: Json, name: str) -> Json:
    """The schema of what a vocabulary file is for."""
    for section, before in reversed(SECTIONS.items()):
        if name.startswith(before):
            return dict(provider[section][name.removeprefix(before)]["block"])
    raise KeyError(name)


def examples(stacks: dict[str, Json]) -> dict[str, tuple[Json, str, Json]]:
    """Type -> the stack that holds one, its address, and its body."""
    found: dict[str, tuple[Json, str, Json]] = {}
    for stack in stacks.values():
        for address, body in blocks(stack).items():
            found.setdefault(address.partition(".")[0], (stack, address, body))
    return found


def of_every_kind(stack: Json) -> Iterator[tuple[str, str, Json]]:
    """(name of the vocabulary file, address, body) of every block that has a vocabulary."""
    for kind in KINDS:
        for address, body in blocks(stack, kind).items():
            type_ = address.partition(".")[0]
            if type_ != "terraform_remote_state":
                yield type_ if kind == "resource" else f"{kind}.{type_}", address, body


def put(body: Json, path: str, value: Any) -> Json:
    """A body that says something else at the path of an argument."""
    whole = copy.deepcopy(body)
    *above, last = path.split(".")
    place = whole
    for name in above:
        inner = place.get(name)
        if isinstance(inner, list) and inner:
            place = inner[0]
        elif isinstance(inner, dict):
            place = inner
        else:
            place[name] = {}
            place = place[name]
    place[last] = value
    return whole


def alone(file: str, address: str, body: Json) -> Json:
    """A stack with one block: `file` is the name of its vocabulary."""
    kind = file.partition(".")[0] if "." in file else "resource"
    type_, _, name = address.partition(".")
    return {kind: {type_: {name: body}}}


def named(file: str, address: str, body: Json) -> set[str]:
    """The paths that nobody has judged in a body."""
    stack = alone(file, address, body)
    return {one.place.partition(": ")[2] for one in unjudged(stack, known_words([stack]))}


@pytest.mark.terraform
@pytest.mark.parametrize("name", OWN)
def test_a_file_has_every_argument_of_the_provider_and_no_other(name: str, provider: Json) -> None:
    found = words_of(name)
    assert found is not None
    assert found.every == {path for path, _ in arguments(block_of(provider, name))}


@pytest.mark.terraform
def test_every_argument_is_found_neutral_or_named(provider: Json, stacks: dict[str, Json]) -> None:
    counted: Counter[str] = Counter()
    wrong = []
    first: dict[str, tuple[str, Json]] = {}
    for stack in stacks.values():
        for file, address, body in of_every_kind(stack):
            assert named(file, address, body) == set()
            first.setdefault(file, (address, body))
    assert {file.partition(".")[0] for file in first} >= {"data", "ephemeral", "aws_vpc"}
    for file, (address, body) in first.items():
        found = words_of(file)
        assert found is not None
        for path, kind in arguments(block_of(provider, file)):
            said = [
                any(path.startswith(one) for one in named(file, address, put(body, path, value)))
                for value in OTHERS[kind]
                if value != []
            ]
            how = (
                "judged" if path in found.vocabulary.judged
                else "neutral" if path in found.vocabulary.neutral
                else "open" if path in found.vocabulary.open
                else "bounded"
            )  # fmt: skip
            counted[how] += 1
            listed = found.vocabulary.only.get(path, ())
            # Of a boolean both values may be listed as harmless.
            bounded = any(said) or all(one in listed for one in OTHERS[kind])
            right = {"open": all(said), "bounded": bounded}.get(how, not any(said))
            if not right:
                wrong.append(f"{address}: {path}: {how}")
    assert wrong == []
    table = (ROOT / "docs" / "gate.md").read_text()
    for how, count in counted.items():
        assert re.search(rf"\| {how} \|.*\| {count} \|", table), (how, count)


def found_by(checks: tuple[str, ...], stack: Json, address: str, body: Json) -> set[str]:
    """Those of some checks that a body fails."""
    type_, _, name = address.partition(".")
    held: Json = {"resource": {type_: {name: body}}}
    conf = prepare_definition(_with_lines(held))["resource"][0][type_][name]
    failed = set()
    for check in resource_registry.get_checks(type_):
        if check.id in checks:
            result = check.scan_entity_conf(_unfolded(copy.deepcopy(conf)), type_)
            if (result[0] if isinstance(result, tuple) else result) == CheckResult.FAILED:
                failed.add(check.id)
    failed |= {check for check, _ in secret_faults(held)} & set(checks)
    if type_.startswith(NETWORKS) and {"STRATA_ROUTE_1", "STRATA_ROUTE_2"} & set(checks):
        whole = {**stack, "resource": {**stack["resource"]}}
        whole["resource"][type_] = {**whole["resource"][type_], name: body}
        failed |= {check for check, _ in network_faults(whole)}
    return failed


def judged_arguments(
    stacks: dict[str, Json], provider: Json
) -> Iterator[tuple[str, Json, Json, str, str, tuple[str, ...]]]:
    for type_, (stack, address, body) in examples(stacks).items():
        found = words_of(type_)
        kinds = dict(arguments(block_of(provider, type_)))
        assert found is not None
        for path, checks in found.vocabulary.judged.items():
            yield address, stack, {**body, **BESIDE.get(type_, {})}, path, kinds[path], checks


@pytest.mark.terraform
def test_what_is_said_to_be_judged_is_found_with_some_value(
    provider: Json, stacks: dict[str, Json]
) -> None:
    """But by checks over several resources, which the run below is for."""
    known_checks()
    missed = []
    for address, stack, body, path, kind, checks in judged_arguments(stacks, provider):
        single = tuple(one for one in checks if not one.startswith("CKV2"))
        values = [body, *(put(body, path, one) for one in OTHERS[kind])]
        without = {key: one for key, one in body.items() if key != path.partition(".")[0]}
        context = CONTEXT.get(address.partition(".")[0], [])
        values += [put({**body, **more}, path, one) for more in context for one in OTHERS[kind]]
        # The block may fail as it is, and be waived: some value must make a difference.
        found = {frozenset(found_by(single, stack, address, one)) for one in [*values, without]}
        if single and len(found) < 2:
            missed.append(f"{address}: {path}: {', '.join(single)}")
    assert missed == []


CONTEXT: dict[str, list[Json]] = {
    "aws_security_group": [{"ingress": [WORLD], "egress": []}, {"egress": [WORLD], "ingress": []}],
    "aws_default_security_group": [
        {"ingress": [WORLD], "egress": []}, {"egress": [WORLD], "ingress": []}],
    "aws_vpc_security_group_ingress_rule": [
        {"referenced_security_group_id": None, "cidr_ipv4": "0.0.0.0/0"}],
    "aws_vpc_security_group_egress_rule": [
        {"referenced_security_group_id": None, "cidr_ipv4": "0.0.0.0/0", "from_port": 443,
         "to_port": 443}],
    "aws_network_acl_rule": [
        {"egress": False, "from_port": 3306, "to_port": 3306},
        {"egress": False, "cidr_block": "0.0.0.0/0", "from_port": 1024, "to_port": 65535},
        {"egress": False, "rule_action": "deny", "cidr_block": "0.0.0.0/0", "from_port": 22,
         "to_port": 22}],
    "aws_network_acl": [
        {"ingress": [{**ENTRY, "action": "deny", "cidr_block": "0.0.0.0/0"}]},
        {"ingress": [{**ENTRY, "cidr_block": "0.0.0.0/0", "from_port": 1024, "to_port": 65535}]}],
    "aws_lb_listener": [{"protocol": "HTTP", "default_action": [
        {"type": "redirect", "redirect": [{"protocol": "HTTPS", "status_code": "HTTP_301"}]}]},
        {"protocol": "HTTPS"}],
    "aws_ssm_parameter": [{"type": "String"}],
    "aws_db_parameter_group": [{"parameter": [
        {"name": "require_secure_transport", "value": "1"}]}, {"parameter": [
            {"name": "local_infile", "value": "0"}]}],
}  # fmt: skip
"""Bodies in which an argument alone makes the difference."""


def test_checks_over_several_resources_find_what_they_are_said_to_judge(
    synthesized: Path, tmp_path: Path
) -> None:
    """One real run over several arguments of one environment."""
    text = (synthesized / "composed" / "prod" / "cdk.tf.json").read_text()
    for place in ("composed/prod", *(f"stacks/{path.name}" for path in synthesized.glob(
        "stacks/prod-*"))):  # fmt: skip
        text = (synthesized / place / "cdk.tf.json").read_text()
        document = json.loads(text)
        for address, path, value in (
            ("aws_elasticache_replication_group.cache_replication_group",
             "automatic_failover_enabled", False),
            ("aws_db_instance.database_instance", "storage_encrypted", False),
            ("aws_lb_listener.edge_https_listener", "ssl_policy", "ELBSecurityPolicy-2016-08"),
            ("aws_launch_template.cluster_launch_template", "metadata_options.http_tokens",
             "optional"),
        ):  # fmt: skip
            type_, _, name = address.partition(".")
            held = document["resource"].get(type_, {})
            if name in held:
                held[name] = put(held[name], path, value)
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "cdk.tf.json").write_text(json.dumps(document))
    found = {one.check for one in scan(read(tmp_path))}
    assert found >= {"CKV2_AWS_50", "STRATA_DB_2", "STRATA_LISTENER_2", "STRATA_INSTANCE_1"}


Meta = tuple[Json, Callable[[Json], set[str]]]


def test_every_meta_argument_on_every_block_is_found_or_named(stacks: dict[str, Json]) -> None:
    wrong = []
    every = [(name, *block) for name, stack in stacks.items() for block in of_every_kind(stack)]
    assert len(every) > 350
    for environment, file, address, body in every:

        def of(**more: object) -> Json:
            return alone(file, address, {**body, **more})  # noqa: B023

        def said(stack: Json) -> set[str]:
            return {one.place for one in unjudged(stack, known_words([stack]))}

        found = {
            "count": said(of(count="${length(aws_x.y)}")),
            "for_each": said(of(for_each="${aws_x.y.z}")),
            "dynamic": said(of(dynamic=[{"x": {"for_each": "${aws_x.y.z}", "content": {}}}])),
            "lifecycle": said(of(lifecycle={"unheard_of": True})),
            "ignore_changes": {file} if "." in file else set(ignoring_faults(
                of(lifecycle={"ignore_changes": "all"}), known_words([of()]))),
            "provisioner": set(running_faults({
                **of(provisioner={"local-exec": {}}), "terraform": {}})) - {
                    ("STRATA_RUN_3", "required_providers.aws")},
            "connection": set(running_faults({
                **of(connection={"host": "x"}), "terraform": {}})) - {
                    ("STRATA_RUN_3", "required_providers.aws")},
            "provider": set(of_another_provider(of(provider="aws.other"))),
        }  # fmt: skip
        wrong += [f"{environment}: {address}: {meta}" for meta, places in found.items()
                  if not places]  # fmt: skip
        for none in (of(count=0), of(for_each={})):
            assert list(of_every_kind(resolved(none))) == []
        assert said(of(depends_on=["aws_vpc.network_vpc"], timeouts={"create": "1h"})) == set()
    assert wrong == []


def test_the_checks_of_the_vocabulary_are_all_there() -> None:
    known = known_checks() | set(ENVIRONMENT_CHECKS)
    for name in OWN:
        found = words_of(name)
        assert found is not None
        assert {one for checks in found.vocabulary.judged.values() for one in checks} <= known
