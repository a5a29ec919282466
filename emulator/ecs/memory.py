"""The memory that an instance registers with its cluster."""

KERNEL_MIB = 64
KERNEL_SHARE = 0.05
"""What the kernel keeps before the agent sees any: on the safe side of what people read, and of the
8192 MiB that register as 7985 (ECS Developer Guide, "Reserving Amazon ECS Linux container instance
memory"). AWS publishes no formula. People read 916 MiB of a t3.micro (here 909), and 993 of a
t2.micro, 2001 of a t2.small and 3952 of a t2.medium (here 909, 1882 and 3827). The same figure as
`strata check` plans with."""


def registered(mib: int) -> int:
    """What an instance of so many MiB registers, before ECS_RESERVED_MEMORY is taken off."""
    return mib - KERNEL_MIB - round(mib * KERNEL_SHARE)
