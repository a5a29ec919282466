"""That no secret is left in a plan's JSON, wherever it stands."""

import json
import re

import pytest

from strata.plan_file.secrets import without_secrets

SECRET = "hunter2-hunter2"


def test_every_sensitive_value_is_taken_out_wherever_it_stands() -> None:
    document = {
        "resource_changes": [
            {
                "change": {
                    "before": {"password": SECRET, "list": [{"key": "old-old-old"}]},
                    "after": {"password": "other-other", "list": [{"key": "old-old-old"}]},
                    "before_sensitive": {"password": True, "list": [{"key": True}]},
                    "after_sensitive": {"password": True, "list": [{"key": True}]},
                }
            }
        ],
        "prior_state": {"values": {"password": SECRET}, "sensitive_values": {"password": True}},
        "planned_values": {"outputs": {"a": {"sensitive": True, "value": [f"x {SECRET}"]}}},
        "configuration": {"constant_value": f"prefix-{SECRET}"},
    }
    clean = without_secrets(document)
    text = json.dumps(clean)
    for secret in (SECRET, "other-other", "old-old-old"):
        assert secret not in text
    change = clean["resource_changes"][0]["change"]
    assert change["before"] == {"password": "(sensitive)", "list": [{"key": "(sensitive)"}]}
    assert change["after"]["password"] == "(sensitive, changes)"
    assert change["after"]["list"] == [{"key": "(sensitive)"}]
    assert clean["configuration"]["constant_value"] == "prefix-(sensitive)"


@pytest.mark.parametrize("secret", ['pass"word\\one', "a<b>&c-d-e", "pässwörter", "plain-words"])
def test_a_value_is_taken_out_of_json_within_a_value(secret: str) -> None:
    python = json.dumps({"a": f"x {secret}"})
    readable = json.dumps({"a": f"x {secret}"}, ensure_ascii=False)
    terraform = re.sub("[<>&]", lambda one: f"\\u{ord(one[0]):04x}", readable)
    document = {
        "values": {"password": secret},
        "sensitive_values": {"password": True},
        "policies": [python, readable, terraform, secret],
    }
    clean = without_secrets(document)["policies"]
    assert clean == ['{"a": "x (sensitive)"}'] * 3 + ["(sensitive)"]


def test_nothing_is_left_of_a_secret_that_begins_as_another_does() -> None:
    secrets = [f"password-one{'-and-more' * times}" for times in range(9)]
    document = {
        "values": {"passwords": secrets},
        "sensitive_values": {"passwords": True},
        "text": " ".join(secrets),
    }
    assert without_secrets(document)["text"] == " ".join(["(sensitive)"] * 9)


def test_a_variable_that_looks_secret_is_taken_out_of_containers() -> None:
    def containers(name: str, value: str) -> str:
        return json.dumps([{"name": "api", "environment": [{"name": name, "value": value}]}])

    for name, value in (("API_KEY", "not-so-random"), ("ANY", "ghp_abcdefghijklmnop")):
        document = {"after": {"container_definitions": containers(name, value)}}
        assert value not in json.dumps(without_secrets(document))
    plain = {"after": {"container_definitions": containers("COLOUR", "light-blue")}}
    assert without_secrets(plain) == plain
