"""A team's own resources: what they need to say is known, and what opens them is judged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.gate.vocabulary import _team, folder, known_words, unjudged, words_of
from tests.gate.changes import Change, Stacks, add, allow
from tests.gate.command import Answer, Command
from tools.vocabulary import AMOUNT, NEVER, PLAIN, draft, schema

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
        ("aws_dynamodb_table", {"name": "a", "hash_key": "b", "replica": [{"region_name": "x"}]},
         ["replica"]),
        ("aws_lambda_function", {"description": "a", "role": "arn:aws:iam::1:role/x"}, ["role"]),
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
def test_the_draft_of_a_type_has_all_that_the_provider_knows_and_what_is_judged_already() -> None:
    block = schema()["resource_schemas"]["aws_sqs_queue"]["block"]
    found = draft("aws_sqs_queue", block)
    reviewed = words_of("aws_sqs_queue")
    assert reviewed is not None
    assert {*found["neutral"], *found["open"], *found["judged"]} == reviewed.every
    assert found["judged"]["policy"] == ["STRATA_IAM_4"]
    assert "redrive_policy" in found["open"]
    assert set(found["neutral"]) <= set(reviewed.vocabulary.neutral)
