"""What may be written: the environments, the reference as it was, and the schema of both."""

import subprocess
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.settings import InvalidSettings, Settings, load, load_all
from strata.settings.load import judge
from strata.settings.models import Section
from strata.settings.rules import Finding, warnings
from strata.settings.schema import at, schema_text
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from tests import ROOT, WORK
from tests.characters import ENCODED
from tests.drawn import drawn
from tests.gate.command import Command

BASE = load("local").model_dump(exclude_none=True)
VALIDATED = 3
"""Of the generated settings, how many Terraform validates: each takes seconds."""


def test_the_four_environments_are_right() -> None:
    assert [s.environment.name for s in load_all()] == ["dev", "local", "prod", "staging"]


def test_the_reference_can_be_written_down_as_it_was(composed_reference: dict[str, Any]) -> None:
    stack = composed_reference
    redis = stack["resource"]["aws_elasticache_replication_group"]["cache_replication_group"]
    assert redis["at_rest_encryption_enabled"] == "false"
    assert redis["transit_encryption_enabled"] is False
    listener = stack["resource"]["aws_lb_listener"]["edge_http_listener"]
    assert [action["type"] for action in listener["default_action"]] == ["forward"]
    assert "ephemeral" not in stack


def test_the_schema_in_envs_is_true_and_named_by_every_environment() -> None:
    assert (ROOT / "envs" / "schema.json").read_text() == schema_text()
    for file in (ROOT / "envs").glob("*.toml"):
        assert file.read_text().startswith("#:schema ./schema.json\n")


def section_of(field: Any) -> type[Section] | None:
    """The section that a field is, or that it may be; None for a value."""
    for kind in get_args(field.annotation) or [field.annotation]:
        if isinstance(kind, type) and issubclass(kind, Section):
            return kind if get_origin(field.annotation) is not list else None
    return None


def sections(model: type[Section]) -> list[tuple[type[Section], str, Any]]:
    found = [(model, name, field) for name, field in model.model_fields.items()]
    for _, _, field in list(found):
        if nested := section_of(field):
            found += sections(nested)
    return found


def test_a_zone_without_a_subnet_and_a_small_subnet_are_told_and_taken() -> None:
    data = load("local").model_dump(exclude_none=True)
    zones = data["network"]["availability_zones"]

    def told(more: dict[str, Any]) -> list[Finding]:
        found, problems = judge({**data, "network": {**data["network"], **more}})
        assert found is not None and not problems
        return [one for one in warnings(found) if one.key[0] == "network"]

    further = ["eu-central-1d", "eu-central-1e"]
    first, second = told({"availability_zones": [*zones, *further]})
    assert (first.key, second.key) == (
        ("network", "availability_zones", 3), ("network", "availability_zones", 4)
    )  # fmt: skip
    assert "has no subnet" in first.wrong and "or no eu-central-1d" in first.right
    (tight,) = told({"public_subnets": ["10.0.0.0/27", "10.0.1.0/28", "10.0.2.0/24"]})
    assert tight.key == ("network", "public_subnets", 1)
    assert tight.wrong.startswith("has 16 addresses") and tight.right == "a /27 or larger"
    public = [*data["network"]["public_subnets"], "10.0.3.0/24"]
    assert told({"availability_zones": [*zones, further[0]], "public_subnets": public}) == []
    assert told({}) == []


def test_every_key_is_described() -> None:
    for model, name, field in sections(Settings):
        assert field.description or section_of(field), f"{model.__name__}.{name}"


KEYS = [
    (section, key)
    for section in BASE
    for key in at((section,)).get("properties", {})
    if (section, key) != ("environment", "emulated")
]

SHORT = st.text(ENCODED, max_size=5)
VALUES = st.one_of(
    st.integers(-1, 70000),
    st.sampled_from([0, 1, 2, 3, 20, 60, 128, 256, 512, 1024, 4096]),
    st.booleans(),
    st.text(ENCODED, max_size=12),
    st.sampled_from(
        ["none", "single", "per_az", "t3.large", "m6i.xlarge", "cache.m7g.large", "db.m6g.large",
         "10.0.0.0/16", "172.16.0.0/20", "7.0", "6.2", "8.0", "existing", "forward", "KMS",
         "/health", "api.local.shop.example", "us-east-1", "shop", "${aws_vpc.x.id}", "%{ if",
         'a"b\\'],
    ),
    st.lists(st.sampled_from(["10.0.0.0/24", "10.0.1.0/24", "10.0.64.0/20", "error"]), max_size=4),
    st.dictionaries(SHORT, SHORT, max_size=2),
    st.dictionaries(
        st.from_regex("[A-Z][A-Z_]{1,6}", fullmatch=True, alphabet=ENCODED),
        st.sampled_from(["shop/local/x", "debug", "${path.root}", "%{for"]),
        max_size=2,
    ),
)  # fmt: skip

GENERATED = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def validate(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Validates the JSON of a folder; one folder serves all, since init takes longest."""
    folder = tmp_path_factory.mktemp("validate")
    tool = Terraform(terraform(), terraform_environment(), WORK / "logs")
    count = 0

    def run(stack: Path) -> None:
        nonlocal count
        if count >= VALIDATED:
            return
        count += 1
        (folder / "cdk.tf.json").write_text(stack.read_text())
        subprocess.run(
            [tool.executable, "init", "-backend=false", "-input=false"],
            cwd=folder, check=True, capture_output=True,
            env={**terraform_environment(), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        )  # fmt: skip
        answer = subprocess.run(
            [tool.executable, "validate", "-no-color"],
            cwd=folder, check=False, capture_output=True, text=True,
            env={**terraform_environment(), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        )  # fmt: skip
        assert answer.returncode == 0, answer.stdout + answer.stderr

    return run


@settings(
    max_examples=drawn(150),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=GENERATED)
def test_settings_are_refused_by_key_or_become_valid_json(
    changes: list[tuple[tuple[str, str], Any]],
    tmp_path_factory: pytest.TempPathFactory,
    validate: Any,
) -> None:
    data = {name: dict(section) for name, section in BASE.items()}
    for (section, key), value in changes:
        data[section][key] = value
    found, problems = judge(data)
    if found is None or problems:
        assert problems
        for problem in problems:
            assert problem.key
            assert problem.wrong
            assert problem.right
        return
    out = tmp_path_factory.mktemp("generated")
    synthesize([found], out)
    validate(out / "composed" / found.environment.name / "cdk.tf.json")


@settings(max_examples=drawn(200), deadline=None, derandomize=True)
@given(text=st.text(alphabet=st.sampled_from("[]{}=\"#.\n ab1\\'-,:"), max_size=60))
def test_any_text_is_refused_and_never_a_traceback(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text)
    with pytest.raises(InvalidSettings) as caught:
        load(str(file))
    assert all(problem.wrong for problem in caught.value.problems)


def test_schema_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Command(monkeypatch, capsys)("schema")
    assert (answer.code, answer.out) == (0, schema_text())
