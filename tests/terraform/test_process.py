"""What is taken from Terraform's log into a message."""

from strata.terraform.process import error_text

LOG = """Refreshing state...
╷
│ Warning: old argument
│
│ It is old.
╵
╷
│ Error: creating ElastiCache Subnet Group (x): AlreadyExists
│
│   with aws_elasticache_subnet_group.cache_subnet_group,
╵
"""


def test_errors_are_told_without_warnings_and_frames() -> None:
    text = error_text(LOG)
    assert text.startswith("Error: creating ElastiCache Subnet Group (x)")
    assert "old" not in text
    assert "│" not in text


def test_a_log_without_errors_gives_its_end() -> None:
    assert error_text("one\ntwo\n") == "one\ntwo"
