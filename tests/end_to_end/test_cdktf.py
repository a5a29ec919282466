"""The same system for someone who never runs our command: `cdktf deploy` and `cdktf destroy`.

Both find a provider that runs; `cdktf diff` installs one by the lock file and has it started.
"""

import os
import subprocess
from pathlib import Path

import pytest

from strata.apply.redis_auth import set_redis_auth
from strata.documents.layers import LAYERS
from strata.settings import load
from strata.terraform.plugins import terraform_environment
from strata.terraform.schemas import REATTACH
from tests import ROOT
from tests.end_to_end.conftest import Client
from tests.end_to_end.provider import attached
from tests.end_to_end.test_local import left

pytestmark = pytest.mark.emulator


def cdktf(out: Path, *arguments: str) -> str:
    assert (REATTACH in os.environ) == (arguments[0] != "diff")
    answer = subprocess.run(
        [ROOT / "node_modules" / ".bin" / "cdktf", *arguments, "--output", out],
        cwd=ROOT,
        env={**os.environ, **terraform_environment(), "CI": "true", "FORCE_COLOR": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-4000:]
    return answer.stdout


def test_cdktf_deploys_every_layer_and_destroys_it(aws: Client, folder: Path) -> None:
    out = folder / "cdktf.out"
    with attached(folder):
        cdktf(out, "deploy", "local-*", "--auto-approve")
    stacks = {path.name for path in (out / "stacks").iterdir()}
    assert stacks == {
        f"{env}-{layer}" for env in ("dev", "local", "prod", "staging") for layer in LAYERS
    }
    services = aws("ecs").list_services(cluster="shop-local")["serviceArns"]
    assert len(services) == 1
    cache = aws("elasticache").describe_replication_groups()["ReplicationGroups"][0]
    assert cache["AuthTokenEnabled"] is False, "which is why `strata redis-auth` is there"
    secret = aws("secretsmanager").list_secrets()["SecretList"]
    token = next(s["ARN"] for s in secret if "redis-auth" in s["Name"])
    environment = load("local").environment
    assert set_redis_auth(environment, cache["ReplicationGroupId"], token) is True
    assert set_redis_auth(environment, cache["ReplicationGroupId"], token) is False
    assert "No changes" in cdktf(out, "diff", "local-cache")
    with attached(folder):
        cdktf(out, "destroy", "local-*", "--auto-approve")
    assert left(aws) == {"buckets": [load("local").environment.state_bucket]}
