"""What is understood of Terraform's machine-readable output. Lines are Terraform 1.11's own."""

from strata.terraform.events import Activity, Event, error_text, event, refused

ERROR = event(
    '{"@level":"error","@message":"Error: creating ElastiCache Subnet Group (x)",'
    '"type":"diagnostic","diagnostic":{"severity":"error",'
    '"summary":"creating ElastiCache Subnet Group (x): AlreadyExists",'
    '"detail":"\\nMore of it.","address":"aws_elasticache_subnet_group.cache_subnet_group"}}'
)
WARNING = event(
    '{"@level":"warn","@message":"Warning: old","type":"diagnostic",'
    '"diagnostic":{"severity":"warning","summary":"old","detail":""}}'
)


def hook(kind: str, address: str, action: str = "create") -> dict[str, object]:
    return {"type": kind, "hook": {"resource": {"addr": address}, "action": action}}


def test_a_plan_that_is_refused_is_not_begun_and_one_that_is_interrupted_is() -> None:
    def said(severity: str, summary: str) -> Event:
        return {"type": "diagnostic", "diagnostic": {"severity": severity, "summary": summary}}

    start = {"type": "apply_start", "hook": {"action": "create"}}
    assert refused([said("error", "Saved plan is stale")])
    assert refused([said("error", "Error acquiring the state lock")])
    assert not refused([start, said("error", "execution halted")])
    assert not refused([])


def test_errors_are_told_in_the_providers_words_without_warnings() -> None:
    assert error_text([WARNING, ERROR, ERROR]) == (
        "Error: creating ElastiCache Subnet Group (x): AlreadyExists\n"
        "  with aws_elasticache_subnet_group.cache_subnet_group\n\nMore of it."
    )


def test_without_an_error_the_last_words_are_told() -> None:
    lines = ['{"@message":"Terraform 1.11.4","type":"version"}', "panic: runtime error\n"]
    assert error_text([event(line) for line in lines]) == "Terraform 1.11.4\npanic: runtime error"


def test_what_takes_longest_is_shown_with_its_time_and_how_many_are_done() -> None:
    activity = Activity()
    activity.hear({"type": "command", "@message": "terraform plan -json"}, 0)
    assert activity.phase == "planning"
    counts = {"operation": "plan", "add": 3, "change": 1, "remove": 0}
    activity.hear({"type": "change_summary", "changes": counts}, 1)
    activity.hear({"type": "command", "@message": "terraform apply -json x"}, 2)
    activity.hear(hook("apply_start", "aws_vpc.a"), 2)
    activity.hear(hook("apply_start", "aws_lb.b"), 3)
    assert activity.now(10) == "0/4  aws_vpc.a 8 s"
    activity.hear(hook("apply_complete", "aws_vpc.a"), 10)
    assert activity.now(63) == "1/4  aws_lb.b 60 s"
    activity.hear(hook("apply_complete", "aws_lb.b"), 63)
    assert activity.longest == ("aws_lb.b", 60)


def test_reading_data_is_no_change_that_was_made() -> None:
    activity = Activity()
    activity.hear({"type": "command", "@message": "terraform apply -json x"}, 0)
    activity.hear(hook("apply_start", "data.x.y", "read"), 0)
    activity.hear(hook("apply_complete", "data.x.y", "read"), 4)
    assert (activity.done, activity.longest) == (0, None)
