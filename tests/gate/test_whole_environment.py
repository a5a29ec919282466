"""What spans an environment and no check over one resource sees: each kind in several forms.

Changes of different blocks are judged together, as in test_changes.py.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.documents import Json
from strata.gate.documents import document, read
from strata.gate.own_checks import value_faults
from strata.gate.scan import Failure
from strata.gate.whole_environment import (
    ENVIRONMENT_CHECKS,
    environment_failures,
    resolve_environment,
)
from strata.settings import load
from tests.gate.changes import (
    DB,
    REDIS,
    ROLE,
    SECRET,
    SERVICE,
    TASK,
    TEMPLATE,
    Change,
    Stacks,
    add,
    allow,
    backend,
    block,
    container,
    everywhere,
    put,
)
from tests.gate.command import Command
from tests.gate.together import groups

SETTINGS = {"local": load("local")}
VPC = "aws_vpc.network_vpc"
GROUP = "aws_security_group.network_instance_security_group"
CACHE_RULE = "aws_vpc_security_group_ingress_rule.network_cache_ingress_instance"
PRIVATE = "${aws_route_table.network_private_route_table_0.id}"
PUBLIC = "${aws_route_table.network_public_route_table.id}"
INTERNET = "${aws_internet_gateway.network_internet_gateway.id}"


def every(change: Callable[[Json], object]) -> Change:
    """The same in the composed stack and in every layer."""
    return lambda stacks: [change(one) for one in (stacks.composed, *stacks.layers.values())]


def provider(**values: object) -> Change:
    return every(lambda stack: stack["provider"]["aws"][0].update(values))


def second_region(**values: object) -> Change:
    """Another configuration of the provider, as the alarm on the domain needs it."""
    east = {"alias": "us_east_1", "region": "us-east-1"}
    return every(
        lambda stack: stack["provider"]["aws"].append(
            {**stack["provider"]["aws"][0], **east, **values}
        )
    )


def of_layer(layer: str, change: Callable[[Json], object]) -> Change:
    return lambda stacks: change(stacks.layers[layer])


def states(**values: object) -> Change:
    """What the service's layer says of the states that it reads."""

    def change(stack: Json) -> None:
        for body in stack["data"]["terraform_remote_state"].values():
            body.update(values)

    return of_layer("service", change)


def config(**values: object) -> Change:
    def change(stack: Json) -> None:
        for body in stack["data"]["terraform_remote_state"].values():
            body["config"].update(values)

    return of_layer("service", change)


def route(table: str, **ways: object) -> Change:
    return add("network", "aws_route.more", route_table_id=table,
               destination_cidr_block="0.0.0.0/0", **ways)  # fmt: skip


def inline(**ways: object) -> Change:
    said = [{"cidr_block": "198.51.100.0/24", **ways}]
    return put("aws_route_table.network_private_route_table_0", route=said)


def ranges(length: int, count: int) -> list[str]:
    """So many ranges of the internet of one length, side by side."""
    step = 2 ** (32 - length)
    first = 64 * 2**24
    return [
        f"{'.'.join(str((first + i * step) >> s & 255) for s in (24, 16, 8, 0))}/{length}"
        for i in range(count)
    ]


def many_rules(stacks: Stacks) -> None:
    for index, cidr in enumerate(ranges(9, 4)):
        add("cache", f"aws_vpc_security_group_ingress_rule.more_{index}", ip_protocol="tcp",
            security_group_id="${aws_security_group.network_cache_security_group.id}",
            from_port=6379, to_port=6379, cidr_ipv4=cidr, description="a")(stacks)  # fmt: skip


def output(value: object, name: str = "shown") -> Change:
    return of_layer("cache", lambda stack: stack.setdefault("output", {}).update(
        {name: {"value": value, "sensitive": True}}))  # fmt: skip


def data(type_: str, **body: object) -> Change:
    return of_layer("cache", lambda stack: stack.setdefault("data", {}).update(
        {type_: {"more": body}}))  # fmt: skip


def ignoring(address: str, *names: object) -> Change:
    return put(address, lifecycle={"ignore_changes": list(names)})


LOG = {"logDriver": "splunk", "options": {"splunk-token": "3f9c1e7a-58b2-4f6d-9c0e-7a1b2c3d4e5f"}}
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"
STRIPE = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc"

