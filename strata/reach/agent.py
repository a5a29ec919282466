"""The ECS agent's settings in an instance's user data."""

import base64
import binascii
import re

from strata.settings.figures import HOST_PORTS


def host_ports(user_data: str) -> tuple[int, int]:
    """The host ports that the agent gives to tasks on a bridge."""
    match = re.fullmatch(r"(\d+)-(\d+)", _setting(user_data, "ECS_DYNAMIC_HOST_PORT_RANGE"))
    return (int(match[1]), int(match[2])) if match else HOST_PORTS


def cluster(user_data: str) -> str:
    """The cluster that the instance joins (ECS agent, README: `default` when none is set)."""
    return _setting(user_data, "ECS_CLUSTER") or "default"


def _setting(user_data: str, name: str) -> str:
    """The last value given to a variable in user data, which is base64; empty without one."""
    try:
        text = base64.b64decode(user_data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    values = re.findall(rf"^\s*(?:export\s+|echo\s+['\"]?)?{name}=['\"]?([\w.-]+)", text, re.M)
    return str(values[-1]) if values else ""
