"""What an instance's user data tells the ECS agent."""

import base64
import binascii
import re

from strata.reach import figures


def host_ports(user_data: str) -> tuple[int, int]:
    """The host ports that the agent gives to tasks on a bridge."""
    found = re.fullmatch(r"(\d+)-(\d+)", _setting(user_data, "ECS_DYNAMIC_HOST_PORT_RANGE"))
    return (int(found[1]), int(found[2])) if found else figures.HOST_PORTS


def cluster(user_data: str) -> str:
    """The cluster that the instance joins (ECS agent, README: `default` when nothing is said)."""
    return _setting(user_data, "ECS_CLUSTER") or "default"


def _setting(user_data: str, name: str) -> str:
    """The last value given to a variable in user data, which is base64; empty without one."""
    try:
        text = base64.b64decode(user_data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    found = re.findall(rf"^\s*(?:export\s+|echo\s+['\"]?)?{name}=['\"]?([\w.-]+)", text, re.M)
    return str(found[-1]) if found else ""
