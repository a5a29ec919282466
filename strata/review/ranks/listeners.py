"""What a load balancer does with requests: its listeners and their rules, before and after."""

from collections.abc import Iterator

from strata.documents import Json
from strata.plan_file.changes import Change, any_unknown, value_at
from strata.resources.tls import tls_version
from strata.review.ranks.network import Network
from strata.review.ranks.reason import Reason

LISTENERS = ("aws_lb_listener", "aws_alb_listener")
RULES = ("aws_lb_listener_rule", "aws_alb_listener_rule")
ENCRYPTED = ("HTTPS", "TLS")
SAME = "#{protocol}"
"""What a redirect writes for the protocol of the request (ELB User Guide)."""
ASKS = ("authenticate-oidc", "authenticate-cognito")
"""Actions that let only authenticated users through."""


def opens(change: Change, network: Network) -> Iterator[Reason]:
    """Requests that are served or forwarded without encryption, or no longer refused."""
    if change.type in RULES:
        yield from _rule(change, network)
    elif change.type in LISTENERS and change.after is not None:
        yield from _listener(change, network)


def _listener(change: Change, network: Network) -> Iterator[Reason]:
    before, after = change.before or {}, change.settled
    if change.before is None:
        if _on_new(change, network, "load_balancer_arn"):
            return
        if _plain(after, "default_action", _protocol(after)):
            yield Reason("opens", "a new listener serves without encryption", ("protocol",))
        yield from _redirected({}, after, "default_action", ("", _protocol(after)))
        return
    encrypted = [_protocol(body) in ENCRYPTED for body in (before, after)]
    if encrypted == [True, False]:
        yield Reason("opens", "the listener serves without encryption", ("protocol",))
    elif not encrypted[0] and not encrypted[1]:
        served = [_plain(body, "default_action", _protocol(body)) for body in (before, after)]
        if served == [False, True]:
            words = "requests are served without encryption"
            yield Reason("opens", words, ("default_action[0].type",))
    yield from _redirected(
        before, after, "default_action", (_protocol(before), _protocol(after))
    )  # fmt: skip
    yield from _authentication_ends(before, after, "default_action")
    yield from _refusal_ends(before, after, "default_action")
    old, new = (tls_version(body.get("ssl_policy") or "") for body in (before, after))
    if old is not None and new is not None and new < old:
        yield Reason("opens", f"the listener accepts TLS 1.{new}", ("ssl_policy",))


def _rule(change: Change, network: Network) -> Iterator[Reason]:
    before, after = change.before or {}, change.settled
    listener = network.addresses.get(
        network.key(change, "listener_arn", "before" if change.after is None else "after")
    )
    if change.after is None:
        refused = _refusal(before, "action")
        if refused and not (listener and listener.destroys):
            yield Reason("opens", f"requests that it answered with {refused} pass on")
        return
    if listener is not None and listener.before is None:
        return
    protocols = tuple(
        _protocol(body or {}) if body is not None else ""
        for body in ((listener.before, listener.settled) if listener is not None else (None, None))
    )
    yield from _redirected(before, after, "action", (protocols[0], protocols[1]))
    served = (
        (change.before is not None and _plain(before, "action", protocols[0]))
        or bool(listener and _plain(listener.before or {}, "default_action", protocols[0]))
    )  # fmt: skip
    if protocols[1] and _plain(after, "action", protocols[1]) and not served:
        yield Reason("opens", "requests are served without encryption", ("action",))
    if change.before is None:
        return
    yield from _authentication_ends(before, after, "action")
    yield from _refusal_ends(before, after, "action")
    later = (before.get("priority") or 0) < (change.settled.get("priority") or 0)
    if _refusal(before, "action") and _refusal(after, "action") and later:
        words = "it refuses requests, and is read later, behind what may let them through"
        yield Reason("opens", words, ("priority",))
    was, will = (_sources(body) for body in (before, after))
    if not _refusal(after, "action") and was and (not will or will - was):
        words = f"it takes requests from {', '.join(sorted(will - was)) or 'every address'}"
        yield Reason("opens", words, ("condition",))


def _on_new(change: Change, network: Network, attribute: str) -> bool:
    holder = network.addresses.get(network.key(change, attribute, "after"))
    return holder is not None and holder.before is None


def _protocol(body: Json) -> str:
    """The protocol of an application load balancer's listener; HTTP when none is set."""
    return str(body.get("protocol") or "HTTP")


