"""Listeners: HTTP only redirects, HTTPS is TLS 1.2 or newer."""

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, value
from strata.resources.tls import is_modern

LISTENERS = ["aws_lb_listener", "aws_alb_listener"]
RULES = ["aws_lb_listener_rule", "aws_alb_listener_rule"]


def _protocol(conf: Conf) -> str:
    return str(value(conf, "protocol") or "HTTP").upper()


def _redirects(conf: Conf) -> bool:
    if "listener_arn" in conf:
        # For a rule only the name of its listener shows the protocol.
        encrypted = "https" in str(value(conf, "listener_arn")).lower()
        actions = blocks(conf, "action")
    else:
        encrypted = _protocol(conf) in ("HTTPS", "TLS", "TCP", "UDP", "TCP_UDP", "GENEVE")
        actions = blocks(conf, "default_action")
    return encrypted or (bool(actions) and all(map(_to_https, actions)))


def _to_https(action: Conf) -> bool:
    redirects = blocks(action, "redirect")
    return (
        value(action, "type") == "redirect"
        and bool(redirects)
        and all(str(value(redirect, "protocol")).upper() == "HTTPS" for redirect in redirects)
    )


def _tls(conf: Conf) -> bool:
    return _protocol(conf) not in ("HTTPS", "TLS") or is_modern(value(conf, "ssl_policy"))


explain(
    "STRATA_LISTENER_1", "high",
    "The HTTP listener forwards: customers are served without encryption",
    "a redirect to HTTPS as its only action",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1",
)  # fmt: skip
Policy("STRATA_LISTENER_1", "HTTP listeners only redirect to HTTPS",
       [*LISTENERS, *RULES], _redirects)  # fmt: skip
explain(
    "STRATA_LISTENER_2", "high",
    "TLS below 1.2 can be broken by an eavesdropper",
    "ssl_policy = ELBSecurityPolicy-TLS13-1-2-2021-06",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17",
)  # fmt: skip
Policy("STRATA_LISTENER_2", "HTTPS listeners take TLS 1.2 or newer", LISTENERS, _tls)