OTHER_ROOT = "arn:aws:iam::999999999999:root"
OTHER_ACCOUNTS: dict[str, Json] = {
    "its root": {"Principal": {"AWS": OTHER_ROOT}},
    "its number": {"Principal": {"AWS": "999999999999"}},
    "a role of it": {"Principal": {"AWS": [
        "arn:aws:iam::123456789012:root", "arn:aws:iam::999999999999:role/deploy"]}},
    "a session of it": {"Principal": {"AWS": "arn:aws:sts::999999999999:assumed-role/a/b"}},
    "in China": {"Principal": {"AWS": "arn:aws-cn:iam::999999999999:root"}},
    "an id that was a principal": {"Principal": {"AWS": "AROAIOSFODNN7EXAMPLE"}},
    "a canonical user": {"Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"}},
    "an identity provider of it": {
        "Principal": {"Federated": "arn:aws:iam::999999999999:oidc-provider/h.example"},
        "Condition": {"StringEquals": {"h.example:sub": "shop"}}},
    "with an external id": {"Principal": {"AWS": OTHER_ROOT}, "Condition": {
        "StringEquals": {"sts:ExternalId": "shop"}}},
    "by a condition on everybody": {"Principal": "*", "Condition": {
        "StringEquals": {"aws:PrincipalAccount": ["999999999999"]}}},
    "by an ARN in a condition": {"Principal": {"AWS": "*"}, "Condition": {
        "ForAnyValue:ArnLike": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/*"}}},
    "by a service for it": {"Principal": {"Service": "ecs.amazonaws.com"}, "Condition": {
        "StringEqualsIfExists": {"AWS:SourceAccount": "999999999999"}}},
}  # fmt: skip
OWN_ACCOUNT: dict[str, Json] = {
    "its root": {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
    "its number": {"Principal": {"AWS": "123456789012"}},
    "a role of this code": {"Principal": {"AWS": "${aws_iam_role.a.arn}"}},
    "a service": {"Principal": {"Service": "ecs-tasks.amazonaws.com"}},
    "by a condition": {"Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Condition": {
        "ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-central-1:123456789012:*"},
        "StringEquals": {"aws:SourceAccount": "123456789012"}}},
    "everybody but another": {"Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Condition": {
        "StringNotEquals": {"aws:SourceAccount": "999999999999"}}},
    "a bucket": {"Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Condition": {
        "ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs"}}},
}  # fmt: skip

UNSAFE: dict[str, tuple[str, Change]] = {
    **{
        f"a role of another account: {name}": (
            "STRATA_IAM_7", put(ROLE, assume_role_policy=allow(Action="sts:AssumeRole", **said)))
        for name, said in OTHER_ACCOUNTS.items()
    },
    "a topic of another account": ("STRATA_IAM_7", add(
        "network", "aws_sns_topic_policy.more", arn="${aws_sns_topic.a.arn}",
        policy=allow(Action="sns:Publish", Resource="${aws_sns_topic.a.arn}",
                     Principal={"AWS": OTHER_ROOT}))),
    "an inline policy of another account": ("STRATA_IAM_7", add(
        "network", "aws_sqs_queue.more", name="orders", kms_master_key_id="alias/orders",
        policy=allow(Action="sqs:SendMessage", Resource="arn:aws:sqs:eu-central-1:1:orders",
                     Principal={"Service": "sns.amazonaws.com"},
                     Condition={"ArnLike": {"aws:SourceArn":
                                            "arn:aws:sns:eu-central-1:999999999999:*"}}))),
    "an account by a local": ("STRATA_IAM_7", lambda s: (
        put(ROLE, assume_role_policy=allow(
            Action="sts:AssumeRole",
            Principal={"AWS": "arn:aws:iam::${local.partner}:root"}))(s),
        everywhere(locals={"partner": "999999999999"})(s))),
    "half the world by for_each": ("STRATA_OPEN_4", put(
        CACHE_RULE, referenced_security_group_id=None, cidr_ipv4="${each.value}/9",
        for_each=[f"{first}.0.0.0" for first in range(64, 70)])),
    "half the world by count": ("STRATA_OPEN_4", put(
        CACHE_RULE, referenced_security_group_id=None, count=4,
        cidr_ipv4='${cidrhost("64.0.0.0/4", count.index * 16777216)}/8')),
    "half the world by addresses that are not known": ("STRATA_OPEN_4", put(GROUP, ingress=[
        {"cidr_blocks": [f"${{aws_eip.e{index}.public_ip}}/8"], "from_port": 1, "to_port": 2,
         "protocol": "tcp"} for index in range(2)])),
    "an image by a parameter without a value": (
        "STRATA_IMAGE_1", put("aws_ssm_parameter.service_image", insecure_value=None)),
    "a provisioner": ("STRATA_RUN_1", put(VPC, provisioner=[{"local-exec": {"command": "id"}}])),
    "a provisioner, an object": (
        "STRATA_RUN_1", put(DB, provisioner={"remote-exec": {"inline": ["id"]}})),
    "a connection": ("STRATA_RUN_1", put(VPC, connection={"host": "203.0.113.1"})),
    "a program as data": ("STRATA_RUN_1", data("external", program=["sh", "-c", "id"])),
    "a page as data": ("STRATA_RUN_1", data("http", url="https://x.example")),
    "a resource of another provider": ("STRATA_RUN_1", add("network", "null_resource.a", a="b")),
    "a file of the machine": (
        "STRATA_RUN_2", put(VPC, tags={"Name": '${file("/root/.aws/credentials")}'})),
    "a file within a text": (
        "STRATA_RUN_2", put(VPC, tags={"Name": '${"${filebase64("a")}"}'})),
    "a template of the machine": ("STRATA_RUN_2", output('${templatefile("a", {})}')),
    "files by a pattern": (
        "STRATA_RUN_2", everywhere(locals={"a": '${fileset(path.module, "**")}'})),
    "a function of another provider": ("STRATA_RUN_2", output('${provider::local::x("a")}')),
    "a provider from somebody else": (
        "STRATA_RUN_3",
        every(lambda s: s["terraform"]["required_providers"]["aws"].update(source="x/aws"))),
    "a provider from another host": (
        "STRATA_RUN_3",
        of_layer("edge", lambda s: s["terraform"]["required_providers"]["aws"].update(
            source="x.example/hashicorp/aws"))),
    "any version of the provider": (
        "STRATA_RUN_3",
        of_layer("edge", lambda s: s["terraform"]["required_providers"]["aws"].pop("version"))),
    "one provider more": (
        "STRATA_RUN_3",
        of_layer("edge", lambda s: s["terraform"]["required_providers"].update(
            local={"source": "hashicorp/local"}))),
    "a provider that is only configured": (
        "STRATA_RUN_3", of_layer("edge", lambda s: s["provider"].update(null=[{}]))),
    "a VPC of somebody else": (
        "STRATA_PLACE_2",
        everywhere(data={"aws_vpc": {"x": {
            "filter": [{"name": "vpc-id", "values": ["vpc-0a1b2c3d"]}]}}})),
    "calls to somebody else": (
        "STRATA_PLACE_1", provider(endpoints=[{"sts": "https://x.example"}])),
    "a proxy": ("STRATA_PLACE_1", provider(https_proxy="http://x.example")),
    "TLS unchecked": ("STRATA_PLACE_1", provider(insecure=True)),
    "keys in clear": ("STRATA_PLACE_1", of_layer("service", lambda s: s["provider"]["aws"][
        0].update(access_key="AKIAIOSFODNN7EXAMPLE", secret_key="x"))),
    "a profile": ("STRATA_PLACE_1", provider(profile="other")),
    "credentials from a file": ("STRATA_PLACE_1", provider(shared_credentials_files=["x"])),
    "another role": ("STRATA_PLACE_1", provider(assume_role=[{"role_arn": "arn:aws:x"}])),
    "another region in a layer": (
        "STRATA_PLACE_1",
        of_layer("registry", lambda s: s["provider"]["aws"][0].update(region="us-east-1"))),
    "another region everywhere": ("STRATA_PLACE_1", provider(region="us-east-1")),
    "another account everywhere": (
        "STRATA_PLACE_1", provider(allowed_account_ids=["999999999999"])),
    "any account": (
        "STRATA_PLACE_1",
        of_layer("registry", lambda s: s["provider"]["aws"][0].pop("allowed_account_ids"))),
    "two accounts": (
        "STRATA_PLACE_1", provider(allowed_account_ids=["123456789012", "999999999999"])),
    "a second configuration": (
        "STRATA_PLACE_1",
        of_layer("cache", lambda s: s["provider"]["aws"].append({"alias": "x", "region": "a"}))),
    "a second configuration of another account": (
        "STRATA_PLACE_1", second_region(allowed_account_ids=["999999999999"])),
    "a second configuration of another endpoint": (
        "STRATA_PLACE_1", second_region(endpoints=[{"sns": "https://x.example"}])),
    "a second configuration of another region": (
        "STRATA_PLACE_1", second_region(region="us-west-2")),
    "a second configuration of another name": ("STRATA_PLACE_1", second_region(alias="east")),
    "a third configuration": (
        "STRATA_PLACE_1", lambda s: (second_region()(s), second_region()(s))),
    "a secret in the second region": (
        "STRATA_PLACE_1",
        lambda s: (second_region()(s), put(SECRET, provider="aws.us_east_1")(s))),
    "state by the second region": (
        "STRATA_PLACE_1",
        lambda s: (second_region()(s), states(provider="aws.us_east_1")(s))),
    "an alarm in a second region that is not configured": (
        "STRATA_PLACE_1", add("service", "aws_cloudwatch_metric_alarm.more", alarm_name="a",
                              provider="aws.us_east_1")),
    "no configuration": ("STRATA_PLACE_1", of_layer("cache", lambda s: s.pop("provider"))),
    "a resource by another configuration": ("STRATA_PLACE_1", put(SECRET, provider="aws.x")),
    "a data source by another configuration": (
        "STRATA_PLACE_1", states(provider="aws.x")),
    "another bucket": ("STRATA_STATE_2", backend("service", bucket="somebody-elses")),
    "another bucket everywhere": (
        "STRATA_STATE_2",
        lambda s: [backend(layer, bucket="somebody-elses")(s) for layer in s.layers]),
    "another key": ("STRATA_STATE_2", backend("service", key="other/service.tfstate")),
    "the key of another layer": ("STRATA_STATE_2", backend("service", key="local/cache.tfstate")),
    "another region of the state": ("STRATA_STATE_2", backend("service", region="us-east-1")),
    "state over another endpoint": (
        "STRATA_STATE_2", backend("service", endpoints={"s3": "http://x.example"})),
    "state for everybody": ("STRATA_STATE_2", backend("service", acl="public-read")),
    "state by another role": ("STRATA_STATE_2", backend("service", assume_role={"role_arn": "x"})),
    "state with a key in clear": ("STRATA_STATE_2", backend("cache", access_key="AKIA")),
    "other workspaces": ("STRATA_STATE_2", backend("cache", workspace_key_prefix="x")),
    "a backend of the composed stack": (
        "STRATA_STATE_2",
        lambda s: s.composed["terraform"].update(backend={"http": {"address": "x"}})),
    "remote state by HTTP": (
        "STRATA_STATE_3", states(backend="http", config={"address": "http://x.example"})),
    "remote state of another bucket": ("STRATA_STATE_3", config(bucket="x")),
    "remote state of another environment": ("STRATA_STATE_3", config(key="prod/cache.tfstate")),
    "remote state of another endpoint": (
        "STRATA_STATE_3", config(endpoints={"s3": "http://x.example"})),
    "remote state of another workspace": ("STRATA_STATE_3", states(workspace="x")),
    "remote state made up": ("STRATA_STATE_3", states(defaults={"a": "b"})),
    "the world in /8s": ("STRATA_OPEN_4", put(GROUP, ingress=[
        {"cidr_blocks": [f"{i}.0.0.0/8" for i in range(256)], "from_port": 22, "to_port": 22,
         "protocol": "tcp"}])),
    "a good part in two /8s": ("STRATA_OPEN_4", put(GROUP, ingress=[
        {"cidr_blocks": ["63.0.0.0/8"], "from_port": 22, "to_port": 22, "protocol": "tcp"},
        {"cidr_blocks": ["64.0.0.0/8"], "from_port": 23, "to_port": 23, "protocol": "tcp"}])),
    "a good part in many /16s": ("STRATA_OPEN_4", put(GROUP, ingress={
        "cidr_blocks": ranges(16, 300), "from_port": 22, "to_port": 22, "protocol": "tcp"})),
    "a good part in many rules": ("STRATA_OPEN_4", many_rules),
    "a good part of IPv6": ("STRATA_OPEN_4", put(GROUP, ingress={
        "ipv6_cidr_blocks": ["2001:db8::/32", "2a00:1::/32"], "from_port": 22, "to_port": 22,
        "protocol": "tcp"})),
    "a good part out": ("STRATA_OPEN_4", put(GROUP, egress={
        "cidr_blocks": ranges(9, 3), "from_port": 25, "to_port": 25, "protocol": "tcp"})),
    "a good part by an ACL": (
        "STRATA_OPEN_4",
        put("aws_network_acl.network_private_acl", ingress=[
            {"action": "allow", "protocol": "tcp", "from_port": 3306, "to_port": 3306,
             "cidr_block": one, "rule_no": i} for i, one in enumerate(ranges(9, 3))])),
    "the internet from the private table": ("STRATA_ROUTE_1", route(PRIVATE, gateway_id=INTERNET)),
    "the internet from the main table": (
        "STRATA_ROUTE_1",
        put("aws_default_route_table.network_default_route_table",
            route=[{"cidr_block": "0.0.0.0/0", "gateway_id": INTERNET}])),
    "a peering": ("STRATA_ROUTE_1", route(PRIVATE, vpc_peering_connection_id="pcx-1")),
    "a transit gateway": ("STRATA_ROUTE_1", route(PRIVATE, transit_gateway_id="tgw-1")),
    "a gateway by id": ("STRATA_ROUTE_1", route(PUBLIC, gateway_id="igw-1")),
    "NAT by id": ("STRATA_ROUTE_1", route(PRIVATE, nat_gateway_id="nat-1")),
    "an instance that routes": ("STRATA_ROUTE_1", route(PUBLIC, network_interface_id="eni-1")),
    "out by IPv6": ("STRATA_ROUTE_1", route(PRIVATE, egress_only_gateway_id="eigw-1")),
    "a route within the table": ("STRATA_ROUTE_1", inline(vpc_peering_connection_id="pcx-1")),
    "a route to nowhere that is known": ("STRATA_ROUTE_1", inline()),
    "a table by id": ("STRATA_ROUTE_1", route("rtb-1", gateway_id=INTERNET)),
    "the database in public subnets": (
        "STRATA_ROUTE_2",
        put("aws_db_subnet_group.database_subnet_group",
            subnet_ids=["${aws_subnet.network_public_subnet_0.id}"])),
    "the cache in subnets by id": (
        "STRATA_ROUTE_2",
        put("aws_elasticache_subnet_group.cache_subnet_group", subnet_ids=["subnet-1"])),
    "the database's subnets with the public table": (
        "STRATA_ROUTE_2",
        put("aws_route_table_association.network_private_route_table_association_0",
            route_table_id=PUBLIC)),
    "the database's subnets with public addresses": (
        "STRATA_ROUTE_2", put("aws_subnet.network_private_subnet_1", map_public_ip_on_launch=True)),
    "a secret as a command": (
        "STRATA_SECRET_4", container(command=["serve", "--db-password", "hunter2hunter2"])),
    "a secret as one word of a command": (
        "STRATA_SECRET_4", container(entryPoint=["sh", "-c", f"STRIPE={STRIPE} serve"])),
    "a secret as a label": ("STRATA_SECRET_4", container(dockerLabels={"api_key": STRIPE})),
    "a secret for the log driver": ("STRATA_SECRET_4", container(logConfiguration=LOG)),
    "a secret in a health check": ("STRATA_SECRET_4", container(healthCheck={
        "command": ["CMD-SHELL", "curl -H 'Authorization: Bearer 9a8b7c6d5e4f3a2b1c' localhost"]})),
    "a secret as a tag": ("STRATA_SECRET_4", put(VPC, tags={"Token": STRIPE})),
    "a secret as a description": (
        "STRATA_SECRET_4", put(DB, tags={"Note": "mysql://shop:hunter2@db.internal/shop"})),
    "a secret in user data": ("STRATA_SECRET_4", put(
        TEMPLATE, user_data=f'${{base64encode("export API_TOKEN={STRIPE}\\n")}}')),
    "a secret in user data in base64": ("STRATA_SECRET_4", put(
        TEMPLATE, user_data="ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjJodW50ZXIyCg==")),
    "a private key": (
        "STRATA_SECRET_5",
        add("edge", "aws_acm_certificate.more", private_key=KEY, certificate_body="x")),
    "a client's secret": (
        "STRATA_SECRET_5",
        add("edge", "aws_lb_listener_rule.more", action=[{"authenticate_oidc": [
            {"client_secret": "hunter2", "client_id": "a"}]}])),
    "a write-only password": ("STRATA_SECRET_5", put(DB, password_wo="hunter2hunter2")),
    "a write-only password by a local": ("STRATA_SECRET_5", lambda s: (
        put(DB, password_wo="${local.there}")(s), everywhere(locals={"there": "word"})(s))),
    "a write-only secret with more": ("STRATA_SECRET_5", put(
        SECRET, secret_string_wo="x${ephemeral.aws_secretsmanager_random_password.a.result}")),
    "a password by an expression": ("STRATA_SECRET_5", put(DB, password="${data.aws_x.y.z}")),
    "a secret's value as data": (
        "STRATA_SECRET_6", data("aws_secretsmanager_secret_version", secret_id="shop/payments")),
    "a parameter as data": ("STRATA_SECRET_6", data("aws_ssm_parameter", name="/shop/key")),
    "parameters by a path": ("STRATA_SECRET_6", data("aws_ssm_parameters_by_path", path="/shop")),
    "a registry's token as data": ("STRATA_SECRET_6", data("aws_ecr_authorization_token")),
    "a decrypted text as data": ("STRATA_SECRET_6", data("aws_kms_secrets", secret=[{}])),
    "ignored encryption": ("STRATA_IGNORE_1", ignoring(REDIS, "transit_encryption_enabled")),
    "ignored encryption beside the token": (
        "STRATA_IGNORE_1", ignoring(REDIS, "auth_token", "at_rest_encryption_enabled")),
    "all ignored": ("STRATA_IGNORE_1", put(CACHE_RULE, lifecycle=[{"ignore_changes": "all"}])),
    "all ignored in a list": ("STRATA_IGNORE_1", ignoring(DB, "all")),
    "an ignored block": ("STRATA_IGNORE_1", ignoring(TEMPLATE, "metadata_options")),
    "an ignored part of a block": (
        "STRATA_IGNORE_1", ignoring(TEMPLATE, "metadata_options[0].http_tokens")),
    "an ignored policy": ("STRATA_IGNORE_1", ignoring(
        "aws_iam_role_policy.service_execution_role_policy", "policy")),
    "ignored containers": ("STRATA_IGNORE_1", ignoring(TASK, "container_definitions")),
    "an ignored argument of nobody": ("STRATA_IGNORE_1", ignoring(DB, "option_group_name")),
}  # fmt: skip

HARMLESS: dict[str, Change] = {
    **{
        f"a role of this account: {name}": put(
            ROLE, assume_role_policy=allow(Action="sts:AssumeRole", **said))
        for name, said in OWN_ACCOUNT.items()
    },
    "another account that is denied": put(ROLE, assume_role_policy=allow(
        Effect="Deny", Action="sts:AssumeRole", Principal={"AWS": OTHER_ROOT})),
    "nothing": lambda s: None,
    "AWS's own parameter": data("aws_ssm_parameter", name="/aws/service/ecs/optimized-ami/x"),
    "the provider by its whole name": every(
        lambda s: s["terraform"]["required_providers"]["aws"].update(
            source="registry.terraform.io/hashicorp/aws", version="= 5.100.0")),
    "the provider as an object": every(
        lambda s: s.update(provider={"aws": s["provider"]["aws"][0]})),
    "more tries": provider(max_retries=9, retry_mode="adaptive"),
    "tags by default": provider(default_tags=[{"tags": {"Team": "shop"}}]),
    "a second configuration": second_region(),
    "a second configuration with tags by default": lambda s: (
        provider(default_tags=[{"tags": {"Team": "shop"}}])(s), second_region()(s)),
    "an alarm in the second region": lambda s: (
        second_region()(s),
        add("service", "aws_cloudwatch_metric_alarm.more", alarm_name="a", evaluation_periods=1,
            comparison_operator="GreaterThanThreshold", provider="aws.us_east_1")(s)),
    "the provider by name": put(VPC, provider="aws"),
    "a lock by a table": backend("cache", use_lockfile=None, dynamodb_table="locks"),
    "a key of the state": backend("cache", kms_key_id="arn:aws:kms:eu-central-1:1:key/2"),
    "the default workspace": states(workspace="default"),
    "private ranges": put(GROUP, ingress=[
        {"cidr_blocks": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], "from_port": 22,
         "to_port": 22, "protocol": "tcp"}]),
    "offices": put(GROUP, ingress={
        "cidr_blocks": ["203.0.113.0/24", "198.51.100.0/24"], "from_port": 22, "to_port": 22,
        "protocol": "tcp"}),
    "HTTPS to the world in two halves": put(GROUP, egress={
        "cidr_blocks": ["64.0.0.0/8", "65.0.0.0/8"], "from_port": 443, "to_port": 443,
        "protocol": "tcp"}),
    "offices by for_each": put(
        CACHE_RULE, referenced_security_group_id=None, cidr_ipv4="${each.value}/32",
        for_each=["203.0.113.7", "203.0.113.8"]),
    "the same range for each": put(
        CACHE_RULE, referenced_security_group_id=None, cidr_ipv4="64.0.0.0/9", count=8),
    "a NAT gateway": lambda s: (
        add("network", "aws_nat_gateway.more", subnet_id="${aws_subnet.a.id}")(s),
        route(PRIVATE, nat_gateway_id="${aws_nat_gateway.more.id}")(s)),
    "the network itself": inline(gateway_id="local"),
    "a plain command": container(command=["serve", "--port", "3000", "--token-ttl", "60"]),
    "a plain label": container(dockerLabels={"team": "shop"}),
    "what is ephemeral": put(
        DB, password_wo="${ephemeral.aws_secretsmanager_random_password.a.random_password}"),
    "no password": put(DB, password=None, password_wo=""),
    "a number of tasks ignored": ignoring(SERVICE, "desired_count", 'tags["Owner"]'),
    "the token ignored": ignoring(REDIS, "auth_token", "${auth_token_update_strategy}"),
    "tags ignored": ignoring(VPC, "tags", "tags_all"),
    "a text that speaks of a file": put(VPC, tags={"Name": 'see file("x") and $${file("y")}'}),
}  # fmt: skip


Found = set[tuple[str, str]]
"""(check, construct or address) of what fails."""


@dataclass(frozen=True)
class Judge:
    """Judges `local` with changes; holds its files as texts, by their place in the folder."""

    texts: Mapping[str, str]
    folder: Path

    def stacks(self, *changes: Change) -> Stacks:
        held = {place: json.loads(text) for place, text in self.texts.items()}
        layers = {place.split("/")[1].removeprefix("local-"): one for place, one in held.items()
                  if place.startswith("stacks")}  # fmt: skip
        stacks = Stacks(held["composed/local/cdk.tf.json"], layers)
        for change in changes:
            change(stacks)
        return stacks

    def found(self, *changes: Change) -> Found:
        return {(one.check, one.construct) for one in self._failures(*changes)}

    def found_in(self, group: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
        """The checks that fail in the blocks that each unsafe change of a group writes."""
        failures = self._failures(*(UNSAFE[name][1] for name in group))
        return {
            name: {
                one.check
                for one in failures
                if len(group) == 1 or (one.address or one.construct) in written
            }
            for name, written in group.items()
        }

    def _failures(self, *changes: Change) -> list[Failure]:
        stacks = self.stacks(*changes)
        files = {"composed/local": stacks.composed}
        files |= {f"stacks/local-{name}": layer for name, layer in stacks.layers.items()}
        for place, stack in files.items():
            (self.folder / place).mkdir(parents=True, exist_ok=True)
            (self.folder / place / "cdk.tf.json").write_text(json.dumps(stack))
        return [*environment_failures([*map(resolve_environment, read(self.folder))], SETTINGS)]


@pytest.fixture(scope="module")
def judge(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    files = [*synthesized.glob("stacks/local-*/*.json"), *synthesized.glob("composed/local/*.json")]
    texts = {str(file.relative_to(synthesized)): file.read_text() for file in files}
    return Judge(texts, tmp_path_factory.mktemp("changed"))


@pytest.fixture(scope="module")
def unsafe(judge: Judge) -> dict[str, set[str]]:
    """Unsafe change -> the checks that fail in the blocks that it writes, beside the others."""
    found: dict[str, set[str]] = {}
    for group in groups({name: change for name, (_, change) in UNSAFE.items()}, judge.stacks):
        found |= judge.found_in(group)
    return found


@pytest.fixture(scope="module")
def harmless(judge: Judge) -> set[str]:
    """The harmless changes with which nothing fails, even beside others."""
    return {
        name
        for group in groups(HARMLESS, judge.stacks)
        if not judge.found(*(HARMLESS[name] for name in group))
        for name in group
    }


def test_an_unsafe_change_is_found_by_name(unsafe: dict[str, set[str]], judge: Judge) -> None:
    for name, (check, change) in UNSAFE.items():
        if check not in unsafe[name]:
            # It may fail elsewhere, and is judged alone.
            assert check in {one for one, _ in judge.found(change)}, name


def test_a_harmless_change_is_not(harmless: set[str], judge: Judge) -> None:
    for name in HARMLESS.keys() - harmless:
        # Another one of its group may be at fault.
        assert judge.found(HARMLESS[name]) == set(), name


def test_every_check_has_an_unsafe_change() -> None:
    assert {check for check, _ in UNSAFE.values()} == set(ENVIRONMENT_CHECKS)


SHOWING: list[Any] = [
    "${data.aws_secretsmanager_secret_version.p.secret_string}",
    '${data.aws_secretsmanager_secret_version.p["secret_string"]}',
    '${data.aws_secretsmanager_secret_version.p[0]["secret_string"]}',
    "${data.aws_secretsmanager_secret_version.p[*].secret_string}",
    "${data.aws_secretsmanager_secret_version.p.*.secret_binary}",
    "${[for one in data.aws_secretsmanager_secret_version.p : one.secret_string]}",
    "${values(data.aws_secretsmanager_secret_version.p)}",
    '${lookup(data.aws_secretsmanager_secret_version.p, "secret_string")}',
    "${data.aws_secretsmanager_secret_version.p}",
    '${"x-${data.aws_ssm_parameter.p.value}"}',
    "${jsonencode(aws_db_instance.database_instance)}",
    {"a": ["${aws_db_instance.database_instance.password}"]},
    "${nonsensitive(aws_iam_access_key.a.secret)}",
]


def test_an_output_shows_a_secret_by_whatever_syntax() -> None:
    for value in SHOWING:
        faults = list(value_faults({"output": {"shown": {"value": value}}}))
        assert faults == [("STRATA_SECRET_3", "output shown")], value


SHOWING_NONE = [
    "${aws_db_instance.database_instance.master_user_secret[0].secret_arn}",
    '${aws_db_instance.database_instance["address"]}',
    "${aws_lb_listener.a.default_action[0].target_group_arn}",
    "${aws_secretsmanager_secret_version.a.arn}",
    "data.aws_ssm_parameter.p.value",
]


def test_an_output_of_what_is_no_secret_is_none() -> None:
    for value in SHOWING_NONE:
        assert list(value_faults({"output": {"shown": {"value": value}}})) == [], value


def test_the_report_says_how_bad_it_is_and_what_is_right(local: Path, command: Command) -> None:
    for file in (local / "composed" / "local", local / "stacks" / "local-network"):
        stack = document(file / "cdk.tf.json")
        changed = copy.deepcopy(stack)
        block(changed, VPC)["provisioner"] = [{"local-exec": {"command": "id"}}]
        (file / "cdk.tf.json").write_text(json.dumps(changed))
    answer = command("gate", "--synthesized", local, "--format", "json")
    assert answer.code == 1
    [one] = json.loads(answer.out)["findings"]
    assert (one["checks"], one["severity"]) == (["STRATA_RUN_1"], "critical")
    assert one["constructs"] == ["network/vpc"]
    assert "with its credentials" in one["protects"]


def test_a_key_that_is_given_twice_is_no_verdict(local: Path, command: Command) -> None:
    file = local / "stacks" / "local-network" / "cdk.tf.json"
    text = file.read_text()
    file.write_text(text.replace('"aws_vpc": {', '"aws_vpc": {"x": {}}, "aws_vpc": {', 1))
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert f"{file}: has the key aws_vpc twice in one object" in answer.err
