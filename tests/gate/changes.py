"""Changes to synthesized JSON: unsafe ones, with the check that must name them, and others."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from strata.documents.stacks import blocks

Json = dict[str, Any]


@dataclass
class Stacks:
    """The stacks of one environment, to be changed in place."""

    composed: Json
    layers: dict[str, Json]

    def holding(self, address: str) -> list[Json]:
        """The composed stack, and the layer that holds a resource."""
        layer = next(one for one in self.layers.values() if address in blocks(one))
        return [self.composed, layer]


Change = Callable[[Stacks], object]


def block(stack: Json, address: str) -> Json:
    """The block of a resource as CDKTF writes it."""
    kind, name = address.split(".")
    found: Json = stack["resource"][kind][name]
    return found


def each(address: str, change: Callable[[Json, Json], object]) -> Change:
    """Change a resource wherever it stands; `change` gets the stack and the block."""

    def both(stacks: Stacks) -> None:
        for stack in stacks.holding(address):
            change(stack, block(stack, address))

    return both


def put(address: str, **values: object) -> Change:
    return each(address, lambda _, body: body.update(values))


def drop(address: str, key: str) -> Change:
    return each(address, lambda _, body: body.pop(key))


def local(address: str, key: str, value: object, expression: str = "${local.there}") -> Change:
    """Write the value as a local, and `expression` in its place."""

    def change(stack: Json, body: Json) -> None:
        stack["locals"] = {"there": value}
        body[key] = expression

    return each(address, change)


def variable(address: str, key: str, value: object, **more: object) -> Change:
    """Write the value as the default of a variable."""

    def change(stack: Json, body: Json) -> None:
        stack["variable"] = {"there": [{"default": value, **more}]}
        body[key] = "${var.there}"

    return each(address, change)


def add(layer: str, address: str, **body: object) -> Change:
    """A resource more, in a layer and in the composed stack."""
    kind, name = address.split(".")

    def change(stacks: Stacks) -> None:
        for stack in (stacks.composed, stacks.layers[layer]):
            stack["resource"].setdefault(kind, {})[name] = copy.deepcopy(body)

    return change


def taken_up(address: str, to: str = "") -> Change:
    """An `import` of what stands as a resource, wherever that is held."""

    def change(stack: Json, _: Json) -> None:
        stack["import"] = [{"to": to or address, "id": "what-stands"}]

    return each(address, change)


def container(**values: object) -> Change:
    def change(_: Json, body: Json) -> None:
        definitions = json.loads(body["container_definitions"])
        definitions[0].update(values)
        body["container_definitions"] = json.dumps(definitions)

    return each(TASK, change)


def sidecar(**values: object) -> Change:
    """A second container."""

    def change(_: Json, body: Json) -> None:
        definitions = json.loads(body["container_definitions"])
        definitions.append({**definitions[0], "name": "sidecar", **values})
        body["container_definitions"] = json.dumps(definitions)

    return each(TASK, change)


def in_layer(change: Change) -> Change:
    """The change in the layer alone: what is reviewed as a whole does not show it."""

    def alone(stacks: Stacks) -> None:
        change(Stacks(json.loads(json.dumps(stacks.composed)), stacks.layers))

    return alone


def listed(address: str, key: str) -> Change:
    """A block that is written as an object written as a list, and the other way round."""

    def change(_: Json, body: Json) -> None:
        found = body[key]
        body[key] = found[0] if isinstance(found, list) and len(found) == 1 else [found]

    return each(address, change)


def whole_in_lists(stacks: Stacks) -> None:
    """Every block of every resource in a list, as Terraform allows it."""
    for stack in (stacks.composed, *stacks.layers.values()):
        stack["resource"] = [
            {kind: [{name: [body]}]}
            for kind, named in stack["resource"].items()
            for name, body in named.items()
        ]


def nulls(stacks: Stacks) -> None:
    """A null for something that is not set, in every resource of the layers."""
    for stack in stacks.layers.values():
        for body in blocks(stack).values():
            body["timeouts"] = None


def backend(layer: str, **values: object) -> Change:
    return lambda stacks: stacks.layers[layer]["terraform"]["backend"]["s3"].update(values)


def output(layer: str, ending: str, value: str) -> Change:
    """What a layer tells the others, changed there alone."""

    def change(stacks: Stacks) -> None:
        outputs = stacks.layers[layer]["output"]
        name = next(one for one in outputs if one.endswith(ending))
        outputs[name]["value"] = value

    return change


def sent(address: str, key: str, value: object, source: str) -> Change:
    """A value that one layer makes and the layer of `address` reads; composed has the old one."""

    def change(stacks: Stacks) -> None:
        stacks.layers[source]["output"]["told"] = {"value": value}
        reader = stacks.holding(address)[1]
        state = next(iter(reader["data"]["terraform_remote_state"]))
        block(reader, address)[key] = f"${{data.terraform_remote_state.{state}.outputs.told}}"

    return change


def everywhere(**section: object) -> Change:
    def change(stacks: Stacks) -> None:
        for stack in (stacks.composed, *stacks.layers.values()):
            for key, values in section.items():
                assert isinstance(values, (dict, list))
                stack[key] = values

    return change


def allow(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


REDIS = "aws_elasticache_replication_group.cache_replication_group"
HTTP = "aws_lb_listener.edge_http_listener"
HTTPS = "aws_lb_listener.edge_https_listener"
IMAGE = "aws_ssm_parameter.service_image"
TASK = "aws_ecs_task_definition.service_task_definition"
SERVICE = "aws_ecs_service.service_service"
DB = "aws_db_instance.database_instance"
PARAMETERS = "aws_db_parameter_group.database_parameter_group"
TEMPLATE = "aws_launch_template.cluster_launch_template"
CAPACITY = "aws_ecs_capacity_provider.cluster_capacity_provider"
RULE = "aws_vpc_security_group_ingress_rule.network_cache_ingress_instance"
BALANCER = "aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_443"
EGRESS = "aws_vpc_security_group_egress_rule.network_instance_egress_https"
GROUP = "aws_security_group.network_instance_security_group"
DEFAULT_GROUP = "aws_default_security_group.network_default_security_group"
ACL = "aws_network_acl_rule.network_private_acl_ingress_100"
PUBLIC_ACL = "aws_network_acl_rule.network_public_acl_ingress_120"
ACLS = "aws_network_acl.network_private_acl"
ROLE = "aws_iam_role.service_task_role"
POLICY = "aws_iam_role_policy.service_execution_role_policy"
ATTACHED = "aws_iam_role_policy_attachment.cluster_instance_role_ecs"
REPOSITORY = "aws_ecr_repository.registry_repository"
MACHINE = "aws_sfn_state_machine.service_redeploy"
SECRET = "aws_secretsmanager_secret_version.cache_auth_token_version"
CLUSTER = "aws_ecs_cluster.cluster_cluster"
ANYWHERE = "0.0.0.0/0"
SSH = {"cidr_blocks": [ANYWHERE], "from_port": 22, "to_port": 22, "protocol": "tcp"}
OBJECT = "arn:aws:s3:::bucket/key"
FORWARD = {"type": "forward", "target_group_arn": "${aws_lb_target_group.edge_target_group.arn}"}
TO_HTTP = {"type": "redirect", "redirect": {"port": "8080", "status_code": "HTTP_301"}}
TO_HTTPS = {
    "type": "redirect",
    "redirect": [{"protocol": "HTTPS", "port": 443, "status_code": "HTTP_301"}],
}
TAGS = {"Name": "state"}

UNSAFE: dict[str, tuple[str, Change]] = {
    "Redis at rest off, and imported": ("CKV_AWS_29", lambda s: (
        put(REDIS, at_rest_encryption_enabled=False)(s), taken_up(REDIS)(s))),
    "Redis at rest false": ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled=False)),
    "Redis at rest 'false'": ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled="false")),
    "Redis at rest 0": ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled=0)),
    "Redis at rest null": ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled=None)),
    "Redis at rest left out": ("STRATA_REDIS_1", drop(REDIS, "at_rest_encryption_enabled")),
    "Redis at rest by a local": (
        "STRATA_REDIS_1", local(REDIS, "at_rest_encryption_enabled", False)),
    "Redis at rest by a local in a map": (
        "STRATA_REDIS_1",
        local(REDIS, "at_rest_encryption_enabled", {"on": ["false"]}, "${local.there.on[0]}")),
    "Redis at rest by a variable": (
        "STRATA_REDIS_1", variable(REDIS, "at_rest_encryption_enabled", "false", type="string")),
    "Redis at rest by another layer": (
        "STRATA_REDIS_1", sent(REDIS, "at_rest_encryption_enabled", False, "network")),
    "Redis at rest in the layer alone": (
        "STRATA_REDIS_1", in_layer(put(REDIS, at_rest_encryption_enabled=False))),
    "Redis at rest in the composed stack alone": (
        "STRATA_REDIS_1",
        lambda s: block(s.composed, REDIS).update(at_rest_encryption_enabled=False)),
    "Redis in transit in a list": (
        "STRATA_REDIS_2", put(REDIS, transit_encryption_enabled=[False])),
    "Redis in transit preferred": (
        "STRATA_REDIS_2", put(REDIS, transit_encryption_mode="preferred")),
    "Redis in transit by an attribute": (
        "STRATA_REDIS_2", put(REDIS, transit_encryption_enabled="${aws_vpc.network_vpc.id}")),
    "Redis without token": ("STRATA_REDIS_3", drop(REDIS, "lifecycle")),
    "Redis token in Terraform": ("STRATA_SECRET_1", put(REDIS, auth_token="x" * 16)),
    "another Redis": (
        "STRATA_REDIS_1",
        add("cache", "aws_elasticache_cluster.more", cluster_id="a", engine="redis")),
    "HTTP forwards": ("STRATA_LISTENER_1", put(HTTP, default_action=[FORWARD])),
    "HTTP forwards, an object": ("STRATA_LISTENER_1", put(HTTP, default_action=FORWARD)),
    "HTTP answers": (
        "STRATA_LISTENER_1", put(HTTP, protocol=None, default_action={"type": "fixed-response"})),
    "HTTP redirects to HTTP": ("STRATA_LISTENER_1", put(HTTP, default_action=[TO_HTTP])),
    "HTTP forwards by a local": ("STRATA_LISTENER_1", local(HTTP, "default_action", [FORWARD])),
    "HTTP forwards in the layer alone": (
        "STRATA_LISTENER_1", in_layer(put(HTTP, default_action=[FORWARD]))),
    "HTTP forwards by a rule": (
        "STRATA_LISTENER_1",
        add("edge", "aws_lb_listener_rule.more", action=[FORWARD],
            listener_arn="${aws_lb_listener.edge_http_listener.arn}")),
    "old TLS": ("STRATA_LISTENER_2", put(HTTPS, ssl_policy="ELBSecurityPolicy-2016-08")),
    "TLS by default": ("STRATA_LISTENER_2", put(HTTPS, ssl_policy=None)),
    "TLS 1.1 by a variable": (
        "STRATA_LISTENER_2", variable(HTTPS, "ssl_policy", "ELBSecurityPolicy-TLS-1-1-2017-01")),
    "unreadable containers": (
        "STRATA_CONTAINER_1", put(TASK, container_definitions="${jsonencode([])}")),
    "privileged": ("STRATA_CONTAINER_2", container(privileged=True)),
    "privileged, checkov's own check": ("CKV_AWS_336", container(readonlyRootFilesystem=False)),
    "Privileged": ("STRATA_CONTAINER_2", container(Privileged=True)),
    "privileged in the layer alone": ("STRATA_CONTAINER_2", in_layer(container(privileged=True))),
    "a privileged sidecar": ("STRATA_CONTAINER_2", sidecar(privileged=True)),
    "user 0:0": ("STRATA_CONTAINER_3", container(user="0:0")),
    "user root": ("STRATA_CONTAINER_3", container(user="root")),
    "user left out": ("STRATA_CONTAINER_3", container(user=None)),
    "user by a local": ("STRATA_CONTAINER_3", lambda s: (
        container(user="${local.there}")(s), everywhere(locals={"there": "0"})(s))),
    "writable root": ("STRATA_CONTAINER_4", container(readonlyRootFilesystem=None)),
    "no log driver": ("STRATA_CONTAINER_5", container(logConfiguration=None)),
    "plain password": (
        "STRATA_CONTAINER_6", container(environment=[{"name": "DB_PASSWORD", "value": "x"}])),
    "password from another layer": (
        "STRATA_CONTAINER_6",
        output("database", "_address", "${aws_db_instance.database_instance.password}")),
    "unpinned image": ("STRATA_CONTAINER_7", container(image="nginx")),
    "unpinned image in its parameter": (
        "STRATA_CONTAINER_7", put(IMAGE, insecure_value="nginx:latest")),
    "the repository's latest in its parameter": (
        "STRATA_CONTAINER_7",
        put(IMAGE, insecure_value="${aws_ecr_repository.registry_repository.repository_url}")),
    "an image by a parameter that is in no code": (
        "STRATA_CONTAINER_7", container(image="${data.aws_ssm_parameter.x.insecure_value}")),
    "world by IPv4": ("STRATA_OPEN_1", put(RULE, cidr_ipv4=ANYWHERE)),
    "world by IPv6": ("STRATA_OPEN_1", put(RULE, cidr_ipv6="::/0")),
    "world by prefix list": ("STRATA_OPEN_1", put(RULE, prefix_list_id="pl-1")),
    "half of the world": ("STRATA_OPEN_1", put(RULE, cidr_ipv4="128.0.0.0/1")),
    "world by another layer": (
        "STRATA_OPEN_1",
        lambda s: (
            add("cache", "aws_vpc_security_group_ingress_rule.more", ip_protocol="-1",
                security_group_id="sg-1", cidr_ipv4="10.0.0.0/16")(s),
            sent("aws_vpc_security_group_ingress_rule.more", "cidr_ipv4", ANYWHERE, "network")(s),
        )),
    "world in a rule of the layer alone": (
        "STRATA_OPEN_1",
        in_layer(add("cache", "aws_security_group_rule.more", type="ingress",
                     security_group_id="sg-1", **SSH))),
    "world through dynamic": (
        "STRATA_OPEN_1",
        put(GROUP, dynamic={"ingress": [{"for_each": [1], "content": [SSH]}]})),
    "balancer's port 22": ("STRATA_OPEN_1", put(BALANCER, from_port=22)),
    "balancer's ports 20 to 30": ("STRATA_OPEN_1", put(BALANCER, from_port="20", to_port="30")),
    "world to an old rule": (
        "STRATA_OPEN_1",
        add("network", "aws_security_group_rule.more", type="ingress", security_group_id="sg-1",
            protocol="tcp", from_port=0, to_port=3389, ipv6_cidr_blocks=["::/0"])),
    "world inline with nulls": (
        "STRATA_OPEN_1", put(GROUP, ingress=[{**SSH, "prefix_list_ids": None}])),
    "world inline, an object": (
        "STRATA_OPEN_1", put(GROUP, ingress={"ipv6_cidr_blocks": ["::/0"], "protocol": "-1"})),
    "world in the default group": ("STRATA_OPEN_1", put(DEFAULT_GROUP, ingress=[SSH])),
    "everything out": (
        "STRATA_OPEN_3", put(EGRESS, ip_protocol="-1", from_port=None, to_port=None)),
    "everything out inline": (
        "STRATA_OPEN_3",
        put(GROUP, egress=[{"cidr_blocks": [ANYWHERE], "protocol": -1, "from_port": 0,
                            "to_port": 0}])),
    "ACL from the world": ("STRATA_OPEN_2", put(ACL, cidr_block=ANYWHERE)),
    "ACL for every protocol": ("STRATA_OPEN_2", put(ACL, protocol="-1")),
    "ACL for UDP": ("STRATA_OPEN_2", put(ACL, protocol=17)),
    "ACL for every port": ("STRATA_OPEN_2", put(ACL, from_port="0", to_port="65535")),
    "ACL for SSH": ("STRATA_OPEN_2", put(ACL, from_port=22, to_port=22)),
    "ACL inline": (
        "STRATA_OPEN_2",
        put(ACLS, ingress=[{"action": "allow", "protocol": "tcp", "from_port": 3306,
                            "to_port": 3306, "cidr_block": ANYWHERE, "rule_no": 1}])),
    "public ACL for one port": (
        "STRATA_OPEN_2", put(PUBLIC_ACL, from_port=3306, to_port=3306)),
    "metadata options left out": ("STRATA_INSTANCE_1", drop(TEMPLATE, "metadata_options")),
    "IMDSv1": (
        "STRATA_INSTANCE_1", put(TEMPLATE, metadata_options=[{"http_tokens": "optional"}])),
    "IMDSv1 by null": (
        "STRATA_INSTANCE_1", put(TEMPLATE, metadata_options={"http_tokens": None})),
    "volumes left out": ("STRATA_INSTANCE_2", drop(TEMPLATE, "block_device_mappings")),
    "an unencrypted volume": (
        "STRATA_INSTANCE_2",
        put(TEMPLATE, block_device_mappings={"ebs": [{"encrypted": "false"}]})),
    "public database": ("STRATA_DB_1", put(DB, publicly_accessible="true")),
    "public database by 1": ("STRATA_DB_1", put(DB, publicly_accessible=1)),
    "unencrypted database": ("STRATA_DB_2", drop(DB, "storage_encrypted")),
    "database without TLS": ("STRATA_DB_3", put(PARAMETERS, parameter=[])),
    "database without TLS by 0": (
        "STRATA_DB_3",
        put(PARAMETERS, parameter={"name": "require_secure_transport", "value": 0})),
    "database with AWS's parameters": ("STRATA_DB_3", put(DB, parameter_group_name=None)),
    "database password": ("STRATA_DB_4", put(DB, password="x" * 10)),
    "secret's value": ("STRATA_SECRET_1", put(SECRET, secret_string="x")),
    "action wildcard": (
        "STRATA_IAM_1", put(POLICY, policy=allow(Action="s3:*", Resource=OBJECT))),
    "partial action wildcard": (
        "STRATA_IAM_1", put(POLICY, policy=allow(Action=["s3:Get*"], Resource=[OBJECT]))),
    "every action but": (
        "STRATA_IAM_1", put(POLICY, policy=allow(NotAction="s3:GetObject", Resource=OBJECT))),
    "AWS's administrator": (
        "STRATA_IAM_1", put(ATTACHED, policy_arn="arn:aws:iam::aws:policy/AdministratorAccess")),
    "policy in the role": (
        "STRATA_IAM_1",
        put(ROLE, inline_policy={"name": "a", "policy": allow(Action="*", Resource=OBJECT)})),
    "every resource": (
        "STRATA_IAM_2", put(POLICY, policy=allow(Action=["s3:GetObject"], Resource="*"))),
    "every secret": (
        "STRATA_IAM_2",
        put(POLICY, policy=allow(Action="secretsmanager:GetSecretValue",
                                 Resource=["arn:aws:secretsmanager:eu-central-1:1:secret:*"]))),
    "anyone's role": (
        "STRATA_IAM_3",
        put(ROLE, assume_role_policy=allow(Action="sts:AssumeRole", Principal={"AWS": ["*"]}))),
    "anyone's role over TLS": (
        "STRATA_IAM_3",
        put(ROLE, assume_role_policy=allow(
            Action="sts:AssumeRole", Principal="*",
            Condition={"Bool": {"aws:SecureTransport": "true"}}))),
    "anyone's repository": (
        "STRATA_IAM_4",
        add("registry", "aws_ecr_repository_policy.more", repository="a",
            policy=allow(Action="ecr:BatchGetImage", Principal="*"))),
    "mutable tags": ("STRATA_ECR_1", put(REPOSITORY, image_tag_mutability="MUTABLE")),
    "mutable tags by default": ("STRATA_ECR_1", drop(REPOSITORY, "image_tag_mutability")),
    "a state machine that scales in": ("STRATA_STEPS_1", put(MACHINE, definition=json.dumps({
        "StartAt": "a", "States": {"a": {
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ecs:updateService", "End": True,
            "Parameters": {"Cluster": "a", "Service": "a", "DesiredCount": 0}}}}))),
    "a schedule that calls any API": (
        "STRATA_STEPS_2",
        add("service", "aws_scheduler_schedule.more", name="a", kms_key_arn="${aws_kms_key.a.arn}",
            schedule_expression="rate(1 day)", flexible_time_window={"mode": "OFF"},
            target={"arn": "arn:aws:scheduler:::aws-sdk:ecs:deleteCluster",
                    "role_arn": "${aws_iam_role.service_task_role.arn}"})),
    "no circuit breaker": ("STRATA_SERVICE_1", drop(SERVICE, "deployment_circuit_breaker")),
    "no rollback": (
        "STRATA_SERVICE_1",
        put(SERVICE, deployment_circuit_breaker=[{"enable": True, "rollback": "false"}])),
    "a shell in the tasks": ("STRATA_SERVICE_2", put(SERVICE, enable_execute_command=True)),
    "termination protection": (
        "STRATA_CLUSTER_1",
        each(CAPACITY, lambda _, body: body["auto_scaling_group_provider"].update(
            managed_termination_protection="ENABLED"))),
    "state without encryption": ("STRATA_STATE_1", backend("cache", encrypt="false")),
    "state without lock": ("STRATA_STATE_1", backend("network", use_lockfile=None)),
    "state on a disk": (
        "STRATA_STATE_1",
        lambda s: s.layers["edge"]["terraform"].update(backend={"local": {"path": "state"}})),
    "state in an open bucket": (
        "CKV2_AWS_6", add("registry", "aws_s3_bucket.state", bucket="state", tags=TAGS)),
    "state in an unversioned bucket": (
        "CKV_AWS_21", add("registry", "aws_s3_bucket.state", bucket="state", tags=TAGS)),
    "secret in a variable": (
        "STRATA_SECRET_2", everywhere(variable={"db_password": {"default": "x"}})),
    "secret in a variable, a list": (
        "STRATA_SECRET_2", everywhere(variable=[{"a": [{"default": {"api_key": "x"}}]}])),
    "secret in a local": ("STRATA_SECRET_2", everywhere(locals={"api_token": "x"})),
    "secret in an output": (
        "STRATA_SECRET_3",
        lambda s: s.layers["database"]["output"].update(
            a={"value": "${aws_db_instance.database_instance.password}", "sensitive": True})),
    "secret written in an output": (
        "STRATA_SECRET_3",
        lambda s: s.layers["database"]["output"].update(db_password={"value": "x"})),
    "another image in the layer alone": (
        "STRATA_LAYER_1", output("registry", "_repository_url", "docker.io/library/shop")),
    "a resource that the layers lack": (
        "STRATA_LAYER_1", lambda s: s.layers["network"]["resource"].pop("aws_flow_log")),
    "another layer's state read": (
        "STRATA_LAYER_1",
        lambda s: next(iter(s.layers["cache"]["data"]["terraform_remote_state"].values()))[
            "config"].update(key="other/network.tfstate")),
}  # fmt: skip

RULES = [
    {"rulePriority": 1, "description": "a", "action": {"type": "expire"},
     "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5}}
]  # fmt: skip

HARMLESS: dict[str, Change] = {
    "nothing": lambda s: None,
    "another build in its parameter": put(
        IMAGE, insecure_value="${aws_ecr_repository.registry_repository.repository_url}:2.0.0"),
    "a digest in its parameter": put(
        IMAGE, insecure_value="${aws_ecr_repository.registry_repository.repository_url}@sha256:"
        + "a" * 64),
    "a tag on its parameter": put(IMAGE, tags=TAGS),
    "a schedule that starts a task of this code": add(
        "service", "aws_scheduler_schedule.more", name="a",
        kms_key_arn="arn:aws:kms:eu-central-1:123456789012:key/a",
        schedule_expression="rate(1 day)", flexible_time_window={"mode": "OFF"},
        target={"arn": "${aws_ecs_service.service_service.cluster}",
                "role_arn": "${aws_iam_role.service_task_role.arn}",
                "input": json.dumps({"containerOverrides": [{"name": "api", "command": ["a"]}]}),
                "ecs_parameters": {
                    "task_definition_arn":
                        "${aws_ecs_task_definition.service_task_definition.arn}"}}),
    "an import": taken_up(REDIS),
    "an import of one of several": taken_up(REDIS, f'{REDIS}["a"]'),
    "blocks in lists": whole_in_lists,
    "nulls in layers": nulls,
    "Redis at rest 'true'": put(REDIS, at_rest_encryption_enabled="true"),
    "Redis at rest true": put(REDIS, at_rest_encryption_enabled=True),
    "Redis at rest true in the layer alone": in_layer(put(REDIS, at_rest_encryption_enabled=True)),
    "Redis at rest by a local": local(REDIS, "at_rest_encryption_enabled", True),
    "Redis at rest by a variable": variable(REDIS, "at_rest_encryption_enabled", "true"),
    "Redis at rest by a local in the layer alone": in_layer(
        local(REDIS, "at_rest_encryption_enabled", "true")),
    "Redis at rest by another layer": sent(REDIS, "at_rest_encryption_enabled", "true", "network"),
    "Redis in transit 'true'": put(REDIS, transit_encryption_enabled="true"),
    "Redis in transit required": put(REDIS, transit_encryption_mode="required"),
    "Redis token null": put(REDIS, auth_token=None),
    "Redis lifecycle in a list": listed(REDIS, "lifecycle"),
    "Redis more parameters": put(REDIS, snapshot_retention_limit=3),
    "Memcached's subnet group": put(
        "aws_elasticache_subnet_group.cache_subnet_group", description="x"),
    "HTTP redirects, another form": put(HTTP, default_action=TO_HTTPS),
    "HTTP redirects by a local": local(HTTP, "default_action", [TO_HTTPS]),
    "HTTP redirects through dynamic": put(
        HTTP, default_action=None,
        dynamic={"default_action": {"for_each": [1], "content": TO_HTTPS}}),
    "HTTPS forwards by a rule": add(
        "edge", "aws_lb_listener_rule.more", action=[FORWARD],
        listener_arn="${aws_lb_listener.edge_https_listener.arn}"),
    "TLS 1.3": put(HTTPS, ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06"),
    "TLS 1.2 by a variable": variable(
        HTTPS, "ssl_policy", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
    "user by number": container(user="1001"),
    "user by a local": lambda s: (
        container(user="${local.there}")(s), everywhere(locals={"there": "1001"})(s)),
    "privileged null": container(privileged=None),
    "privileged false in another case": container(Privileged=False),
    "capabilities dropped": container(linuxParameters={"capabilities": {"drop": ["ALL"]}}),
    "image by digest": container(image="nginx@sha256:0"),
    "plain variables": container(environment=[{"name": "LOG_LEVEL", "value": "info"}]),
    "a secret's ARN": container(environment=[{"name": "APP_SECRET", "value": "arn:aws:a:b"}]),
    "a sidecar": sidecar(cpu=64),
    "a log driver": container(logConfiguration={"logDriver": "json-file"}),
    "container definitions in the layer in another order": in_layer(each(
        TASK,
        lambda _, body: body.update(container_definitions=json.dumps(
            json.loads(body["container_definitions"]), indent=1, sort_keys=True)))),
    "an inner range": put(RULE, cidr_ipv4="10.0.0.0/16"),
    "an inner range by the VPC": put(
        RULE, cidr_ipv4="${aws_vpc.network_vpc.cidr_block}", referenced_security_group_id=None),
    "an inner range by another layer": lambda s: (
        add("cache", "aws_vpc_security_group_ingress_rule.more", ip_protocol="-1", description="a",
            security_group_id="sg-1", cidr_ipv4="10.0.0.0/16")(s),
        sent("aws_vpc_security_group_ingress_rule.more", "cidr_ipv4", "10.0.0.0/16", "network")(s)),
    "one office": put(RULE, cidr_ipv4="203.0.113.0/24"),
    "one IPv6 network": put(RULE, cidr_ipv6="2001:db8::/48"),
    "a range null": put(RULE, cidr_ipv4=None),
    "ports as text": put(BALANCER, from_port="443", to_port="443"),
    "protocol by number": put(BALANCER, ip_protocol="6"),
    "a rule's other tags": put(BALANCER, tags=TAGS),
    "inline rules null": put(GROUP, ingress=None),
    "inline rules empty": put(GROUP, ingress=[], egress=[]),
    "an inner inline rule": put(GROUP, ingress=[
        {**SSH, "cidr_blocks": ["10.0.0.0/16"], "description": "a", "ipv6_cidr_blocks": None}]),
    "an old rule within the VPC": add(
        "network", "aws_security_group_rule.more", type="ingress", security_group_id="sg-1",
        description="a", protocol="tcp", from_port=3306, to_port=3306, self=True),
    "HTTPS out as text": put(EGRESS, from_port="443", to_port="443"),
    "ACL protocol by number": put(ACL, protocol="6"),
    "ACL denies": put(ACL, rule_action="deny", cidr_block=ANYWHERE, protocol="-1"),
    "ACL ports as text": put(ACL, from_port="3306", to_port="3306"),
    "ACL egress": put("aws_network_acl_rule.network_private_acl_egress_100", egress="true"),
    "metadata options in another form": put(
        TEMPLATE, metadata_options={"http_tokens": "required", "http_endpoint": "enabled"}),
    "metadata switched off": put(
        TEMPLATE, metadata_options=[{"http_endpoint": "disabled", "http_tokens": "required"}]),
    "volumes as an object": listed(TEMPLATE, "block_device_mappings"),
    "volumes in the layer as an object": in_layer(listed(TEMPLATE, "block_device_mappings")),
    "public null": put(DB, publicly_accessible=None),
    "public 'false'": put(DB, publicly_accessible="false"),
    "encrypted 'true'": put(DB, storage_encrypted="true"),
    "database's password null": put(DB, password=None),
    "TLS parameter as a number": put(
        PARAMETERS, parameter={"name": "require_secure_transport", "value": 1}),
    "one parameter more": put(PARAMETERS, parameter=[
        {"name": "require_secure_transport", "value": "1"},
        {"name": "max_connections", "value": 9}]),
    "one bucket": put(POLICY, policy=allow(Action="s3:GetObject", Resource="arn:aws:s3:::b/*")),
    "one statement": put(POLICY, policy=json.dumps(
        {"Version": "2012-10-17",
         "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECT}})),
    "a denial of everything": put(POLICY, policy=json.dumps(
        {"Version": "2012-10-17",
         "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})),
    "a token for everything": put(
        POLICY, policy=allow(Action=["ecr:GetAuthorizationToken"], Resource=["*"])),
    "one service's role": put(ROLE, assume_role_policy=allow(
        Action="sts:AssumeRole", Principal={"Service": ["ecs-tasks.amazonaws.com"]})),
    "one account's role": put(ROLE, assume_role_policy=allow(
        Action="sts:AssumeRole", Principal={"AWS": "arn:aws:iam::123456789012:role/deploy"})),
    "another AWS policy": put(
        ATTACHED, policy_arn="arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"),
    "one account's repository": add(
        "registry", "aws_ecr_repository_policy.more", repository="a",
        policy=allow(Action="ecr:BatchGetImage", Principal={"AWS": "123456789012"})),
    "another repository name": put(REPOSITORY, name="other"),
    "tags of a repository by a local": local(REPOSITORY, "tags", TAGS),
    "a lifecycle policy": put(
        "aws_ecr_lifecycle_policy.registry_lifecycle_policy", policy=json.dumps({"rules": RULES})),
    "circuit breaker in a list": listed(SERVICE, "deployment_circuit_breaker"),
    "circuit breaker as text": put(
        SERVICE, deployment_circuit_breaker={"enable": "true", "rollback": "true"}),
    "more tasks": put(SERVICE, desired_count="7"),
    "capacity provider in a list": listed(CAPACITY, "auto_scaling_group_provider"),
    "capacity provider's protection null": each(
        CAPACITY, lambda _, body: body["auto_scaling_group_provider"].update(
            managed_termination_protection=None)),
    "cluster settings as an object": listed(CLUSTER, "setting"),
    "state encrypted 'true'": backend("cache", encrypt="true"),
    "state locked by a table": backend("cache", use_lockfile=None, dynamodb_table="locks"),
    "backend in lists": lambda s: s.layers["edge"].update(terraform=[
        {**s.layers["edge"]["terraform"],
         "backend": [{"s3": [s.layers["edge"]["terraform"]["backend"]["s3"]]}]}]),
    "a variable": everywhere(variable={"region": {"default": "eu-central-1"}}),
    "a secret's name": everywhere(variable=[{"a": [{"type": "string", "sensitive": True}]}]),
    "a local": everywhere(locals=[{"region": "eu-central-1"}]),
    "an ARN in an output": lambda s: s.layers["cache"]["output"].update(
        redis_secret={"value": "${aws_secretsmanager_secret.cache_auth_token.arn}"}),
    "an output of a layer": lambda s: s.layers["edge"]["output"].update(a={"value": "b"}),
    "a comment": everywhere(**{"//": {"a": "b"}}),
    "tags of the VPC": put("aws_vpc.network_vpc", tags=TAGS),
    "an alarm": add(
        "service", "aws_cloudwatch_metric_alarm.more", alarm_name="a", evaluation_periods=1,
        comparison_operator="GreaterThanThreshold"),
    "another health check": each(
        "aws_lb_target_group.edge_target_group",
        lambda _, body: body["health_check"].update(path="/health", interval="10")),
    "another log retention": put(
        "aws_cloudwatch_log_group.service_log_group", retention_in_days="60"),
    "more storage": put(DB, allocated_storage="40"),
    "another instance type": put(TEMPLATE, instance_type="t3.small"),
    "another zone comment": put("aws_route53_zone.edge_zone", comment="a"),
    "another alias": each(
        "aws_route53_record.edge_record_apex", lambda _, body: body.update(ttl=None)),
    "scaling to ten": put("aws_appautoscaling_target.service_scaling_target", max_capacity="10"),
    "a longer flow log": put("aws_flow_log.network_flow_log", max_aggregation_interval="60"),
    "a description": put(GROUP, description="Instances"),
    "another subnet": each(
        "aws_subnet.network_private_subnet_0", lambda _, body: body.update(tags=TAGS)),
    "provider as an object": lambda s: [
        stack.update(provider={"aws": stack["provider"]["aws"][0]})
        for stack in (s.composed, *s.layers.values())],
    "an inner rule through dynamic": put(
        GROUP, dynamic=[{"ingress": [{"for_each": [1], "content": [
            {**SSH, "cidr_blocks": ["10.0.0.0/16"], "description": "a"}]}]}]),
    "a local that leads to a local": lambda s: (
        local(REDIS, "at_rest_encryption_enabled", "true", "${local.here}")(s),
        [stack["locals"].update(here="${local.there}") for stack in s.holding(REDIS)]),
    "a name with capitals and digits": everywhere(
        variable={"policy": {"default": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}}),
    "an instance type by a map": local(
        TEMPLATE, "instance_type", {"small": "t3.small"}, '${local.there["small"]}'),
    "a number by a variable": variable(SERVICE, "desired_count", 4),
    "a local within a text": local(REPOSITORY, "name", "shop", "${local.there}-local"),
}  # fmt: skip
