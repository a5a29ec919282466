"""What modules/moves.toml may say, and the past that it gives resources."""

from pathlib import Path
from typing import Any

import pytest

from strata.documents.layers import LAYERS
from strata.documents.stacks import Stack, stack
from strata.errors import UsageError
from strata.synthesis.moved_blocks import NAME, composed_text, layer_text, read_layers, write
from strata.synthesis.moves import FILE, History, Place, histories, read

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
    with pytest.raises(UsageError, match="edge/a is still built"):
        past(tmp_path, built("edge/a", "edge/b"), ("edge/a", "edge/b"))


def test_a_move_of_what_an_environment_does_not_build_is_nothing(tmp_path: Path) -> None:
    assert past(tmp_path, built("edge/a"), ("edge/old", "edge/new")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[move]\n", "not TOML"),
        ("[moves]\n", "moves is not known"),
        ("move = 5\n", "move is no list of tables"),
        ('move = ["a/b"]\n', "move is no list of tables"),
        ('[move]\nfrom = "a/b"\n', "move is no list of tables"),
        ('[[move]]\nfrom = "a/b"\n', "move 1: to: Field required"),
        ('[[move]]\nfrom="a/b"\nto="a/c"\nsince=2026-11-24\nreason="short"', "move 1: reason"),
        ('[[move]]\nfrom="a"\nto="a/c"\nsince=2026-11-24\nreason="long enough"', "move 1: from"),
        ('[[move]]\nfrom="a/b"\nto="a/b"\nsince=2026-11-24\nreason="long enough"', "has not moved"),
    ],
)
def test_what_is_no_declaration_is_refused(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "moves.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=words):
        read(file)


def test_one_construct_cannot_have_moved_twice_from_one_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="move 2: edge/a has moved before"):
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
