"""The system and its traffic, from a composed stack and what the reachability analysis found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from strata.documents import Json
from strata.documents.stacks import Resource, Stack, is_on, references
from strata.map.model import Edge, Lock, Node, Picture
from strata.map.values import name_of, port_range
from strata.reach import Flow
from strata.resources.containers import Container, containers
from strata.resources.tls import is_modern
from strata.text.words import counted
from strata.text.wrapping import by_commas

INTERNET, AWS_APIS = "internet", "aws_apis"
SECRETS, LOGS = "secrets", "logs"
"""Ids of nodes that stand for what is not one resource."""


def system_picture(stack: Stack, flows: Sequence[Flow], name: str) -> Picture:
    """From the internet to the database, with the traffic that passes and where it is encrypted."""
    reader = _System(stack, tuple(flows))
    nodes = tuple(reader.nodes())
    known = {one.id for one in nodes}
    edges = tuple(
        one
        for one in (*reader.relations(), *reader.traffic())
        if one.source in known and one.target in known
    )
    description = (
        "Solid arrows are traffic that passes there and back, with protocol and port, as the "
        "reachability analysis found it. Dashed arrows are references in the configuration. "
        "A closed lock stands for encryption, an open one for none."
    )
    held = tuple(reader.held(nodes, edges))
    return Picture("system", f"System of {name}", description, "DOWN", nodes, edges, held)


USUAL = (
    ("load_balancer", "instances", "tcp 1024-65535"),
    ("load_balancer", "tasks", "tcp 32768-61000"),
    ("instances", "internet", "tcp 443"),
    ("instances", "aws_apis", "tcp 443"),
    ("instances", "database", "tcp 3306"),
    ("instances", "cache", "tcp 6379"),
)
"""Traffic of every system as it should be. Where a rule is missing its room stays free, so that two
pictures can be compared."""


@dataclass(frozen=True)
class _System:
    stack: Stack
    flows: tuple[Flow, ...]

    def nodes(self) -> Iterator[Node]:
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

    # Names and certificates

    def names(self) -> Iterator[Node]:
        data = [one for one in self.stack.data.values() if one.type == "aws_route53_zone"]
        for zone in (*self.stack.of("aws_route53_zone"), *data):
            records = [
                f"{one.body['type']} {one.body['name']}"
                for one in self.stack.of("aws_route53_record")
                if self.stack.target(one.body.get("zone_id")) == zone and "for_each" not in one.body
            ]
            found = ["made elsewhere"] if zone in data else []
            yield Node(
                zone.address,
                "edge",
                "Route 53 zone",
                str(zone.body["name"]),
                tuple(records + found),
                column=0,
            )
        for one in self.stack.of("aws_acm_certificate"):
            more = tuple(str(name) for name in one.body.get("subject_alternative_names") or ())
            way = f"{one.body.get('validation_method', 'no')} validation"
            yield Node(
                one.address,
                "edge",
                "ACM certificate",
                str(one.body["domain_name"]),
                (*more, way),
                column=0,
            )

    # Load balancing

    def balancer(self, one: Resource) -> Iterator[Node]:
        zones = len(self.stack.targets(one.body.get("subnets")))
        yield Node(
            one.address,
            "edge",
            "Load balancer",
            name_of(one),
            (
                f"{'internal' if one.body.get('internal') else 'internet-facing'}, "
                f"in {counted(zones, 'subnet')}",
            ),
            column=1,
        )
        for listener in self.stack.of("aws_lb_listener"):
            if self.stack.target(listener.body.get("load_balancer_arn")) == one:
                yield self.listener(listener, one)

    def listener(self, one: Resource, balancer: Resource) -> Node:
        action = (one.body.get("default_action") or [{}])[0]
        tls = one.body.get("protocol") in ("HTTPS", "TLS")
        if action.get("type") == "redirect":
            to = action.get("redirect") or {}
            does = f"redirects to {to.get('protocol')} {to.get('port')}"
        else:
            does = {"forward": "forwards"}.get(str(action.get("type")), str(action.get("type")))
        lock = Lock("TLS 1.2 or newer" if is_modern(one.body.get("ssl_policy")) else "TLS", on=True)
        return Node(
            one.address,
            "edge",
            "Listener",
            f"{one.body.get('protocol')} {one.body.get('port')}",
            (does,),
            (lock if tls else Lock("not encrypted", on=False),),
            parent=balancer.address,
        )

    def target_group(self, one: Resource) -> Node:
        check = one.body.get("health_check") or {}
        protocol = str(one.body.get("protocol"))
        return Node(
            one.address,
            "edge",
            "Target group",
            name_of(one),
            (f"health check {check.get('path', '/')}, {check.get('interval', 30)} s",),
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
                one.get("name") == "containerInsights" and one.get("value") != "disabled"
                for one in cluster.body.get("setting") or ()
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
            template = self.template(group)
            disks = [one.get("ebs") or {} for one in template.get("block_device_mappings") or ()]
            size = sum(int(one.get("volume_size") or 0) for one in disks)
            low, high = group.body.get("min_size"), group.body.get("max_size")
            on = bool(disks) and all(is_on(one.get("encrypted")) for one in disks)
            yield Node(
                group.address,
                "compute",
                "Auto Scaling group",
                f"{template.get('instance_type')}, {low} to {high}",
                (f"in {counted(len(self.subnets(group)), 'subnet')}",),
                (Lock(f"volume {size} GiB{'' if on else ', not encrypted'}", on=on),),
                parent=cluster.address if cluster else None,
                column=None if cluster else 3,
            )
            for service in self.stack.of("aws_ecs_service"):
                yield self.service(service, group)

    def template(self, group: Resource) -> Json:
        """The launch template of an Auto Scaling group."""
        found = [o for o in self.stack.targets(group.body) if o.type == "aws_launch_template"]
        return found[0].body if found else {}

    def subnets(self, group: Resource) -> list[Resource]:
        """The subnets its instances are started in."""
        return self.stack.targets(group.body.get("vpc_zone_identifier"))

    def service(self, one: Resource, group: Resource) -> Node:
        targets = self.stack.of("aws_appautoscaling_target")
        scaling = (
            f", scaled {targets[0].body['min_capacity']} to {targets[0].body['max_capacity']}"
            if targets
            else ""
        )
        lines = [f"{counted(int(one.body.get('desired_count') or 0), 'task')}{scaling}"]
        for container in self.containers:
            lines.append(f"{container.cpu} CPU units, {container.memory} MiB")
            for mapping in container.ports:
                host = mapping.host_port or "dynamic"
                lines.append(f"port {mapping.container_port}, host port {host}")
        return Node(
            one.address, "compute", "ECS service", name_of(one), tuple(lines), parent=group.address
        )

    @cached_property
    def containers(self) -> list[Container]:
        """The container definitions of the task."""
        return [
            container
            for task in self.stack.of("aws_ecs_task_definition")
            for container in containers(task.body["container_definitions"])
        ]

    # Stores

    def database(self, one: Resource) -> Node:
        body = one.body
        group = self.stack.target(body.get("parameter_group_name"))
        tls = group is not None and any(
            entry.get("name") == "require_secure_transport" and entry.get("value") in ("1", "ON")
            for entry in group.body.get("parameter") or ()
        )
        encrypted = is_on(body.get("storage_encrypted"))
        return Node(
            one.address,
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

    def cache(self, one: Resource) -> Node:
        body = one.body
        rest = is_on(body.get("at_rest_encryption_enabled"))
        transit = is_on(body.get("transit_encryption_enabled"))
        replicas = int(body.get("num_cache_clusters") or 1) - 1
        failover = is_on(body.get("automatic_failover_enabled"))
        return Node(
            one.address,
            "store",
            f"ElastiCache {str(body.get('engine')).capitalize()}",
            f"{body.get('node_type')}",
            (
                f"version {body.get('engine_version')}",
                f"primary, {counted(replicas, 'replica')}",
                "automatic failover" if failover else "no failover",
            ),
            (
                Lock("encrypted at rest" if rest else "not encrypted at rest", rest),
                Lock("TLS required" if transit else "no TLS", transit),
            ),
            column=4,
        )

    def bucket(self, one: Resource) -> Node:
        algorithm = next(
            (
                rule.get("apply_server_side_encryption_by_default", {}).get("sse_algorithm")
                for other in self.stack.of("aws_s3_bucket_server_side_encryption_configuration")
                if self.stack.target(other.body.get("bucket")) == one
                for rule in other.body.get("rule") or ()
            ),
            # S3 encrypts every new object; see Amazon S3 User Guide, default encryption.
            "AES256",
        )
        days = [
            expiry.get("days")
            for other in self.stack.of("aws_s3_bucket_lifecycle_configuration")
            if self.stack.target(other.body.get("bucket")) == one
            for rule in other.body.get("rule") or ()
            for expiry in rule.get("expiration") or ()
        ]
        return Node(
            one.address,
            "aws",
            "S3 bucket",
            "access logs" if one.address.endswith("access_log_bucket") else name_of(one),
            (f"kept {days[0]} days",) if days else (),
            (Lock(f"encrypted, {algorithm}", on=True),),
            column=2,
        )

    # Services of AWS that are asked by their API

    def aws(self) -> Iterator[Node]:
        yield Node(AWS_APIS, "group", "Public", "AWS APIs", column=4)
        for one in self.stack.of("aws_ecr_repository"):
            kind = (one.body.get("encryption_configuration") or [{}])[0].get("encryption_type")
            tags = str(one.body.get("image_tag_mutability", "MUTABLE")).lower()
            yield Node(
                one.address,
                "aws",
                "ECR repository",
                name_of(one),
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
                    f"{str(one.body['name']).rpartition('/')[2]}, "
                    f"{counted(int(one.body.get('retention_in_days') or 0), 'day')}"
                    for one in groups
                ),
                (Lock("encrypted, AWS key", on=True),),
                parent=AWS_APIS,
                holds=tuple(one.address for one in groups),
            )

    @cached_property
    def secrets(self) -> dict[str, str]:
        """Address -> what a secret is; RDS makes the one of a managed password."""
        found = {
            one.address: _plain(str(one.body.get("description") or name_of(one)))
            for one in self.stack.of("aws_secretsmanager_secret")
        }
        for one in self.stack.of("aws_db_instance"):
            if one.body.get("manage_master_user_password"):
                found[f"{one.address}.master_user_secret"] = "database password"
        return found

    # Arrows

    def traffic(self) -> Iterator[Edge]:
        """What passes; each flow stands on exactly one arrow."""
        arrows: dict[tuple[str, str, bool], list[Flow]] = {}
        for flow in self.flows:
            for source, target in self.ends(flow):
                arrows.setdefault((source, target, flow.whole), []).append(flow)
        for (source, target, whole), flows in arrows.items():
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
            if whole:
                yield Edge(source, target, "traffic", lines)
            else:
                yield Edge(source, target, "part", ("some paths:", *lines))

    def held(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> Iterator[Edge]:
        """Arrows that a system has as a rule, and this one has not."""
        ids = {one.id for one in nodes}
        drawn = {(one.source, one.target) for one in edges if one.kind != "relation"}
        for source, target, text in USUAL:
            ends = (self.box(source), self.box(target))
            if ids.issuperset(ends) and ends not in drawn:
                yield Edge(*ends, "traffic", (text,))

    def ends(self, flow: Flow) -> Iterator[tuple[str, str]]:
        """The boxes that an arrow for this flow joins.

        Tasks in bridge mode use their instance's address, so what both may do is one arrow.
        """
        source = self.box(flow.source)
        if flow.source == "tasks" and any(
            (other.source, other.target, other.protocol, other.ports, other.whole)
            == ("instances", flow.target, flow.protocol, flow.ports, flow.whole)
            for other in self.flows
        ):
            source = self.box("instances")
        target = self.box(flow.target)
        if flow.target == "load_balancer":
            for one in self.stack.of("aws_lb_listener"):
                if flow.protocol == "tcp" and flow.ports == (one.body["port"],) * 2:
                    target = one.address
        yield source, target

    def box(self, endpoint: str) -> str:
        """The node of an endpoint of the analysis."""
        kinds = {
            "load_balancer": "aws_lb",
            "instances": "aws_autoscaling_group",
            "tasks": "aws_ecs_service",
            "database": "aws_db_instance",
            "cache": "aws_elasticache_replication_group",
        }
        found = self.stack.of(kinds[endpoint]) if endpoint in kinds else []
        return found[0].address if found else endpoint

    def relations(self) -> Iterator[Edge]:
        """References in the stack that matter to a reader."""
        seen = set()
        for source, target, text in self.named_relations():
            if source and target and (source, target, text) not in seen:
                seen.add((source, target, text))
                yield Edge(source, target, "relation", (text,))

    def named_relations(self) -> Iterator[tuple[str | None, str | None, str]]:
        stack = self.stack
        for one in stack.of("aws_route53_record"):
            zone = self.address(one.body.get("zone_id"))
            if "alias" in one.body:
                yield zone, self.address(one.body["alias"]), "alias of"
            for target in stack.targets([one.body.get("for_each"), one.body.get("records")]):
                if target.type == "aws_acm_certificate":
                    yield target.address, zone, "validated in"
        for one in stack.of("aws_lb_listener"):
            yield self.certificate(one.body.get("certificate_arn")), one.address, "certificate of"
            yield one.address, self.group(one.body.get("default_action")), "forwards to"
        for one in stack.of("aws_lb"):
            logs = one.body.get("access_logs") or {}
            yield one.address, self.address(logs.get("bucket")), "access logs to"
        for one in stack.of("aws_ecs_service"):
            yield self.group(one.body.get("load_balancer")), one.address, "targets"
            for container in self.containers:
                yield one.address, self.address(container.image), "pulls image"
                for _ in references(container.secrets):
                    yield one.address, SECRETS if self.secrets else None, "reads secrets"
                if stack.target(container.log_options):
                    yield one.address, LOGS, "logs to"

    def address(self, value: object) -> str | None:
        """The address of what a value refers to."""
        found = self.stack.target(value)
        return found.address if found else None

    def certificate(self, value: object) -> str | None:
        """The certificate that a listener shows, which it names by its validation."""
        found = self.stack.target(value)
        if found and found.type == "aws_acm_certificate_validation":
            found = self.stack.target(found.body.get("certificate_arn"))
        return found.address if found else None

    def group(self, value: object) -> str | None:
        """The target group that is named, or that a named listener forwards to."""
        found = self.stack.target(value)
        if found and found.type == "aws_lb_listener":
            found = self.stack.target(found.body.get("default_action"))
        return found.address if found and found.type == "aws_lb_target_group" else None


def _plain(text: str) -> str:
    return text[:1].upper() + text[1:]
