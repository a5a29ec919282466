"""The memory that an instance registers with its cluster."""

KERNEL_MIB = 64
KERNEL_SHARE = 0.05
"""What the kernel keeps before the agent sees any: on the safe side of what people read, and of the
8192 MiB that register as 7985 (ECS Developer Guide, "Reserving Amazon ECS Linux container instance
memory"). AWS publishes no formula. The same figure as `strata check` plans with."""


def registered(mib: int) -> int:
    """What an instance of so many MiB registers, before ECS_RESERVED_MEMORY is taken off."""
    return mib - KERNEL_MIB - round(mib * KERNEL_SHARE)