def actions(body: Json, attribute: str) -> list[Json]:
    """The actions of a listener or a rule, in their order."""
    blocks = body.get(attribute)
    return (
        [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
    )


def _plain(body: Json, attribute: str, protocol: str) -> bool:
    """Whether requests are forwarded as they come, without encryption."""
    return protocol == "HTTP" and any(
        action.get("type") == "forward" for action in actions(body, attribute)
    )


def _redirected(
    before: Json, after: Json, attribute: str, protocols: tuple[str, str]
) -> Iterator[Reason]:
    was, will = (
        {
            str(value_at(action, "redirect[0].protocol") or SAME).replace(SAME, protocol)
            for action in actions(body, attribute)
            if action.get("type") == "redirect"
        }
        for body, protocol in zip((before, after), protocols, strict=True)
    )
    if "HTTP" in will - was:
        words = "requests are redirected to HTTP, without encryption"
        yield Reason("opens", words, (attribute,))


def _authentication_ends(before: Json, after: Json, attribute: str) -> Iterator[Reason]:
    was, will = (
        {action.get("type") for action in actions(body, attribute)} & set(ASKS)
        for body in (before, after)
    )
    if was and not will:
        yield Reason("opens", "requests pass without authentication", (attribute,))


def _refusal(body: Json, attribute: str) -> str:
    """The status code with which requests are refused; empty when they are not."""
    for action in actions(body, attribute):
        status = str(value_at(action, "fixed_response[0].status_code") or "")
        if action.get("type") == "fixed-response" and status.startswith("4"):
            return status
    return ""


def _refusal_ends(before: Json, after: Json, attribute: str) -> Iterator[Reason]:
    was = _refusal(before, attribute)
    lets = any(action.get("type") == "forward" for action in actions(after, attribute))
    if was and lets:
        yield Reason("opens", f"requests that it answered with {was} are served", (attribute,))


def _sources(body: Json) -> set[str]:
    """The source address ranges in a rule's conditions."""
    return {
        str(source)
        for condition in body.get("condition") or []
        for source in value_at(condition, "source_ip[0].values") or []
    }


def down(change: Change, network: Network) -> Iterator[Reason]:
    """Requests that no longer reach the targets they reached before."""
    if change.type not in (*LISTENERS, *RULES):
        return
    attribute = "action" if change.type in RULES else "default_action"
    before, after = change.before or {}, change.settled
    if change.after is None:
        forwards = [
            action for action in actions(before, attribute) if action.get("type") == "forward"
        ]
        listener = network.addresses.get(network.key(change, "listener_arn", "before"))
        if change.type in RULES and forwards and not (listener and listener.after is None):
            yield Reason("down", "requests that it forwarded go another way or nowhere")
        return
    if change.before is None:
        return
    was = {action.get("type") for action in actions(before, attribute)}
    will = [action.get("type") for action in actions(after, attribute)]
    if "forward" in was and will and "forward" not in will:
        yield Reason("down", f"{_instead(after, attribute)}; none reaches a task", (attribute,))
        return
    lost_targets = _targets(before, attribute) - _targets(after, attribute)
    if lost_targets and not _known_after_apply(change, attribute):
        words = f"no request goes to {', '.join(sorted(lost_targets))} any more"
        yield Reason("down", words, (attribute,))


def _instead(body: Json, attribute: str) -> str:
    for action in actions(body, attribute):
        if action.get("type") == "redirect":
            protocol = value_at(action, "redirect[0].protocol") or SAME
            host = value_at(action, "redirect[0].host") or "#{host}"
            return f"requests are redirected to {protocol}://{host}"
        if action.get("type") == "fixed-response":
            status = value_at(action, "fixed_response[0].status_code")
            return f"requests are answered with {status or 'a fixed response'}"
    return "requests are not forwarded"


def _targets(body: Json, attribute: str) -> set[str]:
    """The target groups that requests are forwarded to."""
    target_groups = set()
    for action in actions(body, attribute):
        if action.get("type") != "forward":
            continue
        groups = [action.get("target_group_arn")]
        groups += [
            group.get("arn") for group in value_at(action, "forward[0].target_group") or []
        ]  # fmt: skip
        target_groups |= {str(arn) for arn in groups if arn}
    return target_groups


def _known_after_apply(change: Change, attribute: str) -> bool:
    """Whether the target group is only known after the apply, since it is replaced."""
    return any_unknown(change.unknown.get(attribute))
