"""Every row of the reference system, in the JSON of a real synthesis."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Json = dict[str, Any]
Stack = Callable[[str], Json]
Vary = Callable[..., Json]


def container(stack: Json) -> Json:
    definition = stack["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    return dict(json.loads(definition["container_definitions"])[0])


def acl(stack: Json, kind: str, egress: bool) -> set[tuple[int, int, str]]:
    return {
        (rule["from_port"], rule["to_port"], rule["cidr_block"])
        for key, rule in stack["resource"]["aws_network_acl_rule"].items()
        if key.startswith(f"network_{kind}_acl_") and rule["egress"] is egress
    }


def test_vpc_has_the_reference_range_and_dns_names(stack: Stack) -> None:
    vpc = stack("local-network")["resource"]["aws_vpc"]["network_vpc"]
    assert vpc["cidr_block"] == "10.0.0.0/16"
    assert vpc["enable_dns_hostnames"] is True
    assert vpc["enable_dns_support"] is True


def test_public_subnets_are_the_intended_ones_and_assign_public_addresses(stack: Stack) -> None:
    subnets = stack("local-network")["resource"]["aws_subnet"]
    public = [subnets[f"network_public_subnet_{i}"] for i in range(3)]
    assert [s["cidr_block"] for s in public] == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    assert [s["map_public_ip_on_launch"] for s in public] == [True] * 3
    assert len({s["availability_zone"] for s in public}) == 3


def test_private_subnets_have_the_reference_ranges_and_no_public_addresses(stack: Stack) -> None:
    subnets = stack("local-network")["resource"]["aws_subnet"]
    private = [subnets[f"network_private_subnet_{i}"] for i in range(3)]
    assert [s["cidr_block"] for s in private] == ["10.0.16.0/20", "10.0.32.0/20", "10.0.48.0/20"]
    assert [s["map_public_ip_on_launch"] for s in private] == [False] * 3


def test_route_tables_lead_public_subnets_out_and_leave_the_main_one_empty(stack: Stack) -> None:
    resources = stack("local-network")["resource"]
    assert resources["aws_default_route_table"]["network_default_route_table"]["route"] == []
    routes = resources["aws_route"]
    assert list(routes) == ["network_public_route_internet"]
    assert routes["network_public_route_internet"]["gateway_id"] == (
        "${aws_internet_gateway.network_internet_gateway.id}"
    )
    associations = resources["aws_route_table_association"].values()
    assert len(associations) == 6
    assert len({a["subnet_id"] for a in associations}) == 6


def test_network_acls_let_through_what_the_blueprint_lists_and_no_more(stack: Stack) -> None:
    network = stack("local-network")
    vpc, world = "10.0.0.0/16", "0.0.0.0/0"
    assert acl(network, "public", False) == {
        (80, 80, world),
        (443, 443, world),
        (1024, 65535, world),
    }
    assert acl(network, "public", True) == {
        (3306, 3306, vpc), (6379, 6379, vpc), (443, 443, world), (1024, 65535, world),
    }  # fmt: skip
    assert acl(network, "private", False) == {
        (3306, 3306, vpc), (6379, 6379, vpc), (32768, 65535, vpc),
    }  # fmt: skip
    assert acl(network, "private", True) == {(1024, 65535, vpc)}


@pytest.mark.parametrize(("nat", "gateways"), [("none", 0), ("single", 1), ("per_az", 3)])
def test_nat_decides_gateways_routes_and_where_instances_run(
    vary: Vary, nat: str, gateways: int
) -> None:
    resources = vary(network={"nat": nat})["resource"]
    assert len(resources.get("aws_nat_gateway", {})) == gateways
    private_routes = [k for k in resources["aws_route"] if k.startswith("network_private")]
    assert len(private_routes) == gateways
    kind = "public" if nat == "none" else "private"
    group = resources["aws_autoscaling_group"]["cluster_auto_scaling_group"]
    assert group["vpc_zone_identifier"] == [
        f"${{aws_subnet.network_{kind}_subnet_{i}.id}}" for i in range(3)
    ]


def test_private_instances_get_replies_and_reach_https_through_the_acl(vary: Vary) -> None:
    network = vary(network={"nat": "single"})
    assert (1024, 65535, "0.0.0.0/0") in acl(network, "private", False)
    assert (443, 443, "0.0.0.0/0") in acl(network, "private", True)


def test_a_low_fixed_host_port_is_let_through_the_acl(vary: Vary) -> None:
    network = vary(service={"host_port": 81})
    assert (81, 81, "10.0.0.0/16") in acl(network, "public", False)
    assert (81, 81, "10.0.0.0/16") in acl(network, "public", True)


def test_only_the_load_balancer_is_open_to_the_world(stack: Stack) -> None:
    rules = stack("local-network")["resource"]["aws_vpc_security_group_ingress_rule"]
    world = {r["from_port"] for r in rules.values() if "cidr_ipv4" in r}
    assert world == {80, 443}
    instance = [
        r for r in rules.values()
        if r["security_group_id"] == "${aws_security_group.network_instance_security_group.id}"
    ]  # fmt: skip
    assert [(r["ip_protocol"], r["referenced_security_group_id"]) for r in instance] == [
        ("-1", "${aws_security_group.network_load_balancer_security_group.id}")
    ]


@pytest.mark.parametrize(("key", "port"), [("database", 3306), ("cache", 6379)])
def test_data_stores_accept_only_the_instances(stack: Stack, key: str, port: int) -> None:
    rules = stack("local-network")["resource"]["aws_vpc_security_group_ingress_rule"].values()
    group = f"${{aws_security_group.network_{key}_security_group.id}}"
    mine = [r for r in rules if r["security_group_id"] == group]
    assert [(r["from_port"], r["to_port"]) for r in mine] == [(port, port)]
    assert mine[0]["referenced_security_group_id"] == (
        "${aws_security_group.network_instance_security_group.id}"
    )


def test_default_security_group_is_emptied(stack: Stack) -> None:
    group = stack("local-network")["resource"]["aws_default_security_group"]
    default = group["network_default_security_group"]
    assert (default["ingress"], default["egress"]) == ([], [])


def test_rds_is_private_encrypted_backed_up_and_its_password_is_managed(stack: Stack) -> None:
    database = stack("local-database")["resource"]["aws_db_instance"]["database_instance"]
    assert database["engine"] == "mysql"
    assert database["publicly_accessible"] is False
    assert database["storage_encrypted"] is True
    assert database["backup_retention_period"] == 7
    assert database["manage_master_user_password"] is True
    assert "password" not in database


def test_rds_requires_tls(stack: Stack) -> None:
    group = stack("local-database")["resource"]["aws_db_parameter_group"]
    assert group["database_parameter_group"]["parameter"] == [
        {"name": "require_secure_transport", "value": "1"}
    ]


LOG_PARAMETERS = {"slow_query_log": "1", "general_log": "1", "log_output": "FILE"}


@pytest.mark.parametrize(
    ("exports", "parameters"),
    [
        ([], set()),
        (["error"], set()),
        (["error", "slowquery"], {"slow_query_log", "log_output"}),
        (["general"], {"general_log", "log_output"}),
        (["slowquery", "general"], set(LOG_PARAMETERS)),
    ],
)
def test_every_exported_log_is_written_to_a_file_and_has_a_group_with_an_end(
    vary: Vary, exports: list[str], parameters: set[str]
) -> None:
    resources = vary(database={"log_exports": exports, "log_retention_days": 90})["resource"]
    group = resources["aws_db_parameter_group"]["database_parameter_group"]
    given = {one["name"]: one["value"] for one in group["parameter"]}
    assert {name: given[name] for name in given if name in LOG_PARAMETERS} == {
        name: LOG_PARAMETERS[name] for name in parameters
    }
    database = resources["aws_db_instance"]["database_instance"]
    logs = {
        f"aws_cloudwatch_log_group.{name}": one
        for name, one in resources["aws_cloudwatch_log_group"].items()
        if name.startswith("database_")
    }
    assert {one["name"] for one in logs.values()} == {
        f"/aws/rds/instance/{database['identifier']}/{export}" for export in exports
    }
    assert all(one["retention_in_days"] == 90 for one in logs.values())
    # RDS makes the groups that are missing when the database comes up.
    assert set(database.get("depends_on", [])) == set(logs)


def test_extended_support_is_refused_unless_asked_for(vary: Vary) -> None:
    def database(**settings: object) -> Json:
        found = vary(database=settings)["resource"]["aws_db_instance"]["database_instance"]
        return dict(found)

    kept = database(extended_support=True)["engine_lifecycle_support"]
    assert kept == "open-source-rds-extended-support"
    refused = database()
    assert refused["engine_lifecycle_support"] == "open-source-rds-extended-support-disabled"
    # The provider sends no change of it: without this, a database from before changes for ever.
    assert refused["lifecycle"]["ignore_changes"] == ["engine_lifecycle_support"]


def test_windows_are_written_as_aws_answers_them(vary: Vary) -> None:
    """In another case every plan would change them once more."""
    made = vary(
        database={"maintenance_window": "Mon:00:00-Mon:03:00", "backup_window": "03:00-06:00"},
        cache={"maintenance_window": "Sun:01:00-Sun:02:00"},
    )["resource"]
    database = made["aws_db_instance"]["database_instance"]
    cache = made["aws_elasticache_replication_group"]["cache_replication_group"]
    assert database["maintenance_window"] == "mon:00:00-mon:03:00"
    assert cache["maintenance_window"] == "sun:01:00-sun:02:00"


def test_performance_logs_have_a_group_before_the_cluster_writes_them(vary: Vary) -> None:
    resources = vary(cluster={"insights_log_retention_days": 7})["resource"]
    cluster = resources["aws_ecs_cluster"]["cluster_cluster"]
    group = resources["aws_cloudwatch_log_group"]["cluster_insights_log_group"]
    assert group["name"] == f"/aws/ecs/containerinsights/{cluster['name']}/performance"
    assert group["retention_in_days"] == 7
    assert cluster["depends_on"] == ["aws_cloudwatch_log_group.cluster_insights_log_group"]
    without = vary(cluster={"container_insights": False})["resource"]
    assert "cluster_insights_log_group" not in without["aws_cloudwatch_log_group"]


def test_ecr_has_immutable_tags_scan_and_lifecycle(stack: Stack) -> None:
    resources = stack("local-registry")["resource"]
    repository = resources["aws_ecr_repository"]["registry_repository"]
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert repository["encryption_configuration"] == [{"encryption_type": "KMS"}]
    policy = json.loads(
        resources["aws_ecr_lifecycle_policy"]["registry_lifecycle_policy"]["policy"]
    )
    assert policy["rules"][-1]["selection"]["countNumber"] == 30


def test_access_logs_are_kept_in_versions_for_a_while(stack: Stack) -> None:
    resources = stack("prod-edge")["resource"]
    versioning = resources["aws_s3_bucket_versioning"]["edge_access_log_bucket_versioning"]
    assert versioning["versioning_configuration"] == {"status": "Enabled"}
    lifecycle = resources["aws_s3_bucket_lifecycle_configuration"]
    (rule,) = lifecycle["edge_access_log_bucket_lifecycle"]["rule"]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]


def test_ecs_instances_are_as_blogged_but_hardened(stack: Stack) -> None:
    resources = stack("local-cluster")["resource"]
    template = resources["aws_launch_template"]["cluster_launch_template"]
    assert template["instance_type"] == "t3.micro"
    assert template["metadata_options"]["http_tokens"] == "required"
    disk = template["block_device_mappings"][0]["ebs"]
    assert (disk["volume_size"], disk["encrypted"]) == (30, "true")
    group = resources["aws_autoscaling_group"]["cluster_auto_scaling_group"]
    assert (group["min_size"], group["max_size"]) == (1, 5)


@pytest.mark.parametrize(
    ("kind", "cpu_credits"),
    [
        ("t3.micro", "standard"), ("t3a.small", "standard"), ("t2.micro", None),
        ("m6i.large", None),
    ],
)  # fmt: skip
def test_instances_that_would_be_billed_for_surplus_cpu_credits_get_none(
    vary: Vary, kind: str, cpu_credits: str | None
) -> None:
    templates = vary(cluster={"instance_type": kind})["resource"]["aws_launch_template"]
    template = templates["cluster_launch_template"]
    assert template.get("credit_specification", {}).get("cpu_credits") == cpu_credits


def test_ecs_knows_every_instance_by_its_tag(stack: Stack) -> None:
    group = stack("local-cluster")["resource"]["aws_autoscaling_group"]
    tags = group["cluster_auto_scaling_group"]["tag"]
    # The launch template gives instances all others.
    assert [one for one in tags if one["propagate_at_launch"]] == [
        {"key": "AmazonECSManaged", "value": "true", "propagate_at_launch": True}
    ]


def test_instances_are_replaced_by_age_the_new_one_first(vary: Vary) -> None:
    def group(**cluster: int) -> Json:
        found = vary(cluster=cluster)["resource"]
        provider = found["aws_ecs_capacity_provider"]["cluster_capacity_provider"]
        # Without it ECS leaves the tasks of an instance that goes to its end.
        assert provider["auto_scaling_group_provider"]["managed_draining"] == "ENABLED"
        return dict(found["aws_autoscaling_group"]["cluster_auto_scaling_group"])

    assert group()["max_instance_lifetime"] == 30 * 86400
    assert group(max_instance_age_days=1)["max_instance_lifetime"] == 86400
    assert "max_instance_lifetime" not in group(max_instance_age_days=0)
    assert group()["instance_maintenance_policy"] == {
        "min_healthy_percentage": 100, "max_healthy_percentage": 200
    }  # fmt: skip


@pytest.mark.parametrize("os", ["amazon-linux-2", "amazon-linux-2023"])
def test_ami_follows_the_public_parameter_or_is_pinned(vary: Vary, os: str) -> None:
    def image(**cluster: str) -> str:
        templates = vary(cluster=cluster)["resource"]["aws_launch_template"]
        return str(templates["cluster_launch_template"]["image_id"])

    assert image(os=os) == (f"resolve:ssm:/aws/service/ecs/optimized-ami/{os}/recommended/image_id")
    assert image(os=os, architecture="arm64", instance_type="t4g.small") == (
        f"resolve:ssm:/aws/service/ecs/optimized-ami/{os}/arm64/recommended/image_id"
    )
    assert image(os=os, ami_id="ami-0123456789abcdef0") == "ami-0123456789abcdef0"


def test_tasks_are_placed_on_the_processors_of_the_instances(vary: Vary) -> None:
    arm = vary(cluster={"architecture": "arm64", "instance_type": "t4g.small"})
    task = arm["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    assert task["runtime_platform"]["cpu_architecture"] == "ARM64"


def test_task_definition_is_bridged_with_a_dynamic_port(stack: Stack) -> None:
    service = stack("local-service")
    task = service["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    assert (task["network_mode"], task["requires_compatibilities"]) == ("bridge", ["EC2"])
    assert task["runtime_platform"] == {
        "cpu_architecture": "X86_64", "operating_system_family": "LINUX",
    }  # fmt: skip
    api = container(service)
    assert (api["memory"], api["cpu"]) == (512, 1024)
    assert api["portMappings"] == [{"containerPort": 3000, "hostPort": 0, "protocol": "tcp"}]


def test_a_revision_stays_for_the_rollback_to_it(stack: Stack) -> None:
    (task,) = stack("local-service")["resource"]["aws_ecs_task_definition"].values()
    assert task["skip_destroy"] is True


def test_environment_is_plain_and_secrets_come_from_secrets_manager(stack: Stack) -> None:
    api = container(stack("local-service"))
    assert [e["name"] for e in api["environment"]] == [
        "DB_HOST", "DB_NAME", "DB_PORT", "DB_TLS", "DB_TYPE",
        "REDIS_HOST", "REDIS_PORT", "REDIS_TLS",
    ]  # fmt: skip
    secrets = {s["name"]: s["valueFrom"] for s in api["secrets"]}
    assert list(secrets) == ["DB_PASSWORD", "DB_USERNAME", "REDIS_PASSWORD"]
    assert secrets["DB_PASSWORD"].endswith(":password::")


def test_capacity_comes_from_a_provider_over_the_auto_scaling_group(stack: Stack) -> None:
    cluster = stack("local-cluster")["resource"]
    provider = cluster["aws_ecs_capacity_provider"]["cluster_capacity_provider"]
    managed = provider["auto_scaling_group_provider"]
    assert managed["managed_scaling"]["status"] == "ENABLED"
    assert managed["managed_termination_protection"] == "DISABLED"
    assert managed["managed_draining"] == "ENABLED"
    service = stack("local-service")["resource"]["aws_ecs_service"]["service_service"]
    assert len(service["capacity_provider_strategy"]) == 1
    assert "launch_type" not in service


def test_service_wants_three_tasks_rolls_back_and_scales_on_cpu(stack: Stack) -> None:
    resources = stack("local-service")["resource"]
    service = resources["aws_ecs_service"]["service_service"]
    assert service["desired_count"] == 3
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert service["lifecycle"] == {"ignore_changes": ["desired_count"]}
    target = resources["aws_appautoscaling_target"]["service_scaling_target"]
    assert (target["min_capacity"], target["max_capacity"]) == (1, 5)
    policy = resources["aws_appautoscaling_policy"]["service_target_tracking_cpu"]
    tracking = policy["target_tracking_scaling_policy_configuration"]
    assert tracking["predefined_metric_specification"]["predefined_metric_type"] == (
        "ECSServiceAverageCPUUtilization"
    )
    assert (tracking["scale_out_cooldown"], tracking["scale_in_cooldown"]) == (60, 300)


def test_scaling_by_steps_schedule_memory_and_requests(vary: Vary) -> None:
    resources = vary(
        service={
            "scaling": {
                "target_tracking": [
                    {"metric": "memory", "target": 80},
                    {"metric": "requests_per_target", "target": 1000},
                ],
                "steps": [
                    {
                        "name": "burst",
                        "metric": "cpu",
                        "when": "at_least",
                        "threshold": 80,
                        "adjustments": [{"lower": 0, "upper": 10, "change": 1},
                                        {"lower": 10, "change": 2}],
                    }
                ],
                "schedules": [
                    {"name": "night", "schedule": "cron(0 22 * * ? *)", "min": 1, "max": 2}
                ],
            }
        }
    )["resource"]  # fmt: skip
    policies = resources["aws_appautoscaling_policy"]
    assert set(policies) == {
        "service_target_tracking_memory",
        "service_target_tracking_requests_per_target",
        "service_step_scaling_burst",
    }
    steps = policies["service_step_scaling_burst"]["step_scaling_policy_configuration"]
    assert [s["scaling_adjustment"] for s in steps["step_adjustment"]] == [1, 2]
    alarm = resources["aws_cloudwatch_metric_alarm"]["service_step_scaling_alarm_burst"]
    assert alarm["alarm_actions"] == ["${aws_appautoscaling_policy.service_step_scaling_burst.arn}"]
    action = resources["aws_appautoscaling_scheduled_action"]["service_scheduled_action_night"]
    assert action["schedule"] == "cron(0 22 * * ? *)"


def test_load_balancer_stands_in_the_public_subnets(composed: Stack) -> None:
    balancer = composed("local")["resource"]["aws_lb"]["edge_load_balancer"]
    assert balancer["subnets"] == [
        f"${{aws_subnet.network_public_subnet_{i}.id}}" for i in range(3)
    ]
    assert balancer["load_balancer_type"] == "application"


def test_redis_is_encrypted_both_ways_without_a_token_in_the_json(stack: Stack) -> None:
    cache = stack("local-cache")
    group = cache["resource"]["aws_elasticache_replication_group"]["cache_replication_group"]
    assert group["num_cache_clusters"] == 1
    assert group["at_rest_encryption_enabled"] == "true"
    assert group["transit_encryption_enabled"] is True
    assert (group["multi_az_enabled"], group["automatic_failover_enabled"]) == (False, False)
    assert "auth_token" not in group
    version = cache["resource"]["aws_secretsmanager_secret_version"]["cache_auth_token_version"]
    assert "secret_string" not in version
    assert version["secret_string_wo"].startswith("${ephemeral.")


def test_route_53_has_an_alias_at_the_apex(stack: Stack) -> None:
    records = stack("local-edge")["resource"]["aws_route53_record"]
    apex = records["edge_record_apex"]
    assert (apex["name"], apex["type"]) == ("local.shop.example", "A")
    assert apex["alias"]["name"] == "${aws_lb.edge_load_balancer.dns_name}"


def test_an_existing_zone_is_looked_up(stack: Stack) -> None:
    edge = stack("prod-edge")
    assert edge["data"]["aws_route53_zone"]["edge_zone"]["name"] == "shop.example"
    assert "aws_route53_zone" not in edge["resource"]
    assert edge["resource"]["aws_route53_record"]["edge_record_www"]["name"] == "www.shop.example"


def test_certificate_is_validated_by_dns_before_the_listener_uses_it(stack: Stack) -> None:
    resources = stack("local-edge")["resource"]
    certificate = resources["aws_acm_certificate"]["edge_certificate"]
    assert certificate["validation_method"] == "DNS"
    assert certificate["domain_name"] in certificate["subject_alternative_names"], (
        "a list that is left out keeps what the certificate has"
    )
    assert resources["aws_lb_listener"]["edge_https_listener"]["certificate_arn"] == (
        "${aws_acm_certificate_validation.edge_certificate_validation.certificate_arn}"
    )


def test_https_forwards_with_tls_1_2_and_http_redirects(stack: Stack) -> None:
    listeners = stack("local-edge")["resource"]["aws_lb_listener"]
    https, http = listeners["edge_https_listener"], listeners["edge_http_listener"]
    assert (https["port"], https["ssl_policy"]) == (443, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    assert https["default_action"][0]["type"] == "forward"
    assert http["default_action"][0]["redirect"] == {
        "port": "443", "protocol": "HTTPS", "status_code": "HTTP_301",
    }  # fmt: skip
