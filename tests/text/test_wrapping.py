"""What a terminal shows is 80 columns wide, and what is copied out of it is in one piece."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from strata.text.wrapping import WIDTH, by_commas, command, indented, unbroken, wrapped

ADDRESSES = (
    "https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-3",
    '"https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html",',
    "s3://shop-local-terraform-state-with-a-long-name/with-a-long-environment/with-a-layer.tfstate",
    "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop-local/50dc6c495c0c",
    '"arn:aws-cn:iam::123456789012:role/service-role/with-a-long-name-that-goes-on-for-a-while-yet",',
    "aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_from_everywhere_443_to_there",
    'module.shop["a"].aws_vpc_security_group_ingress_rule.network_load_balancer_ingress["443-tcp"],',
    "data.aws_iam_policy_document.service_execution_role_policy_with_a_name_that_goes_on_for_long",
    "auto_scaling_group_provider[0].managed_scaling[0].maximum_scaling_step_size_of_one_step[12].value:",
    "envs/of-the-shop/with-a-long-name/of-a-folder/and-another/one-below-that/production.toml:12:",
    "/srv/a-folder/with-a-long-name/of-a-folder/and-another/one-below-that/production/report.html",
    "service/execution_role/policy_for_secrets/with_a_name/that_goes_on/for_longer_than/it_should,",
    "someone.with-a-long-name@a-subdomain.of-a-department.of-a-company.with-a-long-name.example.com",
)


INDENTS = (("", ""), ("    ", "      "), ("  more    ", " " * 10))
AROUND = ("{}", "a word {}", "{} a word", f"{'word ' * 13}{{}} word")


def test_no_address_is_broken_in_two() -> None:
    for address, (first, rest), around in itertools.product(ADDRESSES, INDENTS, AROUND):
        assert len(address) > WIDTH, address
        text = around.format(address)
        lines = wrapped(text, first, rest)
        case = f"{first}{text}: {lines}"
        assert sum(address in line for line in lines) == 1, case
        assert all(len(line) <= WIDTH or line.strip() == address for line in lines), case
        assert " ".join(" ".join(lines).split()) == " ".join(f"{first}{text}".split()), case


def test_an_address_that_fits_on_a_line_is_indented_as_far_as_it_can_be() -> None:
    address = "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-1"[
        :78
    ]
    assert wrapped(address, "  more    ", " " * 10) == ["  more", f"  {address}"]
    assert wrapped("https://a.example/", "  more    ") == ["  more    https://a.example/"]


WORDS = [
    f"{ADDRESSES[0]}...",
    f"{ADDRESSES[3]}…",
    "a" * 300,
    "=" * 300,
    '{"a":' + "b" * 300,
    "-" * 300,
]


def test_any_other_word_is_cut_to_the_width() -> None:
    for word in WORDS:
        for first, rest in (("", ""), ("    ", "      "), ("  right   ", " " * 10)):
            lines = wrapped(f"a {word} b", first, rest)
            assert max(map(len, lines)) <= WIDTH, word
            assert "".join("".join(lines).split()) == "".join(f"{first}a{word}b".split()), word


@given(st.lists(st.text("ab-:", min_size=1, max_size=100), max_size=20), st.integers(0, 20))
def test_no_letter_is_lost_and_no_line_is_too_long(words: list[str], indent: int) -> None:
    lines = wrapped(" ".join(words), " " * indent, " " * (indent + 2))
    assert "".join("".join(lines).split()) == "".join(words)
    assert all(len(line) <= WIDTH for line in lines)


def test_lines_of_an_item_hang_below_their_first() -> None:
    first, *others = indented("word " * 40, 4)
    assert first.startswith("    word") and others
    assert all(line.startswith("      word") for line in others)


def test_a_word_that_is_too_long_stays_whole_where_nothing_may_be_broken() -> None:
    word = "x" * (WIDTH + 20)
    assert unbroken(f"a {word} b", rest="  ") == ["a", f"  {word}", "  b"]


def test_what_a_shell_takes_as_one_word_is_on_one_line() -> None:
    word = "'a folder/with blanks/in its name.toml'"
    for length in range(70):
        text = f"{'-' * length} strata cost {word} shows it; the user's is not of 'one"
        for lines in (unbroken(text, rest=" " * 8), indented(text, 4)):
            assert sum(word in line for line in lines) == 1
            assert max(map(len, lines)) <= WIDTH
            assert " ".join(" ".join(lines).split()) == text.strip()
    longer = f"'{'a b ' * WIDTH}'"
    assert max(map(len, unbroken(longer))) <= WIDTH


def test_a_command_is_continued_as_a_shell_takes_it() -> None:
    lines = command(f"aws ec2 {'--flag value ' * 9}--name 'two words'", 2)
    assert len(lines) > 1 and max(map(len, lines)) <= WIDTH
    assert all(line.endswith(" \\") for line in lines[:-1])
    assert any("'two words'" in line for line in lines)


def test_parts_are_parted_by_commas_and_none_is_broken() -> None:
    assert by_commas(["80", "443", "1024-65535"], 12, "tcp ") == ("tcp 80, 443,", "1024-65535")
    assert by_commas(["too long for a line"], 5) == ("too long for a line",)
