"""How many examples hypothesis draws: all, or in `make check` a third of them, by its profile."""

from hypothesis import settings

ALL = 100
"""What hypothesis draws where a test does not say how many."""

settings.register_profile("part", max_examples=ALL // 3)


def drawn(most: int) -> int:
    """The examples of a test that draws `most` where all are drawn."""
    return most * settings().max_examples // ALL
