"""What AWS would refuse of a plan for want of an offer, a quota or a paid plan, asked before it.

Only what the plan makes or changes is asked about: AWS stops offering what goes on to run. What
these credentials may not ask is named, and stops nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from strata.apply import existing_network
from strata.aws.errors import explain
from strata.aws.offers import Offers
from strata.aws.session import session
from strata.plan_file.changes import Change
from strata.release import secret_store
from strata.settings import capacity, figures
from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding, near
from strata.text.words import counted

TYPE: Key = ("cluster", "instance_type")
CLASS: Key = ("database", "instance_class")
ACCOUNT: Key = ("environment", "account_id")
REGION: Key = ("environment", "region")

FREE_PLAN = "on the free plan of its account"
FREE_BACKUP_DAYS = 1
"""What RDS keeps on the free plan: 35 days are refused (yc-software/qm issue 352); that 7 are, and
that 1 is not, is believed."""

STANDARD = frozenset("acdhimrtz")
"""First letters of the families that share the quotas of standard on-demand and Spot instances (EC2
User Guide, on-demand instance quotas and Spot Instance limits); those of others are left out."""

IN_SUBNETS = {
    "aws_security_group": ("vpc_id",),
    "aws_lb": ("subnets",),
    "aws_autoscaling_group": ("vpc_zone_identifier",),
    "aws_db_subnet_group": ("subnet_ids",),
    "aws_elasticache_subnet_group": ("subnet_ids",),
}
"""Resource type -> the attributes that say where in a VPC it is."""

VCPUS = ("ec2", "L-1216C47A")
SPOT_VCPUS = ("ec2", "L-34B43A08")
ADDRESSES = ("ec2", "L-0263D0A3")
VPCS = ("vpc", "L-F678F1CE")
LOAD_BALANCERS = ("elasticloadbalancing", "L-53DA6B97")
"""Service and code of quotas (AWS General Reference, endpoints and quotas of each service)."""


@dataclass(frozen=True)
class Offered:
    """What was found: what AWS would refuse, what may get in the way later, what was not asked."""

    refused: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What a plan makes or changes, with the settings behind it."""

    settings: Settings
    changes: Sequence[Change]

    def makes(self, kind: str) -> int:
        """The number of resources of a type that it makes."""
        return sum(change.type == kind and "create" in change.actions for change in self.changes)

    def touches(self, kind: str, *attributes: str) -> bool:
        """Whether it makes a resource of a type, or changes one of these attributes."""
        return any(
            change.type == kind
            and ("create" in change.actions or set(attributes) & set(change.changed))
            for change in self.changes
            if change.actions != ("delete",)
        )

    @property
    def instances(self) -> bool:
        """Whether instances may be launched that were not before."""
        return self.touches("aws_launch_template", "instance_type") or self.touches(
            "aws_autoscaling_group", "max_size", "vpc_zone_identifier"
        )

    @property
    def database(self) -> bool:
        """Whether RDS is asked for another class or version."""
        return self.touches("aws_db_instance", "instance_class", "engine_version", "multi_az")

    @property
    def cache(self) -> bool:
        """Whether ElastiCache is asked for another node type or version."""
        return self.touches("aws_elasticache_replication_group", "node_type", "engine_version")

    @property
    def in_network(self) -> bool:
        """Whether something is put into a VPC that others made."""
        return self.settings.network.existing is not None and any(
            self.touches(kind, *attributes) for kind, attributes in IN_SUBNETS.items()
        )


Check = Callable[[Wanted, Offers], Iterator[tuple[bool, Finding]]]
"""Yields findings; with True it stops the apply, with False it only warns."""


def look(settings: Settings, changes: Sequence[Change], offers: Offers | None = None) -> Offered:
    """Ask AWS about what these changes need; `offers` may have been asked before."""
    wanted, found = Wanted(settings, changes), Offered()
    offers = offers or Offers(session(settings.environment))
    for what, needed, check in CHECKS:
        if not needed(wanted):
            continue
        try:
            for refused, finding in check(wanted, offers):
                (found.refused if refused else found.warnings).append(finding)
        except (ClientError, BotoCoreError) as error:
            found.not_asked.append(f"{what}: {explain(error).message}")
    return found


