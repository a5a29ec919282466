"""What people add by hand to the load balancer, the hosted zone and buckets."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from strata.aws.session import pages
from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, StateResources, aws, hundreds


def _listeners(clients: Clients, balancer: Json, ours: StateResources) -> Iterator[Child]:
    known = {arn for (arn,) in ours.values_of("aws_lb_listener", "arn")}
    listeners = pages(
        clients["elbv2"], "describe_listeners", "Listeners", LoadBalancerArn=balancer["arn"]
    )
    for listener in listeners:
        arn = listener["ListenerArn"]
        if arn not in known:
            yield Child(
                "listener",
                f"{listener['Protocol']} {listener['Port']}",
                f"port {listener['Port']} {_actions(listener.get('DefaultActions', []), ours)}",
                aws("elbv2 delete-listener", listener_arn=arn),
                arn,
            )


def _rules(clients: Clients, listener: Json, ours: StateResources) -> Iterator[Child]:
    known = {arn for (arn,) in ours.values_of("aws_lb_listener_rule", "arn")}
    rules = pages(clients["elbv2"], "describe_rules", "Rules", ListenerArn=listener["arn"])
    for rule in rules:
        arn = rule["RuleArn"]
        if rule.get("IsDefault") or arn in known:
            continue
        where = (
            ", ".join(_condition(condition) for condition in rule.get("Conditions", []))
            or "everything"
        )
        yield Child(
            "listener rule",
            f"priority {rule['Priority']}",
            f"on port {listener['port']}, {where}: {_actions(rule.get('Actions', []), ours)}",
            aws("elbv2 delete-rule", rule_arn=arn),
            arn,
        )


def _condition(condition: Json) -> str:
    configured: Json = next(
        (value for key, value in condition.items() if key.endswith("Config") and value), {}
    )
    values = condition.get("Values") or configured.get("Values") or []
    words = " or ".join(
        value if isinstance(value, str) else f"{value.get('Key', '')}={value.get('Value', '')}"
        for value in values
    )
    return f"{condition.get('Field', '')} {words}".strip()


def _actions(actions: Sequence[Json], ours: StateResources) -> str:
    """What a listener or a rule does with a request, in words."""
    groups = {values["arn"]: values["name"] for _, values in ours.of("aws_lb_target_group")}

    def words(action: Json) -> str:
        if action["Type"] == "forward":
            targets = [
                target["TargetGroupArn"]
                for target in action.get("ForwardConfig", {}).get("TargetGroups", [])
            ]
            targets = targets or [action.get("TargetGroupArn", "")]
            return "forwards to " + ", ".join(groups.get(arn, arn) for arn in targets)
        if action["Type"] == "redirect":
            to = action.get("RedirectConfig", {})
            return (
                f"redirects to {to.get('Protocol', '')}://{to.get('Host', '')}:{to.get('Port', '')}"
            )
        return "answers itself" if action["Type"] == "fixed-response" else str(action["Type"])

    return ", ".join(map(words, actions)) or "does nothing"


def _certificates(clients: Clients, listener: Json, ours: StateResources) -> Iterator[Child]:
    if listener.get("protocol") not in ("HTTPS", "TLS"):
        return
    known = ours.values_of("aws_lb_listener_certificate", "listener_arn", "certificate_arn")
    certificates = pages(
        clients["elbv2"],
        "describe_listener_certificates",
        "Certificates",
        ListenerArn=listener["arn"],
    )
    for certificate in certificates:
        arn = certificate["CertificateArn"]
        if certificate.get("IsDefault") or arn == listener.get("certificate_arn"):
            continue
        if (listener["arn"], arn) not in known:
            yield Child(
                "certificate",
                arn.rpartition("/")[2],
                f"port {listener['port']} answers under its names too",
                aws(
                    "elbv2 remove-listener-certificates",
                    listener_arn=listener["arn"],
                    certificates=f"CertificateArn={arn}",
                ),
                arn,
            )


def _targets(clients: Clients, group: Json, ours: StateResources) -> Iterator[Child]:
    """Targets that are none of our tasks; draining targets are left out."""
    response = clients["elbv2"].describe_target_health(TargetGroupArn=group["arn"])
    active = [
        target["Target"]
        for target in response["TargetHealthDescriptions"]
        if target.get("TargetHealth", {}).get("State") not in ("draining", "unused.draining")
    ]
    if not active:
        return
    known = ours.values_of(
        "aws_lb_target_group_attachment", "target_group_arn", "target_id", "port"
    )
    tasks = {
        place
        for _, service in ours.of("aws_ecs_service")
        for place in _places(clients["ecs"], service)
    }
    for description in active:
        target, port = description["Id"], description.get("Port")
        if (target, port) not in tasks and (group["arn"], target, port) not in known:
            yield Child(
                "target",
                f"{target}:{port}",
                f"gets a share of the requests of {group['name']}",
                aws(
                    "elbv2 deregister-targets",
                    target_group_arn=group["arn"],
                    targets=f"Id={target},Port={port}",
                ),
            )


def _places(ecs: Any, service: Json) -> Iterator[tuple[str, int]]:
    """Instance and host port of each task of a service, including tasks that just stopped."""
    cluster = service["cluster"]
    for status in ("RUNNING", "STOPPED"):
        arns = list(
            pages(
                ecs,
                "list_tasks",
                "taskArns",
                cluster=cluster,
                serviceName=service["name"],
                desiredStatus=status,
            )
        )
        tasks = [
            task
            for batch in hundreds(arns)
            for task in ecs.describe_tasks(cluster=cluster, tasks=batch)["tasks"]
        ]
        instances = sorted(
            {t["containerInstanceArn"] for t in tasks if "containerInstanceArn" in t}
        )
        ids = {
            instance["containerInstanceArn"]: instance.get("ec2InstanceId", "")
            for batch in hundreds(instances)
            for instance in ecs.describe_container_instances(
                cluster=cluster, containerInstances=batch
            )["containerInstances"]
        }
        for task in tasks:
            for container in task.get("containers", []):
                for binding in container.get("networkBindings", []):
                    yield ids.get(task.get("containerInstanceArn"), ""), binding.get("hostPort", 0)


def _records(clients: Clients, zone: Json, ours: StateResources) -> Iterator[Child]:
    apex = _record_name(zone["name"])
    known = {
        (zone_id, _record_name(fqdn or name or ""), kind, identifier or "")
        for zone_id, fqdn, name, kind, identifier in ours.values_of(
            "aws_route53_record", "zone_id", "fqdn", "name", "type", "set_identifier"
        )
    }
    records = pages(
        clients["route53"],
        "list_resource_record_sets",
        "ResourceRecordSets",
        HostedZoneId=zone["zone_id"],
    )
    for record in records:
        name, kind = _record_name(record["Name"]), record["Type"]
        # Route 53 creates these two with the zone.
        if kind in ("NS", "SOA") and name == apex:
            continue
        if (zone["zone_id"], name, kind, record.get("SetIdentifier", "")) in known:
            continue
        values = [value["Value"] for value in record.get("ResourceRecords", [])]
        values = values or [record.get("AliasTarget", {}).get("DNSName", "another resource")]
        change = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
        yield Child(
            "record",
            f"{name} {kind}",
            f"answers {', '.join(values)}",
            aws(
                "route53 change-resource-record-sets",
                hosted_zone_id=zone["zone_id"],
                change_batch=json.dumps(change, separators=(",", ":")),
            ),
        )


def _record_name(name: str) -> str:
    """A name without its last dot; Route 53 returns `*` and the like as octal escapes."""
    plain = re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), name)
    return plain.rstrip(".").lower()


def notifications(clients: Clients, bucket: Json, ours: StateResources) -> Iterator[Child]:
    """Who is notified of events of the objects of a bucket."""
    name = bucket["bucket"]
    if (name,) in ours.values_of("aws_s3_bucket_notification", "bucket"):
        return
    response = clients["s3"].get_bucket_notification_configuration(Bucket=name)
    for key in sorted(response.keys() - {"ResponseMetadata"}):
        for configuration in response[key] if isinstance(response[key], list) else [{}]:
            to = next(
                (str(value) for part, value in configuration.items() if part.endswith("Arn")), key
            )
            yield Child(
                "notification",
                configuration.get("Id", key),
                f"notifies {to} of objects in {name}",
                aws(
                    "s3api put-bucket-notification-configuration",
                    bucket=name,
                    notification_configuration="{}",
                ),
            )


def _ownership(clients: Clients, bucket: Json, ours: StateResources) -> Iterator[Child]:
    name = bucket["bucket"]
    if (name,) in ours.values_of("aws_s3_bucket_ownership_controls", "bucket"):
        return
    response = clients["s3"].get_bucket_ownership_controls(Bucket=name)
    for rule in response["OwnershipControls"]["Rules"]:
        # The default of new buckets since April 2023; any other value brings ACLs back.
        if rule["ObjectOwnership"] != "BucketOwnerEnforced":
            yield Child(
                "object ownership",
                rule["ObjectOwnership"],
                "access can be given by ACLs again",
                aws(
                    "s3api put-bucket-ownership-controls",
                    bucket=name,
                    ownership_controls="Rules=[{ObjectOwnership=BucketOwnerEnforced}]",
                ),
            )


BELOW = (
    Below("aws_lb", "listeners", "elasticloadbalancing:DescribeListeners", "elbv2", _listeners),
    Below("aws_lb_listener", "rules", "elasticloadbalancing:DescribeRules", "elbv2", _rules),
    Below(
        "aws_lb_listener",
        "certificates",
        "elasticloadbalancing:DescribeListenerCertificates",
        "elbv2",
        _certificates,
    ),
    Below(
        "aws_lb_target_group",
        "targets",
        "elasticloadbalancing:DescribeTargetHealth, ecs:ListTasks, ecs:DescribeTasks, "
        "ecs:DescribeContainerInstances",
        "elbv2",
        _targets,
        ("ecs",),
    ),
    Below("aws_route53_zone", "records", "route53:ListResourceRecordSets", "route53", _records),
    Below("aws_s3_bucket", "notifications", "s3:GetBucketNotification", "s3", notifications),
    Below("aws_s3_bucket", "object ownership", "s3:GetBucketOwnershipControls", "s3", _ownership),
)
