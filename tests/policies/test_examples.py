"""A bad and a good example of every check of ours."""

import json
from typing import Any

import pytest
from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.registry import resource_registry

from policies.policy import Policy
from strata.gate.outside import OUTSIDE_CHECKS, backend_faults, value_faults
from strata.gate.report import causes
from strata.gate.resolve import differences, resolved
from strata.gate.scan import known_checks

Json = dict[str, Any]


def containers(**values: object) -> Json:
    return {"container_definitions": json.dumps([{"name": "web", **values}])}


def statement(**values: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **values}})


def rule(direction: str, **values: object) -> Json:
    return {"security_group_id": "sg", "type": direction, "protocol": "tcp", **values}


def acl(**values: object) -> Json:
    return {
        "network_acl_id": "${aws_network_acl.network_private_acl.id}",
        "rule_action": "allow", "protocol": "tcp", **values,
    }  # fmt: skip


ANYWHERE = "0.0.0.0/0"
WEB = {"security_group_id": "${aws_security_group.network_load_balancer_security_group.id}"}
PORTS = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
BREAKER = {"enable": True, "rollback": True}
REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}
CALLER = {"StringEquals": {"aws:SourceAccount": "123456789012"}}

EXAMPLES: dict[str, tuple[list[Json], list[Json]]] = {
    "STRATA_CONTAINER_1": (
        [{}, {"container_definitions": "${file(x)}"}, {"container_definitions": "[]"}],
        [containers()],
    ),
    "STRATA_CONTAINER_2": (
        [
            containers(privileged=True),
            containers(Privileged=True),
            containers(privileged="${data.aws_x.y.z}"),
            containers(linuxParameters={"capabilities": {"add": ["SYS_ADMIN"]}}),
        ],
        [containers(), containers(linuxParameters={"capabilities": {"drop": ["ALL"]}})],
    ),
    "STRATA_CONTAINER_3": (
        [containers(), containers(user="0"), containers(user="root:root"), containers(user="00")],
        [containers(user="1000"), containers(user="app:app")],
    ),
    "STRATA_CONTAINER_4": (
        [containers(), containers(readonlyRootFilesystem=None)],
        [containers(readonlyRootFilesystem=True)],
    ),
    "STRATA_CONTAINER_5": (
        [containers(), containers(logConfiguration={"logDriver": "none"})],
        [containers(logConfiguration={"logDriver": "awslogs"})],
    ),
    "STRATA_CONTAINER_6": (
        [
            containers(environment=[{"name": "API_TOKEN", "value": "x"}]),
            containers(environment=[{"name": "API_TOKEN", "value": "${aws_x.y.z}"}]),
            containers(environment=[{"name": "URL", "value": "mysql://a:b@c"}]),
            containers(environment=[{"name": "KEY", "value": "${aws_x.y.secret_string}"}]),
            containers(environment=[{"name": "KEY", "value": "sk_live_0$${aws_x.y.z}"}]),
        ],
        [
            containers(environment=[{"name": "DB_HOST", "value": "${aws_db_instance.a.address}"}]),
            containers(environment=[{"name": "APP_SECRET", "value": "arn:aws:secretsmanager:x"}]),
            containers(environment=[{"name": "KEY", "value": "$${aws_x.y.secret_string}"}]),
            containers(secrets=[{"name": "API_TOKEN", "valueFrom": "arn:aws:x"}]),
        ],
    ),
    "STRATA_CONTAINER_7": (
        [containers(image="nginx"), containers(image="a.b:5000/nginx:latest"), containers()],
        [containers(image="${aws_ecr_repository.a.repository_url}:1.0.0")],
    ),
    "STRATA_REDIS_1": ([{}, {"at_rest_encryption_enabled": "false"}],
                       [{"at_rest_encryption_enabled": "true"}, {"engine": "memcached"}]),
    "STRATA_REDIS_2": (
        [{}, {"transit_encryption_enabled": True, "transit_encryption_mode": "preferred"}],
        [{"transit_encryption_enabled": [True]}],
    ),
    "STRATA_REDIS_3": ([{}, {"lifecycle": {"ignore_changes": ["tags"]}}],
                       [{"lifecycle": [{"ignore_changes": ["auth_token"]}]}]),
    "STRATA_LISTENER_1": (
        [
            {"protocol": "HTTP", "default_action": {"type": "forward"}},
            {"default_action": [{"type": "redirect", "redirect": {"port": "8080"}}]},
            {"default_action": [REDIRECT, {"type": "forward"}]},
            {"dynamic": {"default_action": {"content": {"type": "forward"}}}},
            {"listener_arn": "${aws_lb_listener.edge_http_listener.arn}",
             "action": [{"type": "forward"}]},
        ],
        [
            {"protocol": "HTTP", "default_action": REDIRECT},
            {"protocol": "HTTPS", "default_action": {"type": "forward"}},
            {"listener_arn": "${aws_lb_listener.edge_https_listener.arn}",
             "action": [{"type": "forward"}]},
        ],
    ),
    "STRATA_LISTENER_2": (
        [{"protocol": "HTTPS"}, {"protocol": "TLS", "ssl_policy": "ELBSecurityPolicy-2016-08"}],
        [{"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}],
    ),
    "STRATA_DB_1": ([{"publicly_accessible": "true"}, {"publicly_accessible": "${aws_x.y.z}"}],
                    [{}, {"publicly_accessible": False}]),
    "STRATA_DB_2": ([{}, {"storage_encrypted": 0}], [{"storage_encrypted": True}]),
    "STRATA_DB_3": (
        [
            {"family": "mysql8.4"},
            {"family": "mysql8.4", "parameter": {"name": "require_secure_transport", "value": 0}},
            {"engine": "mysql"},
            {"engine": "mysql", "parameter_group_name": "default.mysql8.4"},
        ],
        [
            {"family": "mysql8.4",
             "parameter": [{"name": "require_secure_transport", "value": "ON"}]},
            {"engine": "mysql", "parameter_group_name": "shop"},
        ],
    ),
    "STRATA_DB_4": ([{"password": "x"}, {"master_password": "${aws_x.y.z}"}],
                    [{"manage_master_user_password": True}]),
    "STRATA_SECRET_1": (
        [{"secret_string": "x"}, {"type": "SecureString", "value": "x"}, {"auth_token": "x"},
         {"passwords": ["x"]}],
        [{"secret_string_wo": "${ephemeral.a.b.c}"}, {"type": "String", "value": "eu"}],
    ),
    "STRATA_INSTANCE_1": (
        [{}, {"metadata_options": {"http_tokens": "optional"}}],
        [{"metadata_options": [{"http_tokens": "required"}]}],
    ),
    "STRATA_INSTANCE_2": (
        [{}, {"block_device_mappings": [{"ebs": {"encrypted": None}}]},
         {"root_block_device": {"encrypted": True}, "ebs_block_device": {"encrypted": False}}],
        [{"block_device_mappings": {"ebs": [{"encrypted": "true"}]}}],
    ),
    "STRATA_OPEN_1": (
        [
            rule("ingress", cidr_blocks=[ANYWHERE], from_port=22, to_port=22),
            rule("ingress", ipv6_cidr_blocks=["2000::/3"]),
            rule("ingress", prefix_list_ids=["pl-1"]),
            rule("ingress", cidr_blocks=["${aws_eip.a.public_ip}"]),
            {**WEB, "cidr_ipv4": ANYWHERE, "ip_protocol": "-1"},
            {**WEB, "cidr_ipv4": ANYWHERE, "ip_protocol": "tcp", "from_port": 80, "to_port": 443},
            {"ingress": [{"cidr_blocks": [ANYWHERE], "prefix_list_ids": None}]},
        ],
        [
            {**WEB, **PORTS, "cidr_ipv4": ANYWHERE},
            rule("ingress", cidr_blocks=["10.0.0.0/8"]),
            rule("ingress", cidr_blocks=["${aws_vpc.network_vpc.cidr_block}"]),
            rule("ingress", cidr_blocks=["${aws_eip.a.public_ip}/32"]),
            rule("ingress", ipv6_cidr_blocks=["fd00::/8"]),
            rule("egress", cidr_blocks=[ANYWHERE]),
            {"ingress": []},
        ],
    ),
    "STRATA_OPEN_2": (
        [
            acl(cidr_block=ANYWHERE, from_port=3306, to_port=3306),
            acl(cidr_block=ANYWHERE, from_port=443, to_port=443),
            acl(cidr_block="10.0.0.0/16", from_port=0, to_port=65535),
            acl(cidr_block="10.0.0.0/16", from_port=22, to_port="22"),
            acl(cidr_block="10.0.0.0/16", protocol="-1"),
            acl(ipv6_cidr_block="::/0", from_port=3000, to_port=4000),
            {"ingress": {"action": "allow", "protocol": -1, "cidr_block": "10.0.0.0/16"}},
        ],
        [
            acl(cidr_block="10.0.0.0/16", from_port=3306, to_port=3306),
            acl(cidr_block=ANYWHERE, from_port=1024, to_port=65535),
            acl(cidr_block=ANYWHERE, protocol="-1", rule_action="deny"),
            acl(cidr_block=ANYWHERE, protocol="-1", egress="true"),
            {"network_acl_id": "public", "rule_action": "allow", "protocol": 6,
             "cidr_block": ANYWHERE, "from_port": 80, "to_port": 80},
        ],
    ),
    "STRATA_OPEN_3": (
        [
            rule("egress", cidr_blocks=[ANYWHERE], from_port=0, to_port=65535),
            {"egress": {"protocol": "-1", "ipv6_cidr_blocks": ["::/0"]}},
        ],
        [{"security_group_id": "sg", "cidr_ipv4": ANYWHERE, **PORTS}, {"egress": None}],
    ),
    "STRATA_IAM_1": (
        [
            {"policy": statement(Action="s3:Get*", Resource="arn:aws:s3:::b/k")},
            {"policy": statement(NotAction="s3:GetObject", Resource="arn:aws:s3:::b/k")},
            {"policy": "${data.aws_iam_policy_document.a.json}"},
            {"inline_policy": {"policy": statement(Action=["*"], Resource="arn:aws:s3:::b/k")}},
            {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ],
        [
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:s3:::b/k")},
            {"policy": statement(Effect="Deny", Action="*", Resource="*")},
            {"policy_arn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
        ],
    ),
    "STRATA_IAM_2": (
        [
            {"policy": statement(Action="s3:GetObject", Resource="*")},
            {"policy": statement(Action="s3:GetObject", Resource=["arn:aws:s3:::*"])},
            {"policy": statement(Action="secretsmanager:GetSecretValue",
                                 Resource="arn:aws:secretsmanager:eu-central-1:1:secret:*")},
            {"policy": statement(Action="s3:GetObject", NotResource="arn:aws:s3:::b")},
        ],
        [
            {"policy": statement(Action="ecr:GetAuthorizationToken", Resource="*")},
            {"policy": statement(Action="logs:PutLogEvents",
                                 Resource="arn:aws:logs:eu-central-1:1:log-group:web:*")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:s3:::b/*")},
        ],
    ),
    "STRATA_IAM_3": (
        [
            {"assume_role_policy": statement(Action="sts:AssumeRole", Principal="*")},
            {"assume_role_policy": statement(Action="sts:AssumeRole", Principal={"AWS": ["*"]})},
            {"assume_role_policy": statement(Principal={"AWS": "*"},
                                             Condition={"Bool": {"aws:SecureTransport": "true"}})},
            {"assume_role_policy": statement(NotPrincipal={"AWS": "arn:aws:iam::1:root"})},
            {},
        ],
        [
            {"assume_role_policy": statement(Principal={"Service": "ec2.amazonaws.com"})},
            {"assume_role_policy": statement(Principal={"AWS": "*"}, Condition=CALLER)},
        ],
    ),
    "STRATA_IAM_4": (
        [{"policy": statement(Principal={"AWS": "*"}, Action="s3:GetObject")}],
        [{"policy": statement(Principal="*", Action="s3:GetObject", Condition=CALLER)}, {}],
    ),
    "STRATA_ECR_1": ([{}, {"image_tag_mutability": "MUTABLE"}],
                     [{"image_tag_mutability": "IMMUTABLE"}]),
    "STRATA_SERVICE_1": (
        [{}, {"deployment_circuit_breaker": {"enable": True, "rollback": False}}],
        [{"deployment_circuit_breaker": [BREAKER]}],
    ),
    "STRATA_CLUSTER_1": (
        [{"auto_scaling_group_provider": [{"managed_termination_protection": "ENABLED"}]}],
        [{"auto_scaling_group_provider": {}}],
    ),
}  # fmt: skip

BUCKET = {"bucket": "state", "encrypt": True}
SAME = {"resource": {"aws_vpc": {"a": {"cidr_block": "10.0.0.0/16", "tags": None}}}}


def outside(stack: Json) -> set[str]:
    """The checks outside of resources that a layer does not meet."""
    different = differences(resolved(stack), resolved(SAME)) if "resource" in stack else []
    found = {check for check, _ in value_faults(stack)} | {"STRATA_LAYER_1" for _ in different}
    return found | (set(backend_faults(stack)) if "terraform" in stack else set())


OUTSIDE: dict[str, tuple[list[Json], list[Json]]] = {
    "STRATA_LAYER_1": (
        [{"resource": {"aws_vpc": {"a": {"cidr_block": "10.0.0.0/8"}}}},
         {"resource": {"aws_vpc": {"b": {"cidr_block": "10.0.0.0/16"}}}}],
        [{"resource": [{"aws_vpc": [{"a": [{"cidr_block": "10.0.0.0/16"}]}]}]}],
    ),
    "STRATA_STATE_1": (
        [
            {"terraform": {"backend": {"s3": BUCKET}}},
            {"terraform": {"backend": {"s3": {**BUCKET, "encrypt": None, "use_lockfile": True}}}},
            {"terraform": {"backend": {"local": {}}}},
            {"terraform": {}},
        ],
        [
            {"terraform": [{"backend": [{"s3": [{**BUCKET, "use_lockfile": "true"}]}]}]},
            {"terraform": {"backend": {"s3": {**BUCKET, "dynamodb_table": "locks"}}}},
        ],
    ),
    "STRATA_SECRET_2": (
        [
            {"variable": {"db_password": {"default": "x"}}},
            {"variable": [{"token": [{"default": "x"}]}]},
            {"variable": {"settings": {"default": {"api_key": "x"}}}},
            {"locals": {"api_key": "AKIAABCDEFGHIJKLMNOP"}},
        ],
        [{"variable": {"db_password": {"type": "string"}, "region": {"default": "eu-central-1"}}}],
    ),
    "STRATA_SECRET_3": (
        [
            {"output": {"db_password": {"value": "x"}}},
            {"output": {"a": {"value": {"b": "${aws_secretsmanager_secret_version.c.secret_string}"
                                        }}}},
            {"output": {"a": {"value": "${jsonencode(aws_db_instance.b.password)}"}}},
            {"output": {"token": {"value": "${local.a}"}}, "locals": {"a": "x"}},
        ],
        [{"output": {"auth_token_secret_arn": {"value": "${aws_secretsmanager_secret.a.arn}"}}}],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def ours() -> dict[str, Policy]:
    """Our checks by id."""
    known_checks()
    return {c.id: c for c in resource_registry.get_all_registered_checks() if isinstance(c, Policy)}


def test_every_check_has_examples_and_a_cause(ours: dict[str, Policy]) -> None:
    assert set(EXAMPLES) == set(ours)
    assert set(OUTSIDE) == set(OUTSIDE_CHECKS)
    assert all(bad and good for bad, good in (EXAMPLES | OUTSIDE).values())
    named = {check for cause in causes() for check in cause.checks}
    assert set(EXAMPLES) | set(OUTSIDE) <= named
    assert named <= known_checks()


@pytest.mark.parametrize("check", EXAMPLES)
def test_bad_examples_fail_and_good_ones_pass(check: str, ours: dict[str, Policy]) -> None:
    bad, good = EXAMPLES[check]
    judge = ours[check].scan_resource_conf
    assert [judge(one) for one in bad] == [CheckResult.FAILED] * len(bad)
    assert [judge(one) for one in good] == [CheckResult.PASSED] * len(good)


@pytest.mark.parametrize("check", OUTSIDE)
def test_bad_examples_outside_of_resources_fail_and_good_ones_pass(check: str) -> None:
    bad, good = OUTSIDE[check]
    assert [check in outside(one) for one in bad] == [True] * len(bad)
    assert [check in outside(one) for one in good] == [False] * len(good)