def _zones(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
    zones = wanted.settings.network.availability_zones
    offered = offers.zones()
    for index, zone in enumerate(zones):
        if zone not in offered:
            yield (
                True,
                Finding(
                    ("network", "availability_zones", index),
                    "is not a zone that the account has",
                    f"one of {', '.join(sorted(offered))}",
                    (REGION,),
                ),
            )


def _network(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
    settings = wanted.settings
    found = offers.network(settings.network)
    missing = [*existing_network.unplannable(settings, found)]
    yield from ((True, finding) for finding in missing)
    if not missing:
        makes = wanted.makes("aws_lb") > 0
        yield from existing_network.unfit(settings, found, makes_balancer=makes)


def _instance_type(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
    settings = wanted.settings
    kind = settings.cluster.instance_type
    emptied = set(settings.network.emptied_zones)
    zones = {zone for zone in settings.network.availability_zones if zone not in emptied}
    missing = zones - offers.zones_of_type(kind)
    if missing:
        fits = _of_architecture(settings, offers.types_in(zones))
        alike = [name for name in fits if name.rpartition(".")[2] == kind.rpartition(".")[2]]
        yield (
            missing == zones,
            Finding(
                TYPE,
                f"is not offered in {' and '.join(sorted(missing))}"
                + ("" if missing == zones else ": instances run in the other zones only"),
                near(kind, alike or fits, "another type"),
                (("network", "availability_zones"),),
            ),
        )


def _of_architecture(settings: Settings, names: set[str]) -> list[str]:
    known = figures.instance_types()
    return [
        name
        for name in names
        if name in known and known[name].architecture == settings.cluster.architecture
    ]


def _free_plan(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
    if not offers.free_plan():
        return
    settings = wanted.settings
    kind, database = settings.cluster.instance_type, settings.database
    if wanted.instances and kind not in (free := offers.free_types()):
        fits = sorted(_of_architecture(settings, free))
        yield (
            True,
            Finding(
                TYPE,
                f"cannot be launched {FREE_PLAN}",
                f"one of {', '.join(fits)}, or upgrade the account",
                (ACCOUNT,),
            ),
        )
    if wanted.database and not database.instance_class.endswith(".micro"):
        yield (
            True,
            Finding(
                CLASS,
                f"is not available {FREE_PLAN}",
                "db.t3.micro or db.t4g.micro, or upgrade the account",
                (ACCOUNT,),
            ),
        )
    if wanted.database and database.backup_retention_days > FREE_BACKUP_DAYS:
        yield (
            True,
            Finding(
                ("database", "backup_retention_days"),
                f"is more than RDS keeps {FREE_PLAN}",
                f"at most {FREE_BACKUP_DAYS}, or upgrade the account",
                (ACCOUNT,),
            ),
        )


def _database(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
    settings = wanted.settings
    database = settings.database
    options = offers.databases(database.instance_class)
    if not options:
        region = settings.environment.region
        yield (
            True,
            Finding(CLASS, f"is not offered for MySQL in {region}", "another class", (REGION,)),
        )
        return
    version = database.engine_version
    fitting = [
        option for option in options if f"{option['EngineVersion']}.".startswith(f"{version}.")
    ]
    if not fitting:
        versions = sorted({option["EngineVersion"] for option in options}, key=_numbers)
        yield (
            True,
            Finding(
                ("database", "engine_version"),
                f"is not offered with {database.instance_class}",
                f"one of {', '.join(versions[-6:])}",
                (CLASS, REGION),
            ),
        )
        return
    zones = {zone["Name"] for option in fitting for zone in option.get("AvailabilityZones", [])}
    ours = zones & set(settings.network.availability_zones)
    needed = 2 if database.multi_az else 1
    if len(ours) < needed:
        yield (
            True,
            Finding(
                CLASS,
                f"is offered in {counted(len(ours), 'zone')} of network.availability_zones, and "
                f"{counted(needed, 'zone')} are needed",
                f"another class, or zones among {', '.join(sorted(zones))}",
                (("network", "availability_zones"),),
            ),
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _cache(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
    cache, region = wanted.settings.cache, wanted.settings.environment.region
    versions = offers.cache_versions()
    if not any(f"{offered}.".startswith(f"{cache.engine_version}.") for offered in versions):
        yield (
            True,
            Finding(
                ("cache", "engine_version"),
                f"is not offered in {region}",
                f"one of {', '.join(sorted(versions, key=_numbers)[-6:])}",
                (REGION,),
            ),
        )
    if not offers.has_cache_node_type(cache.node_type):
        yield (
            False,
            Finding(
                ("cache", "node_type"),
                f"is perhaps not offered in {region}: no reservations of it are sold there",
                "another type, if the cache layer fails",
                (REGION,),
            ),
        )


def _vcpus(*, of_spot: bool) -> Check:
    """A check of the quota of vCPUs of on-demand instances, or of Spot ones, each of its own."""
    what, code = ("Spot", SPOT_VCPUS) if of_spot else ("on-demand", VCPUS)

    def check(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
        settings = wanted.settings
        cluster, own = settings.cluster, settings.environment.tags
        fit = capacity.fit(cluster.instance_type, capacity.of_service(settings))
        kind = figures.instance_types().get(cluster.instance_type)
        if fit is None or kind is None or not fit.tasks or cluster.instance_type[0] not in STANDARD:
            return
        quota = offers.quota(*code)
        others = sum(
            instance["vcpus"]
            for instance in offers.instances()
            if instance["spot"] == of_spot
            and instance["type"][0] in STANDARD
            and not own.items() <= instance["tags"].items()
        )
        workers = [
            capacity.worker_task(fit.task, worker)
            for worker in settings.services.values()
            for _ in range(worker.desired_count)
        ]
        tasks = fit.instances(settings.service.desired_count, workers)
        wished = max(tasks, cluster.min_size)
        for instances, key, stops in (
            (wished, ("service", "desired_count"), True),
            (cluster.max_size, ("cluster", "max_size"), False),
        ):
            spot = cluster.spot
            on_demand = (
                capacity.on_demand(instances, spot.on_demand_base, 100 - spot.percent)
                if spot
                else instances
            )
            count = instances - on_demand if of_spot else on_demand
            # The least: further types of [cluster.spot] have at least as many vCPUs.
            needed = others + count * kind.vcpus
            if count and needed > quota:
                beside = f", beside {others} of other instances" if others else ""
                yield (
                    stops,
                    Finding(
                        key,
                        f"needs {counted(count, 'instance')} of {kind.vcpus} vCPUs{beside}, and "
                        f"the account's quota of {what} vCPUs is {quota:g}",
                        f"a quota of at least {needed} ({code[1]} in Service Quotas), or fewer",
                        (TYPE, ACCOUNT),
                    ),
                )
                return

    return check


def _counted_quota(
    what: str, code: tuple[str, str], kind: str, used: Callable[[Offers], int], key: Key
) -> Check:
    """A check of a quota that limits the number of a resource."""

    def check(wanted: Wanted, offers: Offers) -> Iterator[tuple[bool, Finding]]:
        quota, there, new = offers.quota(*code), used(offers), wanted.makes(kind)
        if there + new > quota:
            yield (
                True,
                Finding(
                    key,
                    f"needs {new} more {what}, and the account has {there} of {quota:g} in "
                    f"{wanted.settings.environment.region}",
                    f"a quota of at least {there + new} ({code[1]} in Service Quotas)",
                    (REGION,),
                ),
            )

    return check


def _secrets(wanted: Wanted, _: Offers) -> Iterator[tuple[bool, Finding]]:
    made = {
        str((change.after or {}).get("name", ""))
        for change in wanted.changes
        if change.type == "aws_ssm_parameter" and change.actions != ("delete",)
    }
    store = secret_store.Store(wanted.settings.environment)
    yield from secret_store.judged(wanted.settings, store, made=made)


def _made(kind: str) -> Callable[[Wanted], bool]:
    return lambda wanted: wanted.makes(kind) > 0


CHECKS: tuple[tuple[str, Callable[[Wanted], bool], Check], ...] = (
    ("the existing VPC", lambda wanted: wanted.in_network, _network),
    ("availability zones", _made("aws_subnet"), _zones),
    ("instance types", lambda wanted: wanted.instances, _instance_type),
    ("the account's plan", lambda wanted: wanted.instances or wanted.database, _free_plan),
    ("database classes", lambda wanted: wanted.database, _database),
    ("cache node types", lambda wanted: wanted.cache, _cache),
    ("the quota of vCPUs", lambda wanted: wanted.instances, _vcpus(of_spot=False)),
    (
        "the quota of Spot vCPUs",
        lambda wanted: wanted.instances and wanted.settings.cluster.spot is not None,
        _vcpus(of_spot=True),
    ),
    ("secrets", _made("aws_ecs_task_definition"), _secrets),
    (
        "the quota of VPCs", _made("aws_vpc"),
        _counted_quota("VPCs", VPCS, "aws_vpc", Offers.vpcs, ACCOUNT),
    ),
    (
        "the quota of addresses", _made("aws_eip"),
        _counted_quota(
            "elastic addresses", ADDRESSES, "aws_eip", Offers.addresses, ("network", "nat")
        ),
    ),
    (
        "the quota of load balancers", _made("aws_lb"),
        _counted_quota(
            "load balancers", LOAD_BALANCERS, "aws_lb", Offers.load_balancers, ACCOUNT
        ),
    ),
)  # fmt: skip
"""What is asked about, for which plans, and how."""
