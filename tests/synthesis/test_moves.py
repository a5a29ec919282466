"""What modules/moves.toml may say, and the past that it gives resources."""

from pathlib import Path
from typing import Any

import pytest

from strata.documents.layers import LAYERS
from strata.documents.stacks import Stack, stack
from strata.errors import UsageError
from strata.synthesis.moved_blocks import NAME, composed_text, layer_text, read_layers, write
from strata.synthesis.moves import FILE, History, Place, histories, read
from tests.raised import raised

Json = dict[str, Any]


def declare(folder: Path, *moves: tuple[str, str]) -> Path:
    file = folder / "moves.toml"
    entries = [
        f'[[move]]\nfrom = "{old}"\nto = "{new}"\nsince = 2026-11-24\nreason = "Because of a test."'
        for old, new in moves
    ]
    file.write_text("\n".join(entries))
    return file


def built(*paths: str) -> dict[str, Stack]:
    """Layers that hold one bucket for each construct path."""
    layers: dict[str, Json] = {layer: {} for layer in LAYERS}
    for path in paths:
        layer = path.partition("/")[0]
        body = {"//": {"metadata": {"path": f"dev-{layer}/{path}"}}}
        layers[layer][path.replace("/", "_")] = body
    return {
        layer: stack({"resource": {"aws_s3_bucket": named} if named else {}})
        for layer, named in layers.items()
    }


def past(folder: Path, layers: dict[str, Stack], *moves: tuple[str, str]) -> list[History]:
    return histories(layers, read(declare(folder, *moves)))


def at(layer: str, name: str) -> Place:
    return Place(layer, f"aws_s3_bucket.{name}")


def test_what_is_below_a_construct_moves_along_and_what_is_beside_it_stays(tmp_path: Path) -> None:
    layers = built("edge/logs/bucket", "edge/logs", "edge/logs_of_old")
    assert past(tmp_path, layers, ("edge/access", "edge/logs")) == [
        History(at("edge", "edge_logs_bucket"), (at("edge", "edge_access_bucket"),)),
        History(at("edge", "edge_logs"), (at("edge", "edge_access"),)),
    ]


def test_a_chain_of_moves_is_followed_to_its_beginning(tmp_path: Path) -> None:
    moves = (("service/a", "service/b"), ("service/b", "cluster/b"), ("cluster/b", "cluster/c"))
    (one,) = past(tmp_path, built("cluster/c"), *moves)
    assert one.now == at("cluster", "cluster_c")
    assert one.before == (
        at("cluster", "cluster_b"), at("service", "service_b"), at("service", "service_a"),
    )  # fmt: skip
    assert layer_text("cluster", [one]).count("\nmoved {") == 1
    assert layer_text("service", [one]).count("removed {") == 2
    assert "\nmoved {" not in layer_text("service", [one])
    assert layer_text("edge", [one]) == ""
    assert composed_text([one]).count("\nmoved {") == 3


def test_a_construct_may_be_wrapped_in_another(tmp_path: Path) -> None:
    (one,) = past(tmp_path, built("cache/group/inner"), ("cache/group", "cache/group/inner"))
    assert one.before == (at("cache", "cache_group"),)


def test_a_move_away_and_back_finds_both(tmp_path: Path) -> None:
    moves = (("edge/a", "cluster/b"), ("cluster/b", "edge/c"))
    (one,) = past(tmp_path, built("edge/c"), *moves)
    text = layer_text("edge", [one])
    assert "from = aws_s3_bucket.edge_a\n  to   = aws_s3_bucket.edge_c" in text
    assert "from = aws_s3_bucket.cluster_b" in layer_text("cluster", [one])


def test_what_is_still_built_has_not_moved(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"toml:2: move\[0\](.|\n)*edge/a is still built"):
        past(tmp_path, built("edge/a", "edge/b"), ("edge/a", "edge/b"))


def test_a_move_of_what_an_environment_does_not_build_is_nothing(tmp_path: Path) -> None:
    assert past(tmp_path, built("edge/a"), ("edge/old", "edge/new")) == []


WHOLE = {"from": '"edge/a"', "to": '"edge/b"', "since": "2026-11-24", "reason": '"long enough"'}


def entry(**changes: str | None) -> str:
    pairs = {**WHOLE, **changes}
    return "\n".join(["[[move]]", *(f"{k} = {v}" for k, v in pairs.items() if v is not None)])


