"""Settings drawn at random, all of them right: what the layers must build alike."""

import copy
from typing import Any

from hypothesis import strategies as st

from strata.settings import Settings, load
from strata.settings.load import judge

Json = dict[str, Any]

BASE = load("local").model_dump(exclude_none=True, by_alias=True)
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret"
VARIABLES = ["ALPHA", "B_KEY", "C2", "DELTA_TOKEN", "E", "F_PASSWORD", "GAMMA", "H_1", "JWT_SECRET"]
SOURCES = [
    "shop/local/a", "shop/local/b", "zz/last", "a/first", "shop/local/c.d",
    f"{ARN}:zz/payments-AbC123", f"{ARN}:a/mail-XyZ789",
]  # fmt: skip

SCHEDULE = {"name": "night", "schedule": "cron(0 20 ? * MON-FRI *)", "min": 1, "max": 3}
STEP = {
    "name": "burst", "metric": "memory", "when": "at_least", "threshold": 80,
    "adjustments": [{"lower": 0, "change": 1}],
}  # fmt: skip
MAILED = {"email": "oncall@shop.example"}
TOLD = {
    "topic": "arn:aws:sns:eu-central-1:123456789012:oncall",
    "domain_topic": "arn:aws:sns:us-east-1:123456789012:oncall",
    "off": ["latency"],
}
TRACKING = [{"metric": "cpu", "target": 60}, {"metric": "requests_per_target", "target": 900}]


@st.composite
def some_settings(draw: st.DrawFn) -> Settings:
    """An environment that is right; its name does not matter."""
    data: Json = copy.deepcopy(BASE)

    def one_of(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    zones = draw(st.integers(2, 3))
    data["network"] |= {
        "availability_zones": ZONES[:zones],
        "public_subnets": [f"10.0.{i}.0/24" for i in range(zones)],
        "private_subnets": [f"10.0.{16 * (i + 1)}.0/20" for i in range(zones)],
        "nat": one_of("none", "single", "per_az"),
    }
    data["cache"] |= one_of(
        {}, {"auth": False}, {"auth": False, "encryption_in_transit": False},
        {"replicas": 1, "automatic_failover": True},
    )  # fmt: skip
    data["cluster"] |= one_of({}, {"key_pair": "ops"}, {"ami_id": "ami-0123456789abcdef0"})
    data["edge"] |= {
        "zone": one_of("create", "existing"),
        "www": draw(st.booleans()),
        "access_logs": draw(st.booleans()),
        "http": one_of("redirect", "forward"),
    }
    data["service"] |= {
        "secrets": draw(
            st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(SOURCES), max_size=7)
        ),
        "environment": one_of({}, {"LOG_LEVEL": "debug", "ZONE": "a"}),
        "scaling": {
            "target_tracking": one_of(TRACKING[:1], TRACKING),
            "steps": one_of([], [STEP]),
            "schedules": one_of([], [SCHEDULE]),
        },
    }
    data["tags"] = one_of({}, {"Team": "shop", "Cost": "42"})
    data |= one_of({}, {"alarms": MAILED}, {"alarms": TOLD, "cost": {"budget_usd_per_month": 90}})
    found, problems = judge(data)
    assert found, problems
    assert not problems
    return found


def named(settings: Settings, name: str) -> Settings:
    """The same under another name, so that several fit into one synthesis."""
    environment = settings.environment.model_copy(update={"name": name})
    return settings.model_copy(update={"environment": environment})


def with_secrets(environment: str = "local", count: int = 3) -> Settings:
    """An environment of ours with secrets of the user's own: SECRET_0 is shop/local/0."""
    data = load(environment).model_dump(by_alias=True)
    data["service"]["secrets"] = {f"SECRET_{i}": f"shop/local/{i}" for i in range(count)}
    return Settings.model_validate(data)
