"""The tag of an image: by its commit, or as it is given."""

from pathlib import Path

import pytest

from strata.errors import UsageError
from strata.images.tags import check, from_commit
from strata.settings.models import Registry
from tests.git import git
from tests.raised import raised


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one commit, of a service in a folder of its own."""
    git(tmp_path, "init", "-q")
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "main").write_text("1")
    (tmp_path / "other").write_text("1")
    (tmp_path / ".gitignore").write_text("*.log\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_it_is_the_commit(repository: Path) -> None:
    found = from_commit(repository / "api")
    assert found.tag == git(repository, "rev-parse", "HEAD")[:12]
    assert found.changed == ()


@pytest.mark.parametrize("name", ["main", "a new one", "ümlaut"])
def test_what_differs_from_the_commit_is_named(name: str, repository: Path) -> None:
    (repository / "api" / name).write_text("2")
    found = from_commit(repository / "api")
    assert found.tag.endswith("-dirty")
    assert [Path(path).name for path in found.changed] == [name]


def test_what_cannot_be_in_the_image_does_not_count(repository: Path) -> None:
    (repository / "other").write_text("2")
    (repository / "api" / "debug.log").write_text("ignored")
    assert from_commit(repository / "api").changed == ()


def test_without_a_commit_a_tag_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no git commit names the tag") as error:
        from_commit(tmp_path)
    assert error.value.hint == "name the tag with --tag"
    git(tmp_path, "init", "-q")
    with pytest.raises(UsageError, match="no git commit names the tag"):
        from_commit(tmp_path)


def test_without_git_a_tag_is_asked_for(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(UsageError, match="there is no git"):
        from_commit(repository)


@pytest.mark.parametrize("tag", ["1.0.0", "a" * 128, "_x-Y.9"])
def test_a_tag_that_ecr_takes(tag: str) -> None:
    check(tag, Registry())


NO_TAGS = ["", ".1", "-1", "a/b", "a:b", "ä", "a" * 129, "a b", "1\n"]


def test_a_tag_that_is_none() -> None:
    for tag in NO_TAGS:
        error = raised(UsageError, check, tag, Registry())
        assert error and "is no image tag" in error.message, repr(tag)


def test_latest_is_for_tags_that_move() -> None:
    with pytest.raises(UsageError, match="latest moves with every push"):
        check("latest", Registry(immutable_tags=True))
    check("latest", Registry(immutable_tags=False))
