"""How many examples hypothesis draws: all, or in `make check` a third of them, by its profile."""

from hypothesis import settings

settings.register_profile("all", max_examples=100)
settings.register_profile("part", max_examples=33)


def drawn(most: int) -> int:
    """The examples of a test that draws `most` where all are drawn."""
    return most * settings().max_examples // settings.get_profile("all").max_examples
