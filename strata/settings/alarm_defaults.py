"""The alarms that an environment gets, each with its reason and where its figures come from.

Where AWS recommends a threshold it is taken (CloudWatch User Guide, recommended alarms, read
2026-11-28); where it leaves the figure to the reader, the reason says how it was chosen.
"""

from dataclasses import dataclass
from typing import Literal, get_args

MetricAlarm = Literal[
    "load-balancer-5xx",
    "target-5xx",
    "latency",
    "unhealthy-targets",
    "no-running-task",
    "service-cpu",
    "service-memory",
    "instance-credits",
    "database-cpu",
    "database-credits",
    "database-storage",
    "database-connections",
    "database-memory",
    "database-swap",
    "cache-memory",
    "cache-evictions",
    "cache-credits",
    "certificate",
    "domain",
    "job-dead-letters",
]
"""The alarms on a metric, whose thresholds can be set."""

AlarmName = Literal[MetricAlarm, "deployment", "jobs", "budget", "dashboard"]
"""Whatever `[alarms]` makes and can leave out."""

Subject = Literal[
    "load balancer",
    "targets",
    "service",
    "instances",
    "database",
    "cache node",
    "certificate",
    "domain",
    "dead letters",
]
Comparison = Literal["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold"]
MINUTE, FIVE_MINUTES, DAY = 60, 300, 86400

NAMES: tuple[str, ...] = get_args(AlarmName)
METRIC_NAMES: tuple[str, ...] = get_args(MetricAlarm)


@dataclass(frozen=True)
class Default:
    """An alarm on a metric of a subject.

    `threshold` is in `unit`, and None where it follows from the settings. `periods` of `period`
    seconds are looked at, of which `datapoints` must be beyond the threshold. `missing` is
    CloudWatch's word for what periods without data count as, and `statistic` may be a percentile.
    """

    subject: Subject
    metric: str
    statistic: str
    comparison: Comparison
    threshold: float | None
    unit: str
    period: int
    periods: int
    datapoints: int
    missing: Literal["notBreaching", "breaching", "missing"]
    reason: str
    source: str

    @property
    def namespace(self) -> str:
        """CloudWatch's namespace of the metric."""
        return NAMESPACES[self.subject]

    @property
    def is_percentile(self) -> bool:
        """Whether the statistic is one, such as `p99`."""
        return self.statistic.startswith("p")

    @property
    def in_metric_units(self) -> float | None:
        """The threshold as CloudWatch takes it: storage and memory in bytes."""
        if self.threshold is None:
            return None
        return self.threshold * BYTES.get(self.unit, 1)


BYTES = {"GiB": 2**30, "MiB": 2**20}
"""Units of thresholds whose metrics are in bytes."""

NAMESPACES: dict[Subject, str] = {
    "load balancer": "AWS/ApplicationELB",
    "targets": "AWS/ApplicationELB",
    "service": "AWS/ECS",
    "instances": "AWS/EC2",
    "database": "AWS/RDS",
    "cache node": "AWS/ElastiCache",
    "certificate": "AWS/CertificateManager",
    "domain": "AWS/Route53",
    "dead letters": "AWS/SQS",
}

_ELB = "ELB User Guide for Application Load Balancers, CloudWatch metrics"
_RECOMMENDED = "CloudWatch User Guide, recommended alarms"
_CREDITS = "EC2 User Guide, burstable performance instances"

