"""Lines of keys in TOML, in every form that TOML gives them."""

from strata.settings.positions import line_of, positions

TEXT = """a = 1
"q.x" = 2
[t.u]
c.d = [1,
  {x = 1},
]
[[s]]
n = "x"
[[s]]
n = "y"
[s.sub]
z = 1
"""


def test_each_form_of_key_has_its_line() -> None:
    found = positions(TEXT)
    assert found[("a",)] == 1
    assert found[("q.x",)] == 2
    assert found[("t", "u")] == 3
    assert found[("t", "u", "c", "d", 0)] == 4
    assert found[("t", "u", "c", "d", 1, "x")] == 5
    assert found[("s", 0, "n")] == 8
    assert found[("s", 1, "n")] == 10
    assert found[("s", 1, "sub", "z")] == 12


def test_a_missing_key_has_the_line_of_its_table() -> None:
    found = positions(TEXT)
    assert line_of(found, ("t", "u", "missing")) == 3
    assert line_of(found, ("nowhere",)) == 1
