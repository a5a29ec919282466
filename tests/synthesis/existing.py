"""Settings of an environment in what others made."""

from pathlib import Path

import tomli_w

from strata.settings import load


def write_existing(folder: Path) -> str:
    """The path of the settings of `prod` in a network, and with a topic, that others made."""
    data = load("prod").model_dump(by_alias=True, exclude_none=True)
    data["environment"]["name"] = "existing"
    data["network"] = {
        "availability_zones": data["network"]["availability_zones"],
        "existing": "vpc-0a1b2c3d4e5f60718",
        "public": {"ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]},
        "private": {"tags": {"Tier": "private"}},
    }
    data["alarms"] = {"topic": "arn:aws:sns:eu-central-1:333333333333:oncall"}
    file = folder / "existing.toml"
    file.write_text(tomli_w.dumps(data))
    return str(file)