DEFAULTS: dict[MetricAlarm, Default] = {
    "load-balancer-5xx": Default(
        "load balancer", "HTTPCode_ELB_5XX_Count", "Sum", "GreaterThanOrEqualToThreshold", 5,
        "answers a minute", MINUTE, 5, 3, "notBreaching",
        "the load balancer itself answers 502, 503 or 504: no target does; a few during a "
        "deployment are no reason to wake anybody",
        _ELB,
    ),
    "target-5xx": Default(
        "targets", "HTTPCode_Target_5XX_Count", "Sum", "GreaterThanOrEqualToThreshold", 5,
        "answers a minute", MINUTE, 5, 3, "notBreaching",
        "the application answers with errors, in most of the last minutes and not once",
        _ELB,
    ),
    "latency": Default(
        "targets", "TargetResponseTime", "p99", "GreaterThanOrEqualToThreshold", 2,
        "seconds", MINUTE, 5, 5, "notBreaching",
        "one request in a hundred takes longer than a person waits; five minutes, since one slow "
        "query is none",
        _ELB,
    ),
    "unhealthy-targets": Default(
        "targets", "UnHealthyHostCount", "Maximum", "GreaterThanOrEqualToThreshold", 1,
        "targets", MINUTE, 10, 10, "notBreaching",
        "a task fails its health check for longer than ECS takes to replace it",
        _ELB,
    ),
    "no-running-task": Default(
        "targets", "HealthyHostCount", "Maximum", "LessThanThreshold", 1,
        "targets", MINUTE, 2, 2, "breaching",
        "nothing answers; without any target the metric is missing, which counts as none",
        _ELB,
    ),
    "service-cpu": Default(
        "service", "CPUUtilization", "Average", "GreaterThanOrEqualToThreshold", 90,
        "percent", FIVE_MINUTES, 3, 3, "missing",
        "scaling had a quarter of an hour and did not bring it down: it is at its maximum, or too "
        "slow",
        f"{_RECOMMENDED}, Amazon ECS, which has 80 for services that do not scale",
    ),
    "service-memory": Default(
        "service", "MemoryUtilization", "Maximum", "GreaterThanOrEqualToThreshold", 90,
        "percent", MINUTE, 5, 5, "missing",
        "at 100 percent of its hard limit the kernel kills the container",
        "ECS Developer Guide, service utilization metrics",
    ),
    "instance-credits": Default(
        "instances", "CPUCreditBalance", "Minimum", "LessThanThreshold", 5,
        "credits", FIVE_MINUTES, 12, 12, "missing",
        "without credits an instance falls to its baseline, or is charged for more; a new one "
        "begins near zero, so that it has an hour to earn some",
        _CREDITS,
    ),
    "database-cpu": Default(
        "database", "CPUUtilization", "Average", "GreaterThanOrEqualToThreshold", 90,
        "percent", FIVE_MINUTES, 3, 3, "missing",
        "queries wait for the processor",
        f"{_RECOMMENDED}, Amazon RDS",
    ),
    "database-credits": Default(
        "database", "CPUCreditBalance", "Minimum", "LessThanThreshold", 5,
        "credits", FIVE_MINUTES, 12, 12, "missing",
        "a burstable class without credits is charged for each further minute of processor",
        _CREDITS,
    ),
    "database-storage": Default(
        "database", "FreeStorageSpace", "Minimum", "LessThanThreshold", None,
        "GiB", FIVE_MINUTES, 3, 3, "missing",
        "a full database stops. 15 percent of the storage; 5 where RDS extends it, which it does "
        "below 10",
        "RDS User Guide, storage autoscaling",
    ),
    "database-connections": Default(
        "database", "DatabaseConnections", "Maximum", "GreaterThanOrEqualToThreshold", None,
        "connections", FIVE_MINUTES, 3, 3, "missing",
        "beyond max_connections the application is refused. Three quarters of the memory of the "
        "class by 12,582,880, since RDS divides what its own processes leave",
        "RDS User Guide, maximum number of database connections",
    ),
    "database-memory": Default(
        "database", "FreeableMemory", "Minimum", "LessThanThreshold", None,
        "MiB", FIVE_MINUTES, 3, 3, "missing",
        "MySQL is killed and starts anew when memory runs out. 5 percent of the memory of the "
        "class: with RDS's parameters MySQL takes 80 to 90 percent of it, so that less than 20 is "
        "normal",
        "AWS re:Post, low freeable memory in RDS for MySQL",
    ),
    "database-swap": Default(
        "database", "SwapUsage", "Maximum", "GreaterThanOrEqualToThreshold", 256,
        "MiB", FIVE_MINUTES, 3, 3, "missing",
        "queries wait for the disk that memory was moved to. Pages that nothing reads go there, "
        "too, and stay, so that some is normal; AWS gives no figure",
        "AWS re:Post, swap memory of RDS; 256 as in the Terraform modules of Cloud Posse and of "
        "the UK Ministry of Justice",
    ),
    "cache-memory": Default(
        "cache node", "DatabaseMemoryUsagePercentage", "Maximum", "GreaterThanOrEqualToThreshold",
        80, "percent", FIVE_MINUTES, 3, 3, "missing",
        "beyond it Redis begins to evict keys, and has no room to take a snapshot",
        "ElastiCache User Guide, which metrics to monitor",
    ),
    "cache-evictions": Default(
        "cache node", "Evictions", "Sum", "GreaterThanOrEqualToThreshold", 1,
        "keys in five minutes", FIVE_MINUTES, 3, 3, "notBreaching",
        "keys go before their time: the node is too small for what is kept",
        "ElastiCache User Guide, which metrics to monitor",
    ),
    "cache-credits": Default(
        "cache node", "CPUCreditBalance", "Minimum", "LessThanThreshold", 5,
        "credits", FIVE_MINUTES, 12, 12, "missing",
        "a burstable node without credits falls to its baseline",
        "ElastiCache User Guide, host-level metrics",
    ),
    "certificate": Default(
        "certificate", "DaysToExpiry", "Minimum", "LessThanThreshold", 30,
        "days", DAY, 1, 1, "notBreaching",
        "ACM renews 60 days before the end; half of that gone means that its validation record is",
        "ACM User Guide, managed renewal and CloudWatch metrics",
    ),
    "domain": Default(
        "domain", "HealthCheckPercentageHealthy", "Average", "LessThanThreshold", 50,
        "percent", MINUTE, 3, 3, "missing",
        "most of Route 53's checkers, all over the world, do not find the name, or get no answer: "
        "the registration or the delegation is gone, or the way in. No metric has the day on which "
        "a registration ends",
        "Route 53 Developer Guide, monitoring health checks using CloudWatch, which itself calls "
        "18 percent healthy",
    ),
    "job-dead-letters": Default(
        "dead letters", "ApproximateNumberOfMessagesVisible", "Maximum",
        "GreaterThanOrEqualToThreshold", 1,
        "messages", FIVE_MINUTES, 1, 1, "notBreaching",
        "a job was not started, although it was attempted again and again; the message says why",
        "EventBridge Scheduler User Guide, dead-letter queues",
    ),
}  # fmt: skip

NO_TASK = Default(
    "service", "CPUUtilization", "SampleCount", "LessThanThreshold", 1,
    "tasks", MINUTE, 5, 5, "breaching",
    "no task runs: each sends one sample of its CPU a minute; five minutes, since a single task is "
    "replaced within them",
    "ECS Developer Guide, CloudWatch metrics, service RUNNING task count",
)  # fmt: skip
"""`no-running-task` of a service without a load balancer, which has no targets to count."""
