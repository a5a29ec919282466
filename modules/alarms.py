"""Alarms layer, optional: a topic, alarms on every other layer, a budget and a dashboard."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetNotification
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.data_aws_sns_topic import DataAwsSnsTopic
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from modules.naming import Names
from modules.notify import LONGEST_PATTERN, Prefix, deploying, deployment_pattern
from modules.providers import in_us_east_1
from modules.topic import Senders, own_topic
from strata.settings.alarm_defaults import NO_TASK, Default
from strata.settings.alarms import HEALTH_CHECK_REGION, Watch, answers_well, watches
from strata.settings.models import Alarms, Settings
from strata.settings.resource_names import CONTAINER, JOB_GROUP, job_group
from strata.text.words import plain

ACTUAL_PERCENT, FORECAST_PERCENT = 80, 100
"""Shares of the budget, in percent, that the month's cost may reach, and may be forecast to."""

OF_A_TOKEN = 100
"""Characters that the name of a cluster may have more than the token that stands for it."""

WIDTH, HEIGHT = 8, 6
"""Size of a widget, in units of a dashboard that is 24 wide (CloudWatch API reference)."""


@dataclass(frozen=True)
class Watched:
    """What is watched: the outputs of the other layers that name it."""

    load_balancer: str
    target_group: str
    certificate: str
    cluster: str
    service: str
    workers: Mapping[str, str]
    target_groups: Mapping[str, str]
    """Name of a service with a route -> the suffix of its target group's ARN."""
    auto_scaling_group: str
    database: str
    cache: str
    dead_letters: str


@dataclass(frozen=True)
class Tells:
    """The ARN of the topic that an alarm tells, and the provider where both are in another region
    than the environment."""

    topic: str
    provider: AwsProvider | None = None


