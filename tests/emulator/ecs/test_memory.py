"""The memory that an instance registers is what `strata check` plans with."""

from emulator.ecs.memory import registered
from strata.settings import capacity, figures, load

KINDS = ["t2.micro", "t3.micro", "t3.small", "m5.large", "r6i.4xlarge"]


def test_the_emulator_and_the_check_agree() -> None:
    for kind in KINDS:
        fit = capacity.fit(kind, capacity.task(load("local").service))
        assert fit is not None, kind
        left = registered(figures.instance_types()[kind].memory_mib) - fit.agent_mib
        assert left == fit.left_mib, kind


READ = [(1024, 916), (1024, 993), (2048, 2001), (4096, 3952), (8192, 7985)]


def test_it_is_at_most_what_people_read() -> None:
    for mib, read in READ:
        assert registered(mib) <= read, (mib, read)
