"""Listeners: HTTP only redirects, HTTPS is TLS 1.2 or newer."""

from policies.policy import Conf, Policy, blocks, value

RESOURCES = ["aws_lb_listener", "aws_alb_listener"]
TLS_12 = (
    "ELBSecurityPolicy-TLS13-1-2", "ELBSecurityPolicy-TLS13-1-3",
    "ELBSecurityPolicy-TLS-1-2", "ELBSecurityPolicy-FS-1-2",
)  # fmt: skip
"""Beginnings of the policies without TLS 1.0 and 1.1 (ALB User Guide, security policies)."""


def _protocol(conf: Conf) -> str:
    return str(value(conf, "protocol") or "HTTP").upper()


def _redirects(conf: Conf) -> bool:
    if _protocol(conf) != "HTTP":
        return True
    actions = blocks(conf, "default_action")
    return bool(actions) and all(
        value(action, "type") == "redirect"
        and all(value(r, "protocol") == "HTTPS" for r in blocks(action, "redirect"))
        and bool(blocks(action, "redirect"))
        for action in actions
    )


def _tls(conf: Conf) -> bool:
    return _protocol(conf) not in ("HTTPS", "TLS") or str(value(conf, "ssl_policy")).startswith(
        TLS_12
    )


Policy("STRATA_LISTENER_1", "HTTP listeners only redirect to HTTPS", RESOURCES, _redirects)
Policy("STRATA_LISTENER_2", "HTTPS listeners take TLS 1.2 or newer", RESOURCES, _tls)
