"""Names fit AWS's limits however long the user's are."""

from hypothesis import given
from hypothesis import strategies as st

from modules.naming import shorten

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=120)


@given(NAMES, st.integers(min_value=10, max_value=64))
def test_a_shortened_name_fits_and_stays_the_same(name: str, limit: int) -> None:
    assert len(shorten(name, limit)) <= limit
    assert shorten(name, limit) == shorten(name, limit)


@given(NAMES)
def test_a_name_that_fits_is_kept(name: str) -> None:
    assert shorten(name, 120) == name


def test_long_names_with_the_same_beginning_stay_apart() -> None:
    assert shorten("a" * 40 + "-web", 32) != shorten("a" * 40 + "-api", 32)
