"""A team's own resources: what they need to say is known, and what opens them is judged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.gate.vocabulary import _team, _words_in, folder, known_words, unjudged, words_of
from strata.gate.whole_environment import how_to_judge
from tests.gate.changes import Change, Stacks, add, allow
from tests.gate.command import Answer, Command
from tools.vocabulary import AMOUNT, NEVER, PLAIN, arguments, draft, main, schema

Json = dict[str, Any]
QUEUE = "aws_sqs_queue.orders"
PLAIN_QUEUE: Json = {
    "name": "orders", "kms_master_key_id": "alias/orders", "visibility_timeout_seconds": 60,
    "message_retention_seconds": 86_400, "tags": {"Team": "shop"},
    "redrive_policy": '{"deadLetterTargetArn": "${aws_sqs_queue.late.arn}", "maxReceiveCount": 4}',
}  # fmt: skip


def said(type_: str, **body: object) -> list[str]:
    """What nobody has judged in one resource of a type."""
    stack = {"resource": {type_: {"more": body}}}
    return [one.place.partition(": ")[2] for one in unjudged(stack, known_words([stack]))]


@pytest.fixture
def gate(local: Path, command: Command) -> Callable[[Change], Answer]:
    """`strata gate` on `local` after a change."""

    def run(change: Change) -> Answer:
        files = {path: json.loads(path.read_text()) for path in local.rglob("cdk.tf.json")}
        layers = {
            path.parent.name.removeprefix("local-"): stack
            for path, stack in files.items()
            if path.parent.parent.name == "stacks"
        }
        change(Stacks(files[local / "composed" / "local" / "cdk.tf.json"], layers))
        for path, stack in files.items():
            path.write_text(json.dumps(stack))
        return command("gate", "--synthesized", local)

    return run


def test_a_queue_that_says_what_queues_say_is_clean(gate: Callable[[Change], Answer]) -> None:
    answer = gate(add("service", QUEUE, **PLAIN_QUEUE))
    assert answer.code == 0, answer.err


def test_a_queue_for_everybody_without_encryption_is_found(
    gate: Callable[[Change], Answer],
) -> None:
    policy = allow(Action="sqs:SendMessage", Resource="*", Principal="*")
    answer = gate(add("service", QUEUE, name="orders", policy=policy))
    assert answer.code == 1
    assert "STRATA_IAM_4" in answer.out
    assert "CKV_AWS_27" in answer.out


@pytest.mark.parametrize(
    ("type_", "body", "open_"),
    [
        ("aws_kinesis_stream",
         {"name": "a", "shard_count": 1, "stream_mode_details": [{"stream_mode": "ON_DEMAND"}]},
         ["stream_mode_details"]),
        ("aws_ssm_document", {"name": "a", "document_type": "Command"}, ["document_type"]),
        ("aws_lambda_function_url", {"authorization_type": "NONE"}, []),
        ("aws_efs_file_system", {"creation_token": "a", "encrypted": False}, ["creation_token"]),
    ],
)  # fmt: skip
def test_a_type_that_checkov_covers_has_a_start(type_: str, body: Json, open_: list[str]) -> None:
    """What is plain is known, what a check reads is judged, and all else is named."""
    assert not (folder() / f"{type_}.toml").exists()
    assert said(type_, tags={"Team": "shop"}, **body) == (
        ["tags", *open_] if type_ == "aws_lambda_function_url" else open_
    )


FIRST: dict[str, tuple[str, Json]] = {
    "a table": ("aws_dynamodb_table", {
        "name": "carts", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id", "tags": {},
        "attribute": [{"name": "id", "type": "S"}], "point_in_time_recovery": {"enabled": True},
        "server_side_encryption": {"enabled": True, "kms_key_arn": "${aws_kms_key.a.arn}"},
        "ttl": {"attribute_name": "until", "enabled": True}, "stream_enabled": False}),
    "a key": ("aws_kms_key", {
        "description": "carts", "enable_key_rotation": True, "deletion_window_in_days": 7}),
    "its alias": ("aws_kms_alias", {
        "name": "alias/carts", "target_key_id": "${aws_kms_key.a.key_id}"}),
    "a queue that hears a topic": ("aws_sns_topic_subscription", {
        "topic_arn": "${aws_sns_topic.a.arn}", "protocol": "sqs", "raw_message_delivery": True,
        "endpoint": "${aws_sqs_queue.a.arn}"}),
    "somebody who hears a topic": ("aws_sns_topic_subscription", {
        "topic_arn": "${aws_sns_topic.a.arn}", "protocol": "email",
        "endpoint": "oncall@shop.example"}),
    "a function": ("aws_lambda_function", {
        "function_name": "carts", "runtime": "python3.13", "role": "${aws_iam_role.a.arn}",
        "handler": "carts.handle", "s3_bucket": "${aws_s3_bucket.a.bucket}",
        "s3_key": "carts.zip", "memory_size": 256, "timeout": 30,
        "environment": {"variables": {"TABLE": "${aws_dynamodb_table.a.name}"}},
        "vpc_config": {"subnet_ids": ["${aws_subnet.a.id}"],
                       "security_group_ids": ["${aws_security_group.a.id}"]}}),
    "an alarm": ("aws_cloudwatch_metric_alarm", {
        "alarm_name": "late", "comparison_operator": "GreaterThanThreshold", "threshold": 300,
        "evaluation_periods": 3, "metric_name": "ApproximateAgeOfOldestMessage",
        "namespace": "AWS/SQS", "period": 60, "statistic": "Maximum",
        "dimensions": {"QueueName": "${aws_sqs_queue.a.name}"},
        "alarm_actions": ["${aws_sns_topic.a.arn}"]}),
}  # fmt: skip


def test_what_a_team_adds_first_can_be_said() -> None:
    for name, (type_, body) in FIRST.items():
        assert said(type_, **body) == [], name


OPENING: list[tuple[str, Json, list[str]]] = [
    ("a table", {"replica": [{"region_name": "us-east-1"}]}, ["replica"]),
    ("a table", {"import_table": {"s3_bucket_source": {"bucket": "x"}}}, ["import_table"]),
    ("a table", {"server_side_encryption": {"kms_key_arn": "arn:aws:kms:eu-central-1:9:key/x"}},
     ["server_side_encryption.kms_key_arn"]),
    ("a key", {"bypass_policy_lockout_safety_check": True},
     ["bypass_policy_lockout_safety_check"]),
    ("a key", {"custom_key_store_id": "cks-1"}, ["custom_key_store_id"]),
    ("its alias", {"target_key_id": "arn:aws:kms:eu-central-1:9:key/x"}, ["target_key_id"]),
    ("a queue that hears a topic", {"protocol": "https", "endpoint": "https://x.example"},
     ["protocol", "endpoint"]),
    ("a queue that hears a topic", {"topic_arn": "arn:aws:sns:eu-central-1:9:x"},
     ["topic_arn"]),
    ("somebody who hears a topic", {"endpoint": "https://a@shop.example"}, ["endpoint"]),
    ("somebody who hears a topic", {"protocol": "sms", "endpoint": "+49301"},
     ["protocol", "endpoint"]),
    ("a function", {"filename": "function.zip"}, ["filename"]),
    ("a function", {"image_uri": "docker.io/x/y:latest"}, ["image_uri"]),
    ("a function", {"s3_bucket": "somebody-elses"}, ["s3_bucket"]),
    ("a function", {"layers": ["arn:aws:lambda:eu-central-1:9:layer:x:1"]}, ["layers"]),
    ("a function", {"vpc_config": {"security_group_ids": ["sg-1"]}},
     ["vpc_config.security_group_ids"]),
    ("a function", {"role": "arn:aws:iam::9:role/x"}, ["role"]),
]  # fmt: skip


def test_what_would_open_it_cannot() -> None:
    for name, more, open_ in OPENING:
        type_, body = FIRST[name]
        named = said(type_, **{**body, **more})
        shortened = [one if one in open_ else one.partition(".")[0] for one in named]
        assert shortened == open_, f"{name}, {more}"


def test_no_verdict_names_the_file_to_write_and_the_command_that_drafts_it() -> None:
    lines = [
        "f: aws_kinesis_stream.a: stream_mode_details: nobody has judged this",
        "f: data.aws_lambda_invocation.b: a type that nobody has judged: aws_lambda_invocation",
        "f: aws_vpc.network_vpc: ipv6_ipam_pool_id: nobody has judged this",
    ]
    hint = how_to_judge(lines)
    for type_ in ("aws_kinesis_stream", "data.aws_lambda_invocation", "aws_vpc"):
        assert f"policies/vocabulary/{type_}.toml" in hint
    assert "make vocabulary TYPE=aws_kinesis_stream" in hint
    assert "make vocabulary TYPE=data.aws_lambda_invocation" in hint
    assert "TYPE=aws_vpc" not in hint, "it has a file"
    assert "make vocabulary" not in how_to_judge(["f: output x: y: nobody has judged this"])


def test_a_bucket_of_a_teams_own_says_only_what_is_judged() -> None:
    assert said("aws_s3_bucket", bucket="reports", tags={}, force_destroy=False) == []
    assert said("aws_s3_bucket", bucket="reports", website={"index_document": "x"}) == ["website"]
    assert said("aws_s3_bucket", cors_rule=[{"allowed_origins": ["*"]}]) == ["cors_rule"]


def test_what_grants_opens_exposes_runs_or_hides_is_neutral_in_no_start() -> None:
    wrong = [
        f"{type_}: {path}"
        for type_, found in _team(folder() / "team.toml").items()
        for path in found.neutral
        if path.rpartition(".")[2] not in PLAIN
        and (NEVER.search(path) or not AMOUNT.search(path.rpartition(".")[2]))
    ]
    assert wrong == []


@pytest.mark.terraform
def test_a_type_is_drafted_into_its_file_and_every_word_of_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = schema()
    monkeypatch.setattr("tools.vocabulary.folder", lambda: tmp_path)
    monkeypatch.setattr("tools.vocabulary.schema", lambda: provider)
    main(["aws_kinesis_stream"])
    file = tmp_path / "aws_kinesis_stream.toml"
    assert capsys.readouterr().out == f"wrote {file}: 2 judged, 4 neutral, 5 open\n"
    found = _words_in(tmp_path, "aws_kinesis_stream")
    assert found is not None
    block = provider["resource_schemas"]["aws_kinesis_stream"]["block"]
    assert found.every == {path for path, _ in arguments(block)}
    file.write_text("neutral = []\n")
    main(["aws_kinesis_stream"])
    assert "stream_mode_details.stream_mode" in capsys.readouterr().out
    assert file.read_text() == "neutral = []\n", "what somebody went through is not written over"
    with pytest.raises(SystemExit, match=r"aws_sqs_que is not a type .*perhaps aws_sqs_queue"):
        main(["aws_sqs_que"])


@pytest.mark.terraform
def test_the_draft_of_a_type_has_all_that_the_provider_knows_and_what_is_judged_already() -> None:
    block = schema()["resource_schemas"]["aws_sqs_queue"]["block"]
    found = draft("aws_sqs_queue", block)
    reviewed = words_of("aws_sqs_queue")
    assert reviewed is not None
    assert {*found["neutral"], *found["open"], *found["judged"]} == reviewed.every
    assert found["judged"]["policy"] == ["STRATA_IAM_4"]
    assert "redrive_policy" in found["open"]
    assert set(found["neutral"]) <= set(reviewed.vocabulary.neutral)
