"""Ports that AWS and Linux choose by themselves, with their sources."""

LINUX = (32768, 60999)
"""Ports a Linux client takes replies on (kernel, ip-sysctl, ip_local_port_range, its default)."""

NAT_GATEWAY = (1024, 65535)
"""Ports of a NAT gateway (VPC User Guide, network ACLs, ephemeral ports)."""

LOAD_BALANCER = (1024, 65535)
"""Ports of a load balancer towards its targets (VPC User Guide, network ACLs, ephemeral ports)."""

CONTAINER = (1024, 65535)
"""Ports of a client in a container on a bridge. Its packets leave through the instance's source
NAT, which keeps the client's port where it can and otherwise takes any port from 1024 on
(iptables-extensions(8), SNAT and MASQUERADE)."""

ANY_CLIENT = (1024, 65535)
"""Ports of clients of which nobody knows what they run, as on the internet (VPC User Guide, network
ACLs, ephemeral ports: the range to open for public-facing instances)."""
