"""The characters of generated texts."""

from hypothesis import strategies as st

ENCODED = st.characters(exclude_categories=["Cs"])
"""All that UTF-8 can say: everything but surrogates. hypothesis means the same where no alphabet is
given, but finds it by encoding each of a million, 1.3 s in every process of a new clone."""
