"""No secret of the code is in a plan's JSON, in what is made of it, or in Terraform's log.

The plan is one of the real Terraform and provider, of a stack that holds a secret of every kind.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from strata.cost.change import change
from strata.documents.layers import LAYERS
from strata.documents.stacks import stack
from strata.errors import StrataError
from strata.plan_file.constants import hide_constants
from strata.plan_file.secrets import without_secrets
from strata.planning.composed import plan_composed
from strata.review.assemble import written_stack
from strata.review.causes import Causes
from strata.review.report import build
from strata.settings import load
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from strata.views.html import review as page
from strata.views.markdown import review as markdown
from strata.views.text.review import text

Json = dict[str, Any]

# Some are too short to be searched for in the whole document, and one is no text.
SECRETS = {
    "a write-only literal": "write-only-literal",
    "a short write-only one": "Wo1",
    "one in a template": "Wo2",
    "one in a variable": "Wo3",
    "a literal that is sensitive": "Se1",
    "one in a block": "Se2",
    "one in a map": "Se3",
    "the argument of a function": "Se4",
    "one of what no instance is of": "Un1",
    "one of each instance": "Ea1",
    "a sensitive variable": "Va1",
    "a key of the provider": "PrOvIdErKeY1",
    "what a provisioner runs": "Pv1",
    "a sensitive output": "Ou1",
    "a nested one": "Ou2",
}
PLAIN = ("/shop/write-only", "arn:aws:elasticloadbalancing", "a plain variable", "a plain output")


def written() -> Json:
    s = SECRETS
    parameter = {"type": "SecureString"}
    oidc = {
        "client_id": "client",
        "client_secret": s["one in a block"],
        **{
            f"{name}": f"https://login.example/{name}"
            for name in (
                "issuer", "authorization_endpoint", "token_endpoint", "user_info_endpoint",
            )
        },
    }  # fmt: skip
    return {
        "terraform": {"required_providers": {"aws": {"source": "aws", "version": "5.100.0"}}},
        "provider": {
            "aws": [
                {
                    "region": "eu-central-1",
                    "access_key": "PrOvIdErId",
                    "secret_key": s["a key of the provider"],
                    "skip_credentials_validation": True,
                    "skip_requesting_account_id": True,
                    "skip_metadata_api_check": True,
                }
            ]
        },
        "variable": {
            "secret": {"default": s["a sensitive variable"], "sensitive": True},
            "used": {"default": s["one in a variable"]},
            "prefix": {"default": "p"},
            "plain": {"default": "a plain variable"},
        },
        "resource": {
            "aws_ssm_parameter": {
                "edge_a": {
                    "name": "/shop/write-only",
                    "value_wo": s["a write-only literal"],
                    "value_wo_version": 1,
                    **parameter,
                },
                "edge_b": {
                    "name": "/shop/template",
                    "value_wo": f"{s['one in a template']}-${{var.prefix}}",
                    "value_wo_version": 1,
                    **parameter,
                },
                "edge_c": {
                    "name": "/shop/variable",
                    "value_wo": "${var.used}",
                    "value_wo_version": 1,
                    **parameter,
                },
                "edge_d": {"name": "/s", "value": s["a literal that is sensitive"], **parameter},
                "edge_e": {
                    "count": 0,
                    "name": "/u",
                    "value": s["one of what no instance is of"],
                    **parameter,
                },
                "edge_f": {
                    "for_each": {"a.b[0]": s["one of each instance"]},
                    "name": "/e",
                    "value_wo": "${each.value}",
                    "value_wo_version": 1,
                    **parameter,
                },
            },
            "aws_db_instance": {
                "database_instance": {
                    "identifier": "shop",
                    "allocated_storage": 20,
                    "engine": "mysql",
                    "instance_class": "db.t3.micro",
                    "username": "shop",
                    "password_wo": s["a short write-only one"],
                    "password_wo_version": 1,
                    "skip_final_snapshot": True,
                    "provisioner": [
                        {"local-exec": {"command": f"echo {s['what a provisioner runs']}"}}
                    ],
                }
            },
            "aws_lb_listener": {
                "edge_listener": {
                    "load_balancer_arn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:"
                    "loadbalancer/app/shop/50dc6c495c0c9188",
                    "port": 443,
                    "protocol": "HTTP",
                    "default_action": [
                        {"type": "authenticate-oidc", "authenticate_oidc": oidc},
                        {
                            "type": "fixed-response",
                            "fixed_response": {"content_type": "text/plain"},
                        },
                    ],
                }
            },
            "terraform_data": {
                "edge_map": {
                    "input": {
                        "open": "a plain output",
                        "shut": f'${{sensitive("{s["one in a map"]}")}}',
                    }
                },
                "edge_call": {
                    "input": f'${{sensitive("{s["the argument of a function"]}")}}'
                },
            },
        },
        "output": {
            "secret": {"value": s["a sensitive output"], "sensitive": True},
            "nested": {"value": {"a": [s["a nested one"]]}, "sensitive": True},
            "plain": {"value": "a plain output"},
        },
    }  # fmt: skip


def composed(folder: Path, document: Json) -> Path:
    folder.mkdir()
    (folder / "cdk.tf.json").write_text(json.dumps(document, indent=2))
    return folder


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    # Nothing is asked of AWS: there is no state, no data source and no credentials to be checked.
    environment = {**terraform_environment(), "AWS_EC2_METADATA_DISABLED": "true"}
    return Terraform(terraform(), environment, tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def document(tool: Terraform, tmp_path_factory: pytest.TempPathFactory) -> Json:
    return plan_composed(tool, composed(tmp_path_factory.mktemp("a") / "shop", written()), {})


def test_no_secret_of_the_code_is_in_the_plan(document: Json) -> None:
    shown = json.dumps(document)
    assert {what for what, secret in SECRETS.items() if secret in shown} == set()
    for plain in PLAIN:
        assert plain in shown
    # Where it was stands that it was.
    resources = document["configuration"]["root_module"]["resources"]
    (parameter,) = [one for one in resources if one["address"] == "aws_ssm_parameter.edge_a"]
    assert parameter["expressions"]["value_wo"] == {"constant_value": "(sensitive)"}
    assert parameter["expressions"]["value_wo_version"] == {"constant_value": 1}
    assert parameter["expressions"]["name"] == {"constant_value": "/shop/write-only"}


def test_no_secret_of_the_code_is_in_a_report(document: Json) -> None:
    report = build(
        environment="local",
        made=datetime.now(UTC),
        document=document,
        stack=stack(written()),
        causes=Causes({}, (), ()),
        file="envs/local.toml",
        first=list(LAYERS),
        gate="not asked",
        cost=change(document, load("local")),
    )
    assert report.counts.create == 9
    for view in (text, markdown, page, type(report).model_dump_json):
        shown = view(report)
        assert "aws_ssm_parameter.edge_a" in shown
        assert {what for what, secret in SECRETS.items() if secret in shown} == set()


def test_an_error_leaves_no_secret_in_the_log(tool: Terraform, tmp_path: Path) -> None:
    broken = written()
    broken["resource"]["aws_ssm_parameter"]["edge_a"]["insecure_value"] = "a plain one"
    with pytest.raises(StrataError, match="only one of `insecure_value,value,value_wo`"):
        plan_composed(tool, composed(tmp_path / "broken", broken), {})
    log = (tool.logs / "broken.log").read_bytes()
    said = [json.loads(line) for line in log.splitlines()]
    assert any(one.get("diagnostic", {}).get("address") for one in said)
    assert SECRETS["a write-only literal"].encode() not in log
    assert log.endswith(b"\n")


def test_a_report_repeats_no_secret_of_the_stack(tmp_path: Path) -> None:
    containers = [
        {
            "name": "api",
            "image": "${aws_ecr_repository.registry_repository.repository_url}:1",
            "environment": [
                {"name": "PAYMENT_TOKEN", "value": "to-be-told-nobody"},
                {"name": "COLOUR", "value": "light-blue"},
            ],
        }
    ]
    task = {"aws_ecs_task_definition": {"a": {"container_definitions": json.dumps(containers)}}}
    found = written_stack(composed(tmp_path / "shop", {"resource": task}))
    body = json.dumps(found.resources["aws_ecs_task_definition.a"].body)
    assert "to-be-told-nobody" not in body
    assert "light-blue" in body


def test_a_secret_that_goes_through_modules_is_hidden_in_each() -> None:
    inner = {
        "variables": {"password": {}, "size": {"default": 20}},
        "resources": [
            {
                "address": "aws_db_instance.a",
                "mode": "managed",
                "expressions": {
                    "password_wo": {"references": ["var.password"]},
                    "allocated_storage": {"references": ["var.size"]},
                },
            }
        ],
    }
    call = {
        "module": inner,
        "expressions": {
            "password": {"constant_value": "x-${var.given}", "references": ["var.given"]},
            "size": {"constant_value": 30},
        },
    }
    document: Json = {
        "variables": {"given": {"value": "Mo1"}, "open": {"value": "seen"}},
        "resource_changes": [
            {
                "address": 'module.db["a.b[0]"].aws_db_instance.a[1]',
                "change": {"after": {"password_wo": None, "allocated_storage": 30}},
            }
        ],
        "configuration": {
            "root_module": {
                "module_calls": {"db": call},
                "variables": {"given": {"default": "Mo2"}, "open": {"default": "seen"}},
            }
        },
    }
    clean = without_secrets(document)
    root = clean["configuration"]["root_module"]
    assert root["module_calls"]["db"]["expressions"]["password"]["constant_value"] == "(sensitive)"
    assert root["module_calls"]["db"]["expressions"]["size"]["constant_value"] == 30
    assert clean["variables"] == {"given": {"value": "(sensitive)"}, "open": {"value": "seen"}}
    assert root["variables"] == {"given": {"default": "(sensitive)"}, "open": {"default": "seen"}}


def test_a_secret_that_has_an_escape_in_it_is_known_as_it_is_used() -> None:
    resource = {
        "address": "aws_ssm_parameter.a",
        "mode": "managed",
        "expressions": {"value_wo": {"constant_value": "Es$${1}"}},
    }
    change = {"after": {"value_wo": None}, "after_sensitive": {"value_wo": True}}
    document: Json = {
        "resource_changes": [{"address": "aws_ssm_parameter.a", "change": change}],
        "configuration": {"root_module": {"resources": [resource]}},
    }
    secrets: set[str] = set()
    hide_constants(document, secrets)
    assert secrets == {"Es$${1}", "Es${1}"}


def test_what_data_sources_were_asked_with_is_hidden_by_what_they_answered() -> None:
    resource = {
        "address": "data.aws_lambda_invocation.a",
        "mode": "data",
        "expressions": {"input": {"constant_value": "Da1"}, "name": {"constant_value": "shop"}},
    }
    read = {
        "address": "data.aws_lambda_invocation.a",
        "mode": "data",
        "values": {"input": "Da1", "name": "shop"},
        "sensitive_values": {"input": True},
    }
    document = {
        "prior_state": {"values": {"root_module": {"resources": [read]}}},
        "configuration": {"root_module": {"resources": [resource]}},
    }
    shown = json.dumps(without_secrets(document))
    assert "Da1" not in shown
    assert shown.count("shop") == 2