class AlarmsLayer(Construct):
    """The alarms of one environment."""

    def __init__(self, scope: Construct, settings: Settings, watched: Watched) -> None:
        super().__init__(scope, "alarms")
        self._settings = settings
        self._names = Names(settings, "alarms")
        self._watched = watched
        alarms = settings.alarms or Alarms()
        self._topic = self._their_topic(alarms.topic) if alarms.topic else self._own_topic(alarms)
        watching = list(watches(settings))
        named = any(watch.name == "domain" for watch in watching)
        self._of_domain = self._told_of_domain(alarms, named)
        self._health_check = self._domain() if named else ""
        for watch in watching:
            self._alarm(watch)
        if "deployment" not in alarms.off:
            self._deployment()
        if settings.jobs and "jobs" not in alarms.off:
            self._jobs()
        if settings.cost.budget_usd_per_month and "budget" not in alarms.off:
            self._budget(alarms, settings.cost.budget_usd_per_month)
        if "dashboard" not in alarms.off:
            self._dashboard()
        TerraformOutput(TerraformStack.of(self), "alarm_topic_arn", value=self._topic)

    def _their_topic(self, arn: str) -> str:
        """A topic of this account, looked up so that a plan fails where there is none."""
        return DataAwsSnsTopic(self, "topic", name=arn.rpartition(":")[2]).arn

    def _own_topic(self, alarms: Alarms) -> str:
        """The topic that an address is subscribed to."""
        return own_topic(
            self,
            self._names,
            "alarms",
            alarms.email or "",
            Senders("AlarmsAndEvents", ("cloudwatch.amazonaws.com", "events.amazonaws.com")),
        )

    def _told_of_domain(self, alarms: Alarms, named: bool) -> Tells:
        """The topic of the alarm on the domain: where its metric is, and in no other region."""
        environment = self._settings.environment
        if environment.region == HEALTH_CHECK_REGION:
            return Tells(self._topic)
        there = Construct(self, "us_east_1")
        provider = in_us_east_1(there, environment)
        if not named:
            return Tells("", provider)
        if alarms.domain_topic:
            name = alarms.domain_topic.rpartition(":")[2]
            topic = DataAwsSnsTopic(there, "topic", provider=provider, name=name).arn
        else:
            senders = Senders("Alarms", ("cloudwatch.amazonaws.com",))
            topic = own_topic(
                there,
                self._names,
                "domain-alarm",
                alarms.email or "",
                senders,
                provider=provider,
            )
        TerraformOutput(TerraformStack.of(self), "domain_alarm_topic_arn", value=topic)
        return Tells(topic, provider)

    def _alarm(self, watch: Watch) -> None:
        default, name = watch.default, f"{watch.name}{watch.suffix}"
        tells = self._of_domain if watch.name == "domain" else Tells(self._topic)
        CloudwatchMetricAlarm(
            self,
            name.replace("-", "_"),
            provider=tells.provider,
            alarm_name=self._names.name(f"alarm-{name}", 255),
            alarm_description=f"{default.reason} ({default.source})",
            namespace=default.namespace,
            metric_name=default.metric,
            dimensions=self._dimensions(watch),
            statistic=None if default.is_percentile else default.statistic,
            extended_statistic=default.statistic if default.is_percentile else None,
            evaluate_low_sample_count_percentiles="ignore" if default.is_percentile else None,
            comparison_operator=default.comparison,
            threshold=default.in_metric_units,
            period=default.period,
            evaluation_periods=default.periods,
            datapoints_to_alarm=default.datapoints,
            treat_missing_data=default.missing,
            alarm_actions=[tells.topic],
            ok_actions=[tells.topic],
            tags=self._names.tags(f"alarm-{name}"),
        )

    def _dimensions(self, watch: Watch) -> dict[str, str]:
        """CloudWatch's dimensions of what an alarm is on."""
        watched = self._watched
        balancer = {"LoadBalancer": watched.load_balancer}
        service = watched.workers[watch.service] if watch.service else watched.service
        group = watched.target_groups.get(watch.service, watched.target_group)
        return {
            "load balancer": balancer,
            "targets": {**balancer, "TargetGroup": group},
            "service": {"ClusterName": watched.cluster, "ServiceName": service},
            "instances": {"AutoScalingGroupName": watched.auto_scaling_group},
            "database": {"DBInstanceIdentifier": watched.database},
            "cache node": {"CacheClusterId": f"{watched.cache}-{watch.node:03}"},
            "certificate": {"CertificateArn": watched.certificate},
            "domain": {"HealthCheckId": self._health_check},
            "dead letters": {"QueueName": watched.dead_letters},
        }[watch.default.subject]

    def _domain(self) -> str:
        """A health check of the name from outside of AWS; gives its id.

        It asks for the page that the load balancer asks for, where Route 53 takes all its good
        answers for good ones, and opens a connection otherwise.
        """
        edge = self._settings.edge
        asks = answers_well(edge.health_check_matcher)
        return Route53HealthCheck(
            self,
            "domain_check",
            type="HTTPS" if asks else "TCP",
            fqdn=edge.record_name or edge.domain,
            port=443,
            resource_path=edge.health_check_path if asks else None,
            enable_sni=True if asks else None,
            request_interval=30,
            failure_threshold=3,
            tags=self._names.tags("domain"),
        ).id

    def _deployment(self) -> None:
        """The event that ECS sends when a deployment fails; there is no metric of it."""
        watched = self._watched
        services = deploying(
            self._settings, watched.cluster, [watched.service, *watched.workers.values()]
        )
        rule = CloudwatchEventRule(
            self,
            "deployment",
            name=self._names.name("alarm-deployment", 64),
            description="ECS gave a deployment up, and rolled back where it could",
            event_pattern=deployment_pattern(services, ["failed"]),
            tags=self._names.tags("alarm-deployment"),
        )
        CloudwatchEventTarget(self, "deployment_target", rule=rule.name, arn=self._topic)

    def _jobs(self) -> None:
        """The event that ECS sends when a task stops: of a job, that failed or never started."""
        environment = self._settings.environment
        cluster = (
            f"arn:aws:ecs:{environment.region}:{environment.account_id}:cluster/"
            f"{self._watched.cluster}"
        )
        rule = CloudwatchEventRule(
            self,
            "jobs",
            name=self._names.name("alarm-jobs", 64),
            description="A job ended with another exit code than 0, or could not start",
            event_pattern=failed_jobs_pattern(cluster, self._settings.jobs),
            tags=self._names.tags("alarm-jobs"),
        )
        CloudwatchEventTarget(self, "jobs_target", rule=rule.name, arn=self._topic)

    def _budget(self, alarms: Alarms, limit: float) -> None:
        BudgetsBudget(
            self,
            "budget",
            name=self._names.name("budget", 100),
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=plain(limit),
            limit_unit="USD",
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[self._topic] if alarms.topic else None,
                    # Straight to the address, which AWS Budgets asks for no confirmation.
                    subscriber_email_addresses=[alarms.email] if alarms.email else None,
                )
                for kind, percent in (("ACTUAL", ACTUAL_PERCENT), ("FORECASTED", FORECAST_PERCENT))
            ],
            tags=self._names.tags("budget"),
        )

    def _dashboard(self) -> None:
        """Each metric that has an alarm, with its threshold as a line."""
        together: dict[Default, list[Watch]] = {}
        for watch in watches(self._settings):
            together.setdefault(watch.default, []).append(watch)
        widgets = []
        for index, (default, group) in enumerate(together.items()):
            lines = [
                [
                    default.namespace,
                    default.metric,
                    *chain.from_iterable(self._dimensions(watch).items()),
                ]
                for watch in group
            ]
            title: str = group[0].name
            home = self._settings.environment.region
            widgets.append(
                {
                    "type": "metric",
                    "x": WIDTH * (index % 3),
                    "y": HEIGHT * (index // 3),
                    "width": WIDTH,
                    "height": HEIGHT,
                    "properties": {
                        "title": f"{title} of services" if default is NO_TASK else title,
                        "region": HEALTH_CHECK_REGION if title == "domain" else home,
                        "stat": default.statistic,
                        "period": default.period,
                        "metrics": lines,
                        "annotations": {"horizontal": [{"value": default.in_metric_units}]},
                    },
                }
            )
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=self._names.name(limit=255),
            dashboard_body=json.dumps({"widgets": widgets}),
        )


def failed_jobs_pattern(cluster: str, jobs: Iterable[str]) -> str:
    """EventBridge's pattern of the events of jobs of a cluster, by its ARN, that failed or never
    started; of all jobs, where their names are too long for a pattern.

    The exit code is looked at in the application's container: EventBridge compares `name` and
    `exitCode` of the same entry of `containers`. When that one ends, ECS stops the sidecars, whose
    exit codes then say nothing.
    """
    pattern = _failed_pattern(cluster, [job_group(name) for name in jobs])
    if len(pattern) <= LONGEST_PATTERN - OF_A_TOKEN:
        return pattern
    return _failed_pattern(cluster, [{"prefix": JOB_GROUP}])


def _failed_pattern(cluster: str, groups: Sequence[str | Prefix]) -> str:
    return json.dumps(
        {
            "source": ["aws.ecs"],
            "detail-type": ["ECS Task State Change"],
            "detail": {
                "clusterArn": [cluster],
                "group": list(groups),
                "lastStatus": ["STOPPED"],
                "$or": [
                    {
                        "containers": {
                            "name": [CONTAINER],
                            "exitCode": [{"anything-but": [0]}],
                        }
                    },
                    {"stopCode": ["TaskFailedToStart"]},
                ],
            },
        }
    )
