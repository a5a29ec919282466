"""Every word of a document is judged, neutral or named: nobody has judged it."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.gate.documents import Unjudgeable
from strata.gate.resolve import resolved
from strata.gate.scan import known_checks
from strata.gate.vocabulary import (
    Vocabulary,
    _words_in,
    known_words,
    outside,
    unjudged,
    words,
    words_of,
)
from strata.gate.whole_environment import ENVIRONMENT_CHECKS
from tests import ROOT
from tests.gate.changes import HARMLESS, Change, Stacks, block
from tests.gate.command import Command
from tests.gate.together import groups

Json = dict[str, Any]
OWN = sorted(
    path.stem for path in (ROOT / "policies" / "vocabulary").glob("*.toml") if path.stem != "team"
)
TEMPLATE = "aws_launch_template.cluster_launch_template"
RULE = "aws_vpc_security_group_ingress_rule.network_cache_ingress_instance"
NO_REFERENCE = "is not a reference to a resource of this code"


def places(stack: Json) -> list[str]:
    """What is unjudged in a stack, as it is written."""
    held = resolved(stack)
    found = [*unjudged(held, known_words([held])), *outside(held)]
    return [f"{one.place}: {one.why}" for one in found]


def changed(stack: Json, address: str, **values: object) -> list[str]:
    """What is unjudged once a resource says more."""
    stack = copy.deepcopy(stack)
    block(stack, address).update(values)
    return places(stack)


@pytest.fixture(scope="module")
def whole(synthesized: Path) -> Json:
    """The composed stack of `local`."""
    return dict(json.loads((synthesized / "composed" / "local" / "cdk.tf.json").read_text()))


def test_the_four_environments_and_the_reference_say_nothing_else(
    synthesized: Path, composed_reference: Json
) -> None:
    for file in sorted(synthesized.rglob("cdk.tf.json")):
        assert places(json.loads(file.read_text())) == []
    assert places(composed_reference) == []


UNJUDGED: list[tuple[Json, str]] = [
    ({"key_nobody_knows": 1}, "key_nobody_knows: nobody has judged this"),
    ({"network_interfaces": {"network_interface_id": "eni-1"}},
     "network_interfaces.network_interface_id: nobody has judged this"),
    ({"block_device_mappings": [{"ebs": {"snapshot_id": "snap-1"}}]},
     "block_device_mappings.ebs.snapshot_id: nobody has judged this"),
    ({"iam_instance_profile": {"name": "admin"}},
     "iam_instance_profile.name: admin is not a reference to a resource of this code"),
    ({"iam_instance_profile": {"name": '${true ? "admin" : aws_x.y.name}'}},
     "iam_instance_profile.name: ${true ? \"admin\" : aws_x.y.name} "
     "is not a reference to a resource of this code"),
    ({"vpc_security_group_ids": ["${aws_security_group.a.id}", "sg-1"]},
     "vpc_security_group_ids: sg-1 is not a reference to a resource of this code"),
    ({"placement": [{"tenancy": "host"}], "hibernation_options": {"configured": True}},
     "hibernation_options: nobody has judged this"),
    ({"metadata_options": "${aws_x.y.z}"},
     "metadata_options: ${aws_x.y.z} is no block that can be read"),
    ({"count": "${length(aws_subnet.a)}"},
     "count: whether anything is made is known only once applied"),
    ({"for_each": "${aws_x.y.z}"},
     "for_each: whether anything is made is known only once applied"),
    ({"lifecycle": {"action_trigger": {}}}, "lifecycle.action_trigger: nobody has judged this"),
    ({"dynamic": {"tag_specifications": {"for_each": "${aws_x.y}", "content": {}}}},
     "dynamic: what it makes is known only once applied"),
    ({"metadata_options": {"http_tokens": "required",
                           "dynamic": {"x": {"for_each": "${aws_x.y}", "content": {}}}}},
     "metadata_options.dynamic: what it makes is known only once applied"),
]  # fmt: skip


def test_a_word_that_nobody_has_judged_is_named_with_its_place(whole: Json) -> None:
    for values, said in UNJUDGED:
        assert f"{TEMPLATE}: {said}" in changed(whole, TEMPLATE, **values), said


NEUTRAL: list[Json] = [
    {"depends_on": ["aws_vpc.network_vpc"]}, {"timeouts": {"create": "60m"}},
    {"lifecycle": [{"prevent_destroy": True}]}, {"count": 2}, {"for_each": ["a"]},
    {"instance_type": "t3.small", "description": "Instances", "tags": {"A": "b"}},
    {"dynamic": {"tag_specifications": {"for_each": [1], "content": {"tags": {"A": "b"}}}}},
    {"iam_instance_profile": {"arn": "${aws_iam_instance_profile.a[0].arn}"}},
    {"network_interfaces": None}, {"//": {"anything": 1}},
]  # fmt: skip


def test_what_is_neutral_is_not_named(whole: Json) -> None:
    for values in NEUTRAL:
        assert changed(whole, TEMPLATE, **values) == [], values


def test_a_type_a_data_source_and_an_outside_word_are_named(whole: Json) -> None:
    stack = copy.deepcopy(whole)
    stack["resource"]["aws_unheard_of"] = {"a": {}}
    stack["data"] = {"aws_lambda_invocation": {"b": {"function_name": "x"}}}
    stack["ephemeral"]["aws_kms_secrets"] = {"c": {}}
    stack["output"]["d"] = {"value": "x", "shown": True}
    stack["variable"] = {"e": {"type": "string", "from": "env"}}
    assert places(stack) == [
        "aws_unheard_of.a: a type that nobody has judged: aws_unheard_of",
        "data.aws_lambda_invocation.b: a type that nobody has judged: aws_lambda_invocation",
        "ephemeral.aws_kms_secrets.c: a type that nobody has judged: aws_kms_secrets",
        "output d: shown: nobody has judged this",
        "variable e: from: nobody has judged this",
    ]


def test_harmless_changes_say_nothing_that_nobody_has_judged(synthesized: Path) -> None:
    """But for names that stand in no code, which a test may write and an environment may not."""
    texts = {
        path.parent.name.removeprefix("local-"): path.read_text()
        for path in synthesized.glob("stacks/local-*/cdk.tf.json")
    }
    composed = (synthesized / "composed" / "local" / "cdk.tf.json").read_text()

    def stacks(*changes: Change) -> Stacks:
        made = Stacks(json.loads(composed), {key: json.loads(one) for key, one in texts.items()})
        for change in changes:
            change(made)
        return made

    for group in groups(HARMLESS, stacks):
        changed_ones = stacks(*(HARMLESS[name] for name in group))
        said = [one for one in places(changed_ones.composed) if NO_REFERENCE not in one]
        assert (said, [*group]) == ([], [*group])


def test_the_command_names_the_place_and_what_to_do(local: Path, command: Command) -> None:
    for file in (local / "composed" / "local", local / "stacks" / "local-network"):
        document = json.loads((file / "cdk.tf.json").read_text())
        block(document, "aws_vpc.network_vpc")["ipv6_ipam_pool_id"] = "ipam-1"
        (file / "cdk.tf.json").write_text(json.dumps(document))
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert "aws_vpc.network_vpc: ipv6_ipam_pool_id: nobody has judged this" in answer.err
    assert "policies/vocabulary/" in answer.err
    assert answer.out == ""


def lists(said: Vocabulary) -> Iterator[str]:
    yield from said.judged
    yield from said.neutral
    yield from said.own
    yield from said.only
    yield from said.open


def test_a_file_names_each_argument_once_and_checks_that_there_are() -> None:
    known = known_checks() | set(ENVIRONMENT_CHECKS)
    for name in OWN:
        found = words_of(name)
        assert found is not None, name
        said = found.vocabulary
        every = list(lists(said))
        assert len(every) == len(set(every)), name
        assert set(said.reasons) <= set(every) - set(said.open), name
        assert set(said.ignorable) <= set(every), name
        assert {check for checks in said.judged.values() for check in checks} <= known, name
        assert all(reason.strip() for reason in said.reasons.values()), name


def test_a_file_that_is_not_written_as_the_others_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strata.gate.vocabulary.folder", lambda: tmp_path)
    _words_in.cache_clear()
    for content, said in (("neutral = 1", "neutral"), ("neutral = [", ":1: is not TOML")):
        (tmp_path / "aws_thing.toml").write_text(content)
        with pytest.raises(Unjudgeable, match=r"aws_thing\.toml") as raised:
            words_of("aws_thing")
        assert said in raised.value.message
    _words_in.cache_clear()


def test_the_values_of_a_secret_are_not_shown() -> None:
    known = {"aws_x": words(Vocabulary(own=("role",)))}
    stack = {"resource": {"aws_x": {"a": {"role": "AKIAIOSFODNN7EXAMPLE"}}}}
    [found] = unjudged(stack, known)
    assert found.why == "its value is not a reference to a resource of this code"