NO_DECLARATIONS: list[tuple[str, str, str, str]] = [
    ("[[move]\n", "moves.toml:1", "is not TOML", "key = value"),
    ("\n[moves]\n", "moves.toml:2: moves", "is no table of this file", "[[move]], and"),
    ("move = 5\n", "moves.toml:1: move = 5", "should be a list of tables", "in two brackets"),
    ('move = ["a/b"]\n', 'move = ["a/b"]', "should be a list of tables", "in two brackets"),
    ('[move]\nfrom = "a/b"\n', "toml:1: move", "should be a list of tables", "two brackets"),
    (entry(to=None), "moves.toml:1: move[0].to", "is missing", 'such as "database/mysql"'),
    (entry(reason='"brief"'), 'toml:5: move[0].reason = "brief"', "is too short", "least 10"),
    (entry(reason='""'), "toml:5: move[0].reason", "is empty", "at least 10 characters"),
    (
        "\n".join([entry(), "", entry(**{"from": '"a"'})]),
        'moves.toml:8: move[1].from = "a"', "does not have that form", '"database/instance"',
    ),
    (entry(since='"soon"'), 'toml:4: move[0].since = "soon"', "should be a date", "2026-11-24"),
    (entry(to="5"), "toml:3: move[0].to = 5", "should be a string", '"database/mysql"'),
    (entry(form='"a/b"'), "toml:6: move[0].form", "is not a key of [[move]]", "perhaps from"),
    (entry(old='"a/b"'), "toml:6: move[0].old", "is not a key", "one of from, to, since"),
    (entry(to='"edge/a"'), 'toml:3: move[0].to = "edge/a"', "has not moved", "another path"),
]  # fmt: skip


def test_what_is_no_declaration_is_refused_with_its_place(tmp_path: Path) -> None:
    for text, place, wrong, right in NO_DECLARATIONS:
        file = tmp_path / "moves.toml"
        file.write_text(text)
        error = raised(UsageError, read, file)
        assert error, text
        head, where, what, how = (
            " ".join(error.message.split())
            .replace(" wrong: ", "\n")
            .replace(" right: ", "\n")
            .replace(f" {file}:", f"\n{file}:", 1)
            .splitlines()
        )
        assert head == f"1 problem in {file}", text
        assert place in where, text
        assert wrong in what, text
        assert right in how, text


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "moves.toml"
    file.write_text("\n".join([entry(to=None, since="5.5"), entry(reason="7")]))
    with pytest.raises(UsageError, match=r"^3 problems in ") as caught:
        read(file)
    lines = [line.split(": ")[1] for line in caught.value.message.splitlines() if "move[" in line]
    assert [line.partition(" = ")[0] for line in lines] == [
        "move[0].to", "move[0].since", "move[1].reason",
    ]  # fmt: skip


def test_one_construct_cannot_have_moved_twice_from_one_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"moves.toml:7: move\[1\].from = .*\n.*moved before"):
        read(declare(tmp_path, ("edge/a", "edge/b"), ("edge/a", "edge/c")))


def test_every_declared_move_leads_to_what_some_environment_builds(synthesized: Path) -> None:
    moves = read(FILE)
    paths = {
        resource.path
        for env in ("local", "dev", "staging", "prod")
        for one in read_layers(synthesized / "stacks", env).values()
        for resource in one.resources.values()
    }
    later = {move.old for move in moves}
    for move in moves:
        assert move.new in later or any(f"{path}/".startswith(f"{move.new}/") for path in paths)


def test_the_file_is_written_where_something_moved_and_taken_away_again(
    synthesized: Path, tmp_path: Path
) -> None:
    for file in synthesized.rglob("cdk.tf.json"):
        if "local" in str(file.parent.name):
            target = tmp_path / file.relative_to(synthesized)
            target.parent.mkdir(parents=True)
            target.write_text(file.read_text())
    moves = read(declare(tmp_path, ("database/old", "database/instance"),
                         ("service/repository", "registry/repository")))  # fmt: skip
    write(tmp_path, ["local"], moves)
    written = {str(file.parent.relative_to(tmp_path)) for file in tmp_path.rglob(NAME)}
    assert written == {
        "stacks/local-database", "stacks/local-service", "composed/local",
    }  # fmt: skip
    removed = (tmp_path / "stacks" / "local-service" / NAME).read_text()
    assert "removed {\n  from = aws_ecr_repository.service_repository\n" in removed
    assert "destroy = false" in removed
    write(tmp_path, ["local"], ())
    assert list(tmp_path.rglob(NAME)) == []


def test_without_moves_synthesis_writes_nothing_more(synthesized: Path) -> None:
    assert read() or list(synthesized.rglob(NAME)) == []
