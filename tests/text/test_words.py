"""Numbers and lists in sentences."""

from strata.text.words import and_said, counted, listed, plain, shortened

COUNTS = [(0, "0 rules"), (1, "1 rule"), (2, "2 rules")]


def test_only_one_is_singular() -> None:
    for number, words in COUNTS:
        assert counted(number, "rule") == words, number


def test_a_list_ends_with_and() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a, 1", "b", "c"], "; ") == "a, 1; b and c"


def test_a_plain_number_has_all_of_its_digits_and_no_exponent() -> None:
    numbers = [250.0, 1_234_567.5, 1e12, 0.00001, 0, 0.1]
    assert [plain(one) for one in numbers] == [
        "250", "1234567.5", "1000000000000", "0.00001", "0", "0.1"
    ]  # fmt: skip


def test_what_is_too_long_ends_in_an_ellipsis_and_has_no_more_characters() -> None:
    assert shortened("abcd", 4) == "abcd"
    assert shortened("abcde", 4) == "abc…"


SAID = [
    ("", ""),
    (" \n\t\n", ""),
    ("\n it is\x07 not set\r\nset one of", ", but: it is not set"),
    ("a" * 300, f", but: {'a' * 199}…"),
]


def test_of_what_a_program_said_there_is_the_first_line() -> None:
    for text, end in SAID:
        assert and_said(text) == end, repr(text)
