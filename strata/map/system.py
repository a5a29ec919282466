"""The system and its traffic, from a composed stack and the flows of the reachability analysis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from strata.documents.layers import OPTIONAL
from strata.documents.providers import region_of
from strata.documents.stacks import Resource, Stack, is_on, references
from strata.map.model import Edge, Lock, Node, Picture
from strata.map.parts import wholes
from strata.map.services import (
    blocks,
    conditions,
    containers_of,
    taken,
    target_group,
    target_groups,
    template,
)
from strata.map.values import in_subnets, name_of, port_range, type_name
from strata.reach import Flow
from strata.reach.model import AWS_ENDPOINTS
from strata.resources.tls import is_modern
from strata.text.words import counted
from strata.text.wrapping import by_commas

INTERNET, AWS_APIS = "internet", "aws_apis"
SECRETS, LOGS, ALARMS, JOBS = "secrets", "logs", "alarms", "jobs"
"""Ids of nodes that show several resources, or none."""


def system_picture(stack: Stack, flows: Sequence[Flow], name: str) -> Picture:
    """From the internet to the database, with the traffic that passes and where it is encrypted."""
    reader = _System(stack, tuple(flows))
    nodes = tuple(reader.nodes())
    known = {node.id for node in nodes}
    edges = tuple(
        edge
        for edge in (*reader.relations(), *reader.traffic())
        if edge.source in known and edge.target in known
    )
    description = (
        "Solid arrows are traffic that passes there and back, with protocol and port, as the "
        "reachability analysis found it. Dashed arrows are references in the configuration. "
        "A closed lock stands for encryption, an open one for none."
    )
    gaps = tuple(reader.missing_usual_edges(nodes, edges))
    return Picture("system", f"System of {name}", description, "DOWN", nodes, edges, gaps)


USUAL = (
    ("load_balancer", "instances", "tcp 1024-65535"),
    ("load_balancer", "tasks", "tcp 32768-61000"),
    ("instances", "internet", "tcp 443"),
    ("instances", "aws_apis", "tcp 443"),
    ("instances", "database", "tcp 3306"),
    ("instances", "cache", "tcp 6379"),
)
"""The usual traffic of a system. Where a rule is missing its arrow's room stays free, so that two
pictures can be compared."""


ALARMING = (
    "aws_cloudwatch_metric_alarm", "aws_cloudwatch_event_rule", "aws_budgets_budget",
    "aws_route53_health_check",
)  # fmt: skip
"""What the box of the alarms shows."""

ELSEWHERE = (
    "aws_iam_",
    "aws_kms_",
    "aws_security_group",
    "aws_vpc",
    "aws_subnet",
    "aws_route",
    "aws_network_acl",
)
"""Beginnings of types that are shown with what uses them, or in the picture of the network."""


@dataclass(frozen=True)
class _System:
    stack: Stack
    flows: tuple[Flow, ...]

    def nodes(self) -> Iterator[Node]:
        nodes = [*self.usual()]
        shown = {address for node in nodes for address in node.addresses}
        yield from nodes
        yield from (self.optional(one) for one in self.optionals if one.address not in shown)

    def usual(self) -> Iterator[Node]:
        ends = {end for flow in self.flows for end in (flow.source, flow.target)}
        if INTERNET in ends:
            yield Node(INTERNET, "outside", "Anyone", "Internet", column=0)
        yield from self.names()
        for balancer in self.stack.of("aws_lb"):
            yield from self.balancer(balancer)
        for group in self.stack.of("aws_lb_target_group"):
            yield self.target_group(group)
        for bucket in self.stack.of("aws_s3_bucket"):
            yield self.bucket(bucket)
        yield from self.compute()
        for instance in self.stack.of("aws_db_instance"):
            yield self.database(instance)
        for group in self.stack.of("aws_elasticache_replication_group"):
            yield self.cache(group)
        yield from self.aws()
        yield from self.inside()
        yield from self.alarms()
        yield from self.jobs()

    # Names and certificates

    def names(self) -> Iterator[Node]:
        data = [
            data_source
            for data_source in self.stack.data.values()
            if data_source.type == "aws_route53_zone"
        ]
        for zone in (*self.stack.of("aws_route53_zone"), *data):
            records = [
                f"{record.body['type']} {record.body['name']}"
                for record in self.stack.of("aws_route53_record")
                if self.stack.target(record.body.get("zone_id")) == zone
                and "for_each" not in record.body
            ]
            remarks = ["made elsewhere"] if zone in data else []
            yield Node(
                zone.address,
                "edge",
                "Route 53 zone",
                str(zone.body["name"]),
                tuple(records + remarks),
                column=0,
            )
        for certificate in self.stack.of("aws_acm_certificate"):
            domain = str(certificate.body["domain_name"])
            names = certificate.body.get("subject_alternative_names") or ()
            other_names = tuple(str(name) for name in names if name != domain)
            way = f"{certificate.body.get('validation_method', 'no')} validation"
            yield Node(
                certificate.address,
                "edge",
                "ACM certificate",
                domain,
                (*other_names, way),
                column=0,
            )

    # Load balancing

    def balancer(self, balancer: Resource) -> Iterator[Node]:
        where = in_subnets(self.stack.targets(balancer.body.get("subnets")))
        yield Node(
            balancer.address,
            "edge",
            "Load balancer",
            name_of(balancer),
            (f"{'internal' if balancer.body.get('internal') else 'internet-facing'}, {where}",),
            column=1,
        )
        for listener in self.stack.of("aws_lb_listener"):
            if self.stack.target(listener.body.get("load_balancer_arn")) == balancer:
                yield self.listener(listener, balancer)

    def listener(self, listener: Resource, balancer: Resource) -> Node:
        action = (listener.body.get("default_action") or [{}])[0]
        tls = listener.body.get("protocol") in ("HTTPS", "TLS")
        if action.get("type") == "redirect":
            to = action.get("redirect") or {}
            does = f"redirects to {to.get('protocol')} {to.get('port')}"
        else:
            does = {"forward": "forwards"}.get(str(action.get("type")), str(action.get("type")))
        lock = Lock(
            "TLS 1.2 or newer" if is_modern(listener.body.get("ssl_policy")) else "TLS", on=True
        )
        return Node(
            listener.address,
            "edge",
            "Listener",
            f"{listener.body.get('protocol')} {listener.body.get('port')}",
            (does,),
            (lock if tls else Lock("not encrypted", on=False),),
            parent=balancer.address,
        )

    def target_group(self, target_group: Resource) -> Node:
        check = target_group.body.get("health_check") or {}
        protocol = str(target_group.body.get("protocol"))
        return Node(
            target_group.address,
            "edge",
            "Target group",
            name_of(target_group),
            (
                f"health check {check.get('path', '/')}, {check.get('interval', 30)} s",
                *(
                    line
                    for values in conditions(self.stack, target_group)
                    for line in by_commas(values, 32, "for ")
                ),
            ),
            (
                Lock(
                    f"{protocol} to tasks{'' if protocol == 'HTTPS' else ', not encrypted'}",
                    on=protocol == "HTTPS",
                ),
            ),
            column=2,
        )

    # Compute

    def compute(self) -> Iterator[Node]:
        cluster = next(iter(self.stack.of("aws_ecs_cluster")), None)
        if cluster:
            insights = any(
                setting.get("name") == "containerInsights" and setting.get("value") != "disabled"
                for setting in cluster.body.get("setting") or ()
            )
            yield Node(
                cluster.address,
                "compute",
                "ECS cluster",
                name_of(cluster),
                (f"Container Insights {'on' if insights else 'off'}",),
                column=3,
            )
        for group in self.stack.of("aws_autoscaling_group"):
            launched = template(self.stack, group)
            disks = [
                mapping.get("ebs") or {} for mapping in launched.get("block_device_mappings") or ()
            ]
            size = sum(int(disk.get("volume_size") or 0) for disk in disks)
            low, high = group.body.get("min_size"), group.body.get("max_size")
            on = bool(disks) and all(is_on(disk.get("encrypted")) for disk in disks)
            yield Node(
                group.address,
                "compute",
                "Auto Scaling group",
                f"{launched.get('instance_type')}, {low} to {high}",
                (in_subnets(self.subnets(group)), *_spot(group)),
                (Lock(f"volume {size} GiB{'' if on else ', not encrypted'}", on=on),),
                parent=cluster.address if cluster else None,
                column=None if cluster else 3,
            )
            for service in self.services:
                yield self.service(service, group)

    def subnets(self, group: Resource) -> list[Resource]:
        """The subnets its instances are started in."""
        return self.stack.targets(group.body.get("vpc_zone_identifier"))

    def service(self, service: Resource, group: Resource) -> Node:
        targets = [
            target
            for target in self.stack.of("aws_appautoscaling_target")
            if service in self.stack.targets(target.body.get("resource_id"))
        ]
        scaling = (
            f", scaled {targets[0].body['min_capacity']} to {targets[0].body['max_capacity']}"
            if targets
            else ""
        )
        lines = [f"{counted(int(service.body.get('desired_count') or 0), 'task')}{scaling}"]
        for index, container in enumerate(containers_of(self.stack, service)):
            whose = f"{container.name}: " if index else ""
            lines.append(f"{whose}{container.cpu} CPU units, {container.memory} MiB")
            for mapping in container.ports:
                host = mapping.host_port or "dynamic"
                lines.append(f"port {mapping.container_port}, host port {host}")
        lines += [f"by name: {name}" for name in _names(service)]
        return Node(
            service.address,
            "compute",
            "ECS service",
            name_of(service),
            tuple(lines),
            parent=group.address,
        )

    @property
    def services(self) -> list[Resource]:
        """All services."""
        return self.stack.of("aws_ecs_service")

    @cached_property
    def servers(self) -> list[Resource]:
        """The services that others reach by name, through Service Connect."""
        return [
            service
            for service in self.stack.of("aws_ecs_service")
            if self.namespace(service) and _names(service)
        ]

    def namespace(self, service: Resource) -> str | None:
        """The namespace that a service finds others in."""
        connected = blocks(service.body.get("service_connect_configuration"))
        return next((self.address(one.get("namespace")) for one in connected), None)

    # Stores

    def database(self, database: Resource) -> Node:
        body = database.body
        group = self.stack.target(body.get("parameter_group_name"))
        tls = group is not None and any(
            entry.get("name") == "require_secure_transport" and entry.get("value") in ("1", "ON")
            for entry in group.body.get("parameter") or ()
        )
        encrypted = is_on(body.get("storage_encrypted"))
        return Node(
            database.address,
            "store",
            "RDS MySQL" if body.get("engine") == "mysql" else f"RDS {body.get('engine')}",
            f"{body.get('instance_class')}",
            (
                f"version {body.get('engine_version')}, {body.get('allocated_storage')} GiB",
                "Multi-AZ" if body.get("multi_az") else "in one zone",
                f"backups {counted(int(body.get('backup_retention_period') or 0), 'day')}",
            ),
            (
                Lock("encrypted at rest" if encrypted else "not encrypted at rest", encrypted),
                Lock("TLS required" if tls else "TLS not required", tls),
            ),
            column=4,
        )

    def cache(self, cache: Resource) -> Node:
        body = cache.body
        at_rest = is_on(body.get("at_rest_encryption_enabled"))
        in_transit = is_on(body.get("transit_encryption_enabled"))
        replicas = int(body.get("num_cache_clusters") or 1) - 1
        failover = is_on(body.get("automatic_failover_enabled"))
        return Node(
            cache.address,
            "store",
            f"ElastiCache {str(body.get('engine')).capitalize()}",
            f"{body.get('node_type')}",
            (
                f"version {body.get('engine_version')}",
                f"primary, {counted(replicas, 'replica')}",
                "automatic failover" if failover else "no failover",
            ),
            (
                Lock("encrypted at rest" if at_rest else "not encrypted at rest", at_rest),
                Lock("TLS required" if in_transit else "no TLS", in_transit),
            ),
            column=4,
        )

    def bucket(self, bucket: Resource) -> Node:
        algorithm = next(
            (
                rule.get("apply_server_side_encryption_by_default", {}).get("sse_algorithm")
                for configuration in self.stack.of(
                    "aws_s3_bucket_server_side_encryption_configuration"
                )
                if self.stack.target(configuration.body.get("bucket")) == bucket
                for rule in configuration.body.get("rule") or ()
            ),
            # S3 encrypts every new object; see Amazon S3 User Guide, default encryption.
            "AES256",
        )
        days = [
            expiry.get("days")
            for configuration in self.stack.of("aws_s3_bucket_lifecycle_configuration")
            if self.stack.target(configuration.body.get("bucket")) == bucket
            for rule in configuration.body.get("rule") or ()
            for expiry in rule.get("expiration") or ()
        ]
        return Node(
            bucket.address,
            "aws",
            "S3 bucket",
            "access logs" if bucket.address.endswith("access_log_bucket") else name_of(bucket),
            (f"kept {days[0]} days",) if days else (),
            (Lock(f"encrypted, {algorithm}", on=True),),
            column=2,
        )

    def inside(self) -> Iterator[Node]:
        """The interface endpoints, as the traffic to them is a single arrow."""
        endpoints = [
            one
            for one in self.stack.of("aws_vpc_endpoint")
            if one.body.get("vpc_endpoint_type") == "Interface"
        ]
        if endpoints:
            names = [str(one.body["service_name"]).split(".", 3)[-1] for one in endpoints]
            yield Node(
                AWS_ENDPOINTS,
                "aws",
                "VPC endpoints",
                counted(len(endpoints), "interface endpoint"),
                tuple(by_commas(names, 24)),
                column=4,
                holds=tuple(one.address for one in endpoints),
            )

    # Services of AWS that are asked by their API

    def aws(self) -> Iterator[Node]:
        yield Node(AWS_APIS, "group", "Public", "AWS APIs", column=4)
        for repository in self.stack.of("aws_ecr_repository"):
            kind = (repository.body.get("encryption_configuration") or [{}])[0].get(
                "encryption_type"
            )
            tags = str(repository.body.get("image_tag_mutability", "MUTABLE")).lower()
            yield Node(
                repository.address,
                "aws",
                "ECR repository",
                name_of(repository),
                (f"tags {tags}",),
                (Lock(f"encrypted, {kind or 'AES256'}", on=True),),
                parent=AWS_APIS,
            )
        if secrets := self.secrets:
            yield Node(
                SECRETS,
                "aws",
                "Secrets Manager",
                counted(len(secrets), "secret"),
                tuple(secrets.values()),
                (Lock("encrypted, AWS key", on=True),),
                parent=AWS_APIS,
                holds=tuple(a for a in secrets if "master_user_secret" not in a) or (SECRETS,),
            )
        if groups := self.stack.of("aws_cloudwatch_log_group"):
            yield Node(
                LOGS,
                "aws",
                "CloudWatch Logs",
                counted(len(groups), "log group"),
                tuple(
                    f"{str(group.body['name']).rpartition('/')[2]}, "
                    f"{counted(int(group.body.get('retention_in_days') or 0), 'day')}"
                    for group in groups
                ),
                (Lock("encrypted, AWS key", on=True),),
                parent=AWS_APIS,
                holds=tuple(group.address for group in groups),
            )

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Address -> what a secret is for; RDS creates the secret of a managed password."""
        names = {
            secret.address: _plain(str(secret.body.get("description") or name_of(secret)))
            for secret in self.stack.of("aws_secretsmanager_secret")
        }
        for database in self.stack.of("aws_db_instance"):
            if database.body.get("manage_master_user_password"):
                names[f"{database.address}.master_user_secret"] = "database password"
        return names

    @property
    def alarming(self) -> list[Resource]:
        """The alarms of their own layer."""
        return [one for one in self.stack.of(*ALARMING) if one.layer == "alarms"]

    def alarms(self) -> Iterator[Node]:
        alarming = self.alarming
        metrics = [one for one in alarming if one.type == "aws_cloudwatch_metric_alarm"]
        if alarming:
            others = [type_name(one.type) for one in alarming if one not in metrics]
            yield Node(
                ALARMS,
                "aws",
                "CloudWatch alarms",
                counted(len(metrics), "alarm"),
                tuple(others),
                parent=AWS_APIS,
                holds=tuple(one.address for one in alarming),
            )

    @property
    def schedules(self) -> list[Resource]:
        """The schedules of jobs."""
        found = self.stack.of("aws_scheduler_schedule")
        return [schedule for schedule in found if schedule.layer == "service"]

    @property
    def started(self) -> Resource | None:
        """The service whose tasks jobs are."""
        started = {self.address(_family(one)) for one in self.schedules} - {None}
        return next(
            (
                service
                for service in self.stack.of("aws_ecs_service")
                if self.address(service.body.get("task_definition")) in started
            ),
            None,
        )

    def jobs(self) -> Iterator[Node]:
        schedules = self.schedules
        if not schedules:
            return
        beside = self.stack.of("aws_scheduler_schedule_group", "aws_sqs_queue")
        yield Node(
            JOBS,
            "aws",
            "EventBridge Scheduler",
            counted(len(schedules), "job"),
            tuple(
                f"{name_of(one)}: {one.body.get('schedule_expression')} "
                f"{one.body.get('schedule_expression_timezone') or 'UTC'}"
                for one in schedules
            ),
            parent=AWS_APIS,
            holds=tuple(one.address for one in (*schedules, *beside) if one.layer == "service"),
        )

    def optional(self, resource: Resource) -> Node:
        elsewhere = region_of(resource.body, "")
        return Node(
            resource.address,
            "aws",
            type_name(resource.type),
            name_of(resource),
            (f"in {elsewhere}",) if elsewhere else (),
            parent=AWS_APIS,
        )

    @property
    def optionals(self) -> list[Resource]:
        """What optional layers add to the system, without parts of other resources."""
        return [
            resource
            for resource in self.stack.resources.values()
            if resource.layer in OPTIONAL
            and not resource.type.startswith(ELSEWHERE)
            and not wholes(self.stack, resource)
        ]

    # Arrows

    def traffic(self) -> Iterator[Edge]:
        """The arrows of traffic; each flow is on one of them, or on one to each service that takes
        it."""
        arrows: dict[tuple[str, str, bool], list[Flow]] = {}
        for flow in self.flows:
            for source, target, part in self.ends(flow):
                arrows.setdefault((source, target, part.complete), []).append(part)
        for (source, target, everywhere), flows in arrows.items():
            texts: dict[str, list[str]] = {}
            for flow in flows:
                ports = texts.setdefault(flow.protocol, [])
                if port_range(*flow.ports) not in ports:
                    ports.append(port_range(*flow.ports))
            lines = tuple(
                line
                for protocol, ports in texts.items()
                for line in by_commas(ports, 20, f"{protocol} ")
            )
            if "tcp" in texts:
                lines = (*lines, *self.requests(source, target))
            if everywhere:
                yield Edge(source, target, "traffic", lines)
            else:
                # Of a network that is not Strata's, only the security groups are known.
                said = "if routes let it:" if self.stack.existing_vpc else "some paths:"
                yield Edge(source, target, "part", (said, *lines))

    def missing_usual_edges(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[Edge]:
        """Arrows of usual traffic that this system does not have."""
        ids = {node.id for node in nodes}
        drawn = {(edge.source, edge.target) for edge in edges if edge.kind != "relation"}
        for source, target, text in USUAL:
            for box in self.targets() if target == "tasks" else [self.box(target)]:
                ends = (self.box(source), box)
                if ids.issuperset(ends) and ends not in drawn:
                    yield Edge(*ends, "traffic", (text,))

    def targets(self) -> list[str]:
        """The services that the load balancer sends requests to."""
        return [one.address for one in self.services if target_groups(self.stack, one)]

    def requests(self, source: str, target: str) -> Iterator[str]:
        """Which requests come on an arrow from the load balancer to a service with a route."""
        service = self.stack.resources.get(target)
        if source != self.box("load_balancer") or service not in self.services:
            return
        for group in target_groups(self.stack, service):
            for values in conditions(self.stack, group):
                yield from by_commas(values, 24, "for ")

    def ends(self, flow: Flow) -> Iterator[tuple[str, str, Flow]]:
        """The boxes that an arrow for this flow joins, with the part of it that it is for.

        Tasks in bridge mode use their instance's address, so traffic of both is a single arrow.
        """
        sources = [self.box(flow.source)]
        if flow.source == "tasks":
            sources = [service.address for service in self.services]
        if flow.source == "tasks" and any(
            (other.source, other.target, other.protocol, other.ports, other.complete)
            == ("instances", flow.target, flow.protocol, flow.ports, flow.complete)
            for other in self.flows
        ):
            sources = [self.box("instances")]
        for source in sources:
            for target, part in self.into(flow):
                yield source, target, part

    def into(self, flow: Flow) -> Iterator[tuple[str, Flow]]:
        """The boxes that a flow leads to, with the part of it that each takes."""
        if flow.target == "tasks":
            for service in self.services:
                for part in taken(self.stack, service, flow):
                    yield service.address, part
            return
        target = self.box(flow.target)
        if flow.target == "load_balancer":
            for listener in self.stack.of("aws_lb_listener"):
                if flow.protocol == "tcp" and flow.ports == (listener.body["port"],) * 2:
                    target = listener.address
        yield target, flow

    def box(self, endpoint: str) -> str:
        """The node of an endpoint of the analysis."""
        kinds = {
            "load_balancer": "aws_lb",
            "instances": "aws_autoscaling_group",
            "tasks": "aws_ecs_service",
            "database": "aws_db_instance",
            "cache": "aws_elasticache_replication_group",
        }
        resources = self.stack.of(kinds[endpoint]) if endpoint in kinds else []
        return resources[0].address if resources else endpoint

    def relations(self) -> Iterator[Edge]:
        """References in the stack that matter to a reader."""
        drawn = set()
        for source, target, text in (*self.named_relations(), *self.by_name(), *self.publishes()):
            if source and target and (source, target, text) not in drawn:
                drawn.add((source, target, text))
                yield Edge(source, target, "relation", (text,))

    def named_relations(self) -> Iterator[tuple[str | None, str | None, str]]:
        stack = self.stack
        for record in stack.of("aws_route53_record"):
            zone = self.address(record.body.get("zone_id"))
            if "alias" in record.body:
                yield zone, self.address(record.body["alias"]), "alias of"
            for target in stack.targets([record.body.get("for_each"), record.body.get("records")]):
                if target.type == "aws_acm_certificate":
                    yield target.address, zone, "validated in"
        yield from self.forwards()
        for balancer in stack.of("aws_lb"):
            logs = balancer.body.get("access_logs") or {}
            yield balancer.address, self.address(logs.get("bucket")), "access logs to"
        for service in stack.of("aws_ecs_service"):
            for group in target_groups(stack, service):
                yield group.address, service.address, "targets"
            for container in containers_of(self.stack, service):
                yield service.address, self.repository(container.image), "pulls image"
                for _ in references(container.secrets):
                    yield service.address, SECRETS if self.secrets else None, "reads secrets"
                if stack.target(container.log_options):
                    yield service.address, LOGS, "logs to"
            for target in self.used(service):
                yield service.address, target.address, "uses"
            if service == self.started:
                yield JOBS, service.address, "start tasks of"

    def forwards(self) -> Iterator[tuple[str | None, str | None, str]]:
        """Listeners, with their rules, and the target groups that they forward to."""
        for listener in self.stack.of("aws_lb_listener"):
            certificate = self.certificate(listener.body.get("certificate_arn"))
            yield certificate, listener.address, "certificate of"
            for group in self.group(listener.body.get("default_action")):
                yield listener.address, group, "forwards to"
        for rule in self.stack.of("aws_lb_listener_rule"):
            listener_address = self.address(rule.body.get("listener_arn"))
            for group in self.group(rule.body.get("action")):
                yield listener_address, group, "forwards to"

    def by_name(self) -> Iterator[tuple[str, str, str]]:
        """Services that reach others by name, through Service Connect."""
        for service in self.stack.of("aws_ecs_service"):
            for server in self.servers:
                if server != service and self.namespace(service) == self.namespace(server):
                    yield service.address, server.address, "reaches by name"

    def publishes(self) -> Iterator[tuple[str, str, str]]:
        """Alarms and their topics."""
        for alarm in self.alarming:
            for topic in self.stack.targets(alarm.body.get("alarm_actions")):
                yield ALARMS, topic.address, "publish to"

    def used(self, service: Resource) -> list[Resource]:
        """What of the optional layers its containers are told of, or may call."""
        task = self.stack.target(service.body.get("task_definition"))
        if task is None:
            return []
        role = self.stack.target(task.body.get("task_role_arn"))
        named = [task.body.get("container_definitions")] + [
            policy.body.get("policy")
            for policy in self.stack.of("aws_iam_role_policy")
            if role and self.stack.target(policy.body.get("role")) == role
        ]
        return [target for target in self.stack.targets(named) if target.layer in OPTIONAL]

    def address(self, value: object) -> str | None:
        """The address of the resource that a value refers to."""
        target = self.stack.target(value)
        return target.address if target else None

    def repository(self, image: object) -> str | None:
        """The repository of an image, which may stand in a parameter."""
        target = self.stack.target(image)
        if target and target.type == "aws_ssm_parameter":
            target = self.stack.target(target.body.get("insecure_value"))
        return target.address if target else None

    def group(self, value: object) -> list[str]:
        """The address of the target group that an action forwards to, if it does."""
        group = target_group(self.stack, value)
        return [group.address] if group else []

    def certificate(self, value: object) -> str | None:
        """The certificate of a listener, which may name it by its validation."""
        target = self.stack.target(value)
        if target and target.type == "aws_acm_certificate_validation":
            target = self.stack.target(target.body.get("certificate_arn"))
        return target.address if target else None


def _spot(group: Resource) -> tuple[str, ...]:
    """How many of the instances of a group are Spot ones, if any are."""
    policy = next(iter(blocks(group.body.get("mixed_instances_policy"))), {})
    shares = next(iter(blocks(policy.get("instances_distribution"))), {})
    percent = 100 - int(shares.get("on_demand_percentage_above_base_capacity", 100))
    if not percent:
        return ()
    base = int(shares.get("on_demand_base_capacity") or 0)
    return (
        f"{percent} % Spot" + (f" beyond {counted(base, 'on-demand instance')}" if base else ""),
    )


def _names(service: Resource) -> list[str]:
    """The names and ports under which others reach a service through Service Connect."""
    return [
        f"{alias.get('dns_name') or server.get('port_name')}:{alias['port']}"
        for connected in blocks(service.body.get("service_connect_configuration"))
        for server in blocks(connected.get("service"))
        for alias in blocks(server.get("client_alias"))
    ]


def _family(schedule: Resource) -> object:
    """What a schedule names as the task definition that it starts."""
    target = schedule.body.get("target") or {}
    return (target.get("ecs_parameters") or {}).get("task_definition_arn")


def _plain(text: str) -> str:
    return text[:1].upper() + text[1:]
