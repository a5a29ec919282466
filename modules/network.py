"""Network layer: VPC, subnets, routes, network ACLs, every security group, flow logs.

Of a VPC that exists it makes the security groups alone, and looks up the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_subnet import DataAwsSubnet, DataAwsSubnetFilter
from cdktf_cdktf_provider_aws.data_aws_subnets import DataAwsSubnets, DataAwsSubnetsFilter
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc, DataAwsVpcFilter
from cdktf_cdktf_provider_aws.default_route_table import DefaultRouteTable
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.network_acl import NetworkAcl
from cdktf_cdktf_provider_aws.network_acl_rule import NetworkAclRule
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules import iam
from modules.naming import Names
from strata.settings.figures import HOST_PORTS
from strata.settings.models import Settings, Subnets

ANYWHERE = "0.0.0.0/0"
MYSQL = 3306
REDIS = 6379
EPHEMERAL = (1024, 65535)
"""Ports on which clients, NAT gateways and load balancers receive replies (VPC User Guide, network
ACLs, ephemeral ports)."""
NODE_REPLIES = (32768, 65535)
"""Ports on which a Redis node receives the replies of another node."""


@dataclass(frozen=True)
class AclRule:
    """An entry of a network ACL: TCP, allowed."""

    number: int
    egress: bool
    ports: tuple[int, int]
    cidr: str
    why: str


def acl_rules(settings: Settings) -> dict[str, tuple[AclRule, ...]]:
    """The rules of the `public` and the `private` network ACL, in the order AWS reads them.

    ACLs are stateless: the replies to a request arrive on an ephemeral port and need a rule of
    their own. Traffic that no rule names is denied.
    """
    vpc = settings.network.vpc_cidr
    public = [
        AclRule(100, False, (80, 80), ANYWHERE, "HTTP to the load balancer"),
        AclRule(110, False, (443, 443), ANYWHERE, "HTTPS to the load balancer"),
        AclRule(120, False, EPHEMERAL, ANYWHERE, "replies, and dynamic host ports"),
        AclRule(100, True, (MYSQL, MYSQL), vpc, "MySQL in the private subnets"),
        AclRule(110, True, (REDIS, REDIS), vpc, "Redis in the private subnets"),
        AclRule(120, True, (443, 443), ANYWHERE, "image pulls and AWS APIs"),
        AclRule(130, True, EPHEMERAL, ANYWHERE, "replies, and dynamic host ports"),
    ]
    private = [
        AclRule(100, False, (MYSQL, MYSQL), vpc, "MySQL from the instances"),
        AclRule(110, False, (REDIS, REDIS), vpc, "Redis from the instances"),
        AclRule(100, True, EPHEMERAL, vpc, "replies into the VPC"),
    ]
    if settings.network.nat == "none":
        private.append(AclRule(120, False, NODE_REPLIES, vpc, "replies between Redis nodes"))
    else:
        # The private subnets have no route from the internet: only replies to the instances'
        # requests through the NAT gateway arrive with an outside address.
        private += [
            AclRule(120, False, EPHEMERAL, ANYWHERE, "replies, and dynamic host ports"),
            AclRule(110, True, (443, 443), ANYWHERE, "image pulls and AWS APIs"),
        ]
    if settings.network.interface_services:
        private.append(AclRule(130, False, (443, 443), vpc, "HTTPS to interface endpoints"))
    port = settings.service.host_port
    instances = public if settings.network.nat == "none" else private
    for rules, egress in ((instances, False), (public, True)):
        covered = any(
            rule.egress is egress and rule.ports[0] <= port <= rule.ports[1] for rule in rules
        )
        if port and not covered:
            rules.append(AclRule(140, egress, (port, port), vpc, "fixed host port"))
    ways: list[tuple[list[AclRule], bool, str | None]] = [(public, True, None)]
    if settings.network.nat != "none":
        # NAT gateways are in the public subnets: what they send out comes in there first.
        ways += [(private, True, None), (public, False, vpc)]
    for index, (port, cidr) in enumerate(ways_out(settings)):
        for rules, egress, peer in ways:
            if not _allowed(rules, egress, port, peer or cidr):
                rule = AclRule(200 + index, egress, (port, port), peer or cidr, "a way out")
                rules.append(rule)
    return {"public": tuple(public), "private": tuple(private)}


def ways_out(settings: Settings) -> Iterator[tuple[int, str]]:
    """(port, range) of every way out that the settings add."""
    for way in settings.service.egress:
        for cidr in way.ranges:
            yield way.port, cidr


def _allowed(rules: list[AclRule], egress: bool, port: int, cidr: str) -> bool:
    """Whether a rule allows a port in a direction to, or from, a whole range already."""
    return any(
        rule.egress is egress
        and rule.ports[0] <= port <= rule.ports[1]
        and IPv4Network(cidr).subnet_of(IPv4Network(rule.cidr))
        for rule in rules
    )


@dataclass(frozen=True)
class NetworkOutputs:
    """Identifiers that other layers refer to."""

    vpc_id: str
    public_subnet_ids: tuple[str, ...]
    private_subnet_ids: tuple[str, ...]
    instance_subnet_ids: tuple[str, ...]
    load_balancer_security_group_id: str
    instance_security_group_id: str
    database_security_group_id: str
    cache_security_group_id: str


class Network(Construct):
    """The network of one environment."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "network")
        self._settings = settings
        self._names = Names(settings, "network")
        self.outputs = self._existing() if settings.network.existing else self._made()

    def _existing(self) -> NetworkOutputs:
        """Security groups in a VPC that others made; nothing else of it is touched."""
        network = self._settings.network
        self._vpc: Vpc | DataAwsVpc = DataAwsVpc(
            self, "vpc", filter=[DataAwsVpcFilter(name="vpc-id", values=[str(network.existing)])]
        )
        private = self._chosen("private", network.private or Subnets())
        return self._outputs(
            self._chosen("public", network.public or Subnets()), private, private,
            self._security_groups(),
        )  # fmt: skip

    def _chosen(self, kind: str, subnets: Subnets) -> tuple[str, ...]:
        """The ids of subnets that exist; in this VPC, or the plan fails."""
        if subnets.ids:
            return tuple(
                DataAwsSubnet(
                    self,
                    f"{kind}_subnet_{index}",
                    filter=[DataAwsSubnetFilter(name="subnet-id", values=[name])],
                    vpc_id=self._vpc.id,
                ).id
                for index, name in enumerate(subnets.ids)
            )
        zones = self._settings.network.availability_zones
        found = DataAwsSubnets(
            self,
            f"{kind}_subnets",
            filter=[
                DataAwsSubnetsFilter(name="vpc-id", values=[self._vpc.id]),
                DataAwsSubnetsFilter(name="availability-zone", values=zones),
            ],
            tags=subnets.tags,
        )
        return tuple(found.ids)

    def _made(self) -> NetworkOutputs:
        """A network of the environment's own."""
        settings, names = self._settings, self._names
        vpc = self._vpc = Vpc(
            self,
            "vpc",
            cidr_block=settings.network.vpc_cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=names.tags(),
        )
        gateway = InternetGateway(
            self, "internet_gateway", vpc_id=self._vpc.id, tags=names.tags("internet")
        )
        # AWS uses this table for subnets without an association of their own: it has no routes.
        DefaultRouteTable(
            self,
            "default_route_table",
            default_route_table_id=vpc.default_route_table_id,
            route=[],
            tags=names.tags("default"),
        )
        DefaultSecurityGroup(
            self,
            "default_security_group",
            vpc_id=self._vpc.id,
            ingress=[],
            egress=[],
            tags=names.tags("default"),
        )
        public = self._subnets("public", settings.network.public_subnets)
        private = self._subnets("private", settings.network.private_subnets)
        public_table = self._public_routes(gateway, public)
        private_tables = self._private_routes(gateway, public, private)
        self._endpoints([public_table] if settings.network.nat == "none" else private_tables)
        for kind, subnets in (("public", public), ("private", private)):
            self._acl(kind, subnets)
        groups = self._security_groups()
        # Emptied zones are the last in the lists; other layers leave their subnets, which can be
        # deleted after that.
        used = len(settings.network.availability_zones) - len(settings.network.emptied_zones)
        public_ids = tuple(subnet.id for subnet in public[:used])
        private_ids = tuple(subnet.id for subnet in private[:used])
        self._interface_endpoints(groups, private_ids)
        self._flow_logs()
        instances = public_ids if settings.network.nat == "none" else private_ids
        return self._outputs(public_ids, private_ids, instances, groups)

    def _outputs(
        self,
        public: tuple[str, ...],
        private: tuple[str, ...],
        instances: tuple[str, ...],
        groups: dict[str, SecurityGroup],
    ) -> NetworkOutputs:
        return NetworkOutputs(
            vpc_id=self._vpc.id,
            public_subnet_ids=public,
            private_subnet_ids=private,
            instance_subnet_ids=instances,
            load_balancer_security_group_id=groups["load_balancer"].id,
            instance_security_group_id=groups["instance"].id,
            database_security_group_id=groups["database"].id,
            cache_security_group_id=groups["cache"].id,
        )

    def _subnets(self, kind: str, cidrs: list[str]) -> list[Subnet]:
        zones = self._settings.network.availability_zones
        return [
            Subnet(
                self,
                f"{kind}_subnet_{index}",
                vpc_id=self._vpc.id,
                availability_zone=zones[index],
                cidr_block=cidr,
                map_public_ip_on_launch=kind == "public",
                tags=self._names.tags(f"{kind}-{zones[index]}"),
            )
            for index, cidr in enumerate(cidrs)
        ]

    def _public_routes(self, gateway: InternetGateway, subnets: list[Subnet]) -> RouteTable:
        table = RouteTable(
            self, "public_route_table", vpc_id=self._vpc.id, tags=self._names.tags("public")
        )
        Route(
            self,
            "public_route_internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
        )
        for index, subnet in enumerate(subnets):
            RouteTableAssociation(
                self,
                f"public_route_table_association_{index}",
                subnet_id=subnet.id,
                route_table_id=table.id,
            )
        return table

    def _private_routes(
        self, gateway: InternetGateway, public: list[Subnet], private: list[Subnet]
    ) -> list[RouteTable]:
        nat = self._settings.network.nat
        gateways = []
        for index in range({"none": 0, "single": 1, "per_az": len(private)}[nat]):
            address = Eip(
                self,
                f"nat_address_{index}",
                domain="vpc",
                tags=self._names.tags(f"nat-{index}"),
                depends_on=[gateway],
            )
            gateways.append(
                NatGateway(
                    self,
                    f"nat_gateway_{index}",
                    subnet_id=public[index].id,
                    allocation_id=address.id,
                    tags=self._names.tags(f"nat-{index}"),
                    depends_on=[gateway],
                )
            )
        tables = []
        for index in range(max(len(gateways), 1)):
            table = RouteTable(
                self,
                f"private_route_table_{index}",
                vpc_id=self._vpc.id,
                tags=self._names.tags(f"private-{index}"),
            )
            tables.append(table)
            if gateways:
                Route(
                    self,
                    f"private_route_nat_{index}",
                    route_table_id=table.id,
                    destination_cidr_block=ANYWHERE,
                    nat_gateway_id=gateways[index].id,
                )
        for index, subnet in enumerate(private):
            RouteTableAssociation(
                self,
                f"private_route_table_association_{index}",
                subnet_id=subnet.id,
                route_table_id=tables[index % len(tables)].id,
            )
        return tables

    def _endpoints(self, tables: list[RouteTable]) -> None:
        """Gateway endpoints in the route tables of the instances."""
        for service in self._settings.network.gateway_services:
            VpcEndpoint(
                self,
                f"{service}_endpoint",
                vpc_id=self._vpc.id,
                service_name=f"com.amazonaws.{self._settings.environment.region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=[table.id for table in tables],
                tags=self._names.tags(service),
            )

    def _interface_endpoints(
        self, groups: dict[str, SecurityGroup], subnet_ids: tuple[str, ...]
    ) -> None:
        """Interface endpoints in the private subnets, wherever the instances are."""
        for service in self._settings.network.interface_services:
            VpcEndpoint(
                self,
                f"{service.replace('.', '_').replace('-', '_')}_endpoint",
                vpc_id=self._vpc.id,
                service_name=f"com.amazonaws.{self._settings.environment.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=list(subnet_ids),
                security_group_ids=[groups["endpoint"].id],
                # The names that every program uses lead to the endpoint.
                private_dns_enabled=True,
                tags=self._names.tags(service.replace(".", "-")),
            )

    def _acl(self, kind: str, subnets: list[Subnet]) -> None:
        acl = NetworkAcl(
            self,
            f"{kind}_acl",
            vpc_id=self._vpc.id,
            subnet_ids=[subnet.id for subnet in subnets],
            tags=self._names.tags(kind),
        )
        for rule in acl_rules(self._settings)[kind]:
            NetworkAclRule(
                self,
                f"{kind}_acl_{'egress' if rule.egress else 'ingress'}_{rule.number}",
                network_acl_id=acl.id,
                rule_number=rule.number,
                egress=rule.egress,
                protocol="tcp",
                rule_action="allow",
                cidr_block=rule.cidr,
                from_port=rule.ports[0],
                to_port=rule.ports[1],
            )

    def _security_groups(self) -> dict[str, SecurityGroup]:
        descriptions = {
            "load_balancer": "Load balancer: HTTP and HTTPS from anywhere",
            "instance": "ECS instances: only what the load balancer sends",
            "database": "MySQL: only the ECS instances",
            "cache": "Redis: only the ECS instances",
        }
        if self._settings.network.interface_services:
            descriptions["endpoint"] = "Interface endpoints: only the ECS instances"
        groups = {
            key: SecurityGroup(
                self,
                f"{key}_security_group",
                name=self._names.name(key.replace("_", "-"), 255),
                description=description,
                vpc_id=self._vpc.id,
                # A group that a rule of another group names cannot be deleted before that rule.
                revoke_rules_on_delete=True,
                tags=self._names.tags(key.replace("_", "-")),
            )
            for key, description in descriptions.items()
        }
        tags = self._names.tags
        for port in (80, 443):
            VpcSecurityGroupIngressRule(
                self,
                f"load_balancer_ingress_{port}",
                security_group_id=groups["load_balancer"].id,
                description=f"{'HTTP' if port == 80 else 'HTTPS'} from anywhere",
                cidr_ipv4=ANYWHERE,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=tags(f"load-balancer-{port}"),
            )
        VpcSecurityGroupEgressRule(
            self,
            "load_balancer_egress_instance",
            security_group_id=groups["load_balancer"].id,
            description="Every host port of the instances",
            referenced_security_group_id=groups["instance"].id,
            ip_protocol="-1",
            tags=tags("load-balancer-to-instance"),
        )
        VpcSecurityGroupIngressRule(
            self,
            "instance_ingress_load_balancer",
            security_group_id=groups["instance"].id,
            description="All traffic from the load balancer, for dynamic host ports",
            referenced_security_group_id=groups["load_balancer"].id,
            ip_protocol="-1",
            tags=tags("instance-from-load-balancer"),
        )
        VpcSecurityGroupEgressRule(
            self,
            "instance_egress_https",
            security_group_id=groups["instance"].id,
            description="Image pulls, AWS APIs and package mirrors",
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            tags=tags("instance-to-https"),
        )
        for port, cidr in ways_out(self._settings):
            VpcSecurityGroupEgressRule(
                self,
                f"instance_egress_{port}_{cidr.replace('.', '_').replace('/', '_')}",
                security_group_id=groups["instance"].id,
                description=f"Port {port} of {cidr}",
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=tags(f"instance-to-{port}"),
            )
        if self._settings.connected:
            self._between_instances(groups["instance"])
        for key, port in (("database", MYSQL), ("cache", REDIS)):
            VpcSecurityGroupEgressRule(
                self,
                f"instance_egress_{key}",
                security_group_id=groups["instance"].id,
                description=f"To the {key}",
                referenced_security_group_id=groups[key].id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=tags(f"instance-to-{key}"),
            )
            VpcSecurityGroupIngressRule(
                self,
                f"{key}_ingress_instance",
                security_group_id=groups[key].id,
                description="From the ECS instances",
                referenced_security_group_id=groups["instance"].id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=tags(f"{key}-from-instance"),
            )
        if "endpoint" in groups:
            # The instances' own rule lets them out to port 443 of anywhere.
            VpcSecurityGroupIngressRule(
                self,
                "endpoint_ingress_instance",
                security_group_id=groups["endpoint"].id,
                description="From the ECS instances",
                referenced_security_group_id=groups["instance"].id,
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                tags=tags("endpoint-from-instance"),
            )
        return groups

    def _between_instances(self, group: SecurityGroup) -> None:
        """The proxies of Service Connect: on a bridge they have a dynamic host port (ECS API
        reference, ServiceConnectService, ingressPortOverride)."""
        first, last = HOST_PORTS
        VpcSecurityGroupEgressRule(
            self,
            "instance_egress_instance",
            security_group_id=group.id,
            description="Services of other instances, by Service Connect",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            tags=self._names.tags("instance-to-instance"),
        )
        VpcSecurityGroupIngressRule(
            self,
            "instance_ingress_instance",
            security_group_id=group.id,
            description="Services of other instances, by Service Connect",
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=first,
            to_port=last,
            tags=self._names.tags("instance-from-instance"),
        )

    def _flow_logs(self) -> None:
        names = self._names
        group = CloudwatchLogGroup(
            self,
            "flow_log_group",
            name=names.path("vpc-flow-logs"),
            retention_in_days=self._settings.network.flow_log_retention_days,
            tags=names.tags("vpc-flow-logs"),
        )
        account = {"StringEquals": {"aws:SourceAccount": self._settings.environment.account_id}}
        role = IamRole(
            self,
            "flow_log_role",
            name=names.name("vpc-flow-logs"),
            assume_role_policy=iam.trust("vpc-flow-logs.amazonaws.com", account),
            tags=names.tags("vpc-flow-logs"),
        )
        writing = IamRolePolicy(
            self,
            "flow_log_role_policy",
            name="write-flow-logs",
            role=role.id,
            policy=iam.policy(
                [
                    {
                        "Action": [
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:PutLogEvents",
                        ],
                        "Resource": f"{group.arn}:*",
                    }
                ]
            ),
        )
        FlowLog(
            self,
            "flow_log",
            vpc_id=self._vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=600,
            tags=names.tags("vpc"),
            depends_on=[writing],
        )
