"""What AWS refuses of an apply that asked it nothing before, told in its words; the same apply goes
on once that is mended."""

from pathlib import Path

import pytest

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.commands.common import finish
from strata.errors import StrataError
from strata.local import emulator as emulation
from strata.settings import Settings, load
from tests.end_to_end.conftest import Client, work_on

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

HERE = {"network": (), "cluster": ("network",), "database": ("network",)}
"""The layers that are applied, and what each needs."""


def settings(**cluster: str) -> Settings:
    """Those of `local`, with something else in its cluster."""
    local = load("local")
    return local.model_copy(update={"cluster": local.cluster.model_copy(update=cluster)})


@pytest.fixture(scope="module")
def work(aws: Client, folder: Path) -> LayerWork:
    """`local` with a type that none of its zones has, on the free plan, which keeps no backups of
    seven days."""
    emulation.account(aws("sts").meta.endpoint_url, plan="free")
    return work_on(settings(instance_type="g4ad.xlarge"), folder / "refused")


def test_a_type_and_a_database_that_aws_refuses_stop_their_layers_alone(
    work: LayerWork, aws: Client
) -> None:
    outcome = waves.run(HERE, work.apply, waves.quiet)
    assert outcome.done == {"network": "applied"}
    with pytest.raises(StrataError) as error:
        finish(outcome, "strata apply local")
    cluster = outcome.failed["cluster"].message
    assert cluster.startswith("Error: creating Auto Scaling Group (shop-local")
    assert (
        "ValidationError: You must use a valid fully-formed launch template. The requested "
        "configuration is currently not supported." in " ".join(cluster.split())
    )
    database = outcome.failed["database"].message
    assert database.startswith("Error: creating RDS DB Instance (shop-local-database)")
    assert (
        "The specified backup retention period exceeds the maximum available to free tier "
        "customers." in " ".join(database.split())
    )
    for line in (f"cluster: {cluster}", f"database: {database}", "done: network (applied)"):
        assert line in error.value.message
    assert error.value.hint is not None
    assert error.value.hint.endswith("go on with strata apply local")
    assert aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert aws("rds").describe_db_instances()["DBInstances"] == []


def test_once_they_are_mended_the_same_layers_go_on(work: LayerWork, aws: Client) -> None:
    emulation.account(aws("sts").meta.endpoint_url, plan="paid")
    outcome = waves.run(HERE, work_on(settings(), work.stacks.parent).apply, waves.quiet)
    assert outcome.failed == {}
    assert outcome.done == {"network": "no change", "cluster": "applied", "database": "applied"}
