"""Whatever lies in a file, it is read or refused in words; what we write is there as a whole."""

import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strata.machine.files import DEEPEST, Unreadable, bytes_of, json_of, text_of, toml, write_whole
from tests.raised import raised


def fault(read: Callable[..., object], *given: object) -> tuple[str, int]:
    """What is said of what cannot be read, and its line; nothing, and line 0, of what can be."""
    error = raised(Unreadable, read, *given)
    return (error.why, error.line) if error else ("", 0)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "bytes").write_bytes(b"a\nb = '\xff'")
    for path, why in (
        (tmp_path, "Is a directory"),
        (tmp_path / "pipe", "is no regular file"),
        (Path("/dev/zero"), "is no regular file"),
        (tmp_path / "nothing", "No such file or directory"),
        (tmp_path / "bytes" / "below", "Not a directory"),
        (tmp_path / "circle", "Too many levels of symbolic links"),
        (tmp_path / ("n" * 300), "File name too long"),
        (Path("a\0b"), "is no path"),
    ):
        assert fault(bytes_of, path) == (why, 0)
    assert fault(text_of, tmp_path / "bytes") == ("is not UTF-8", 2)


def test_a_file_is_replaced_under_a_reader_and_stays_on_a_full_disk(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk, which only root can make."""
    file = tmp_path / "state"
    write_whole(file, "first\n")
    with file.open("rb", buffering=0) as reader:
        begun = reader.read(2)
        write_whole(file, b"second\n", 0o700)
        assert begun + reader.read() == b"first\n"
    assert file.stat().st_mode & 0o777 == 0o700
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))
    try:
        with pytest.raises(OSError) as error:
            write_whole(file, "third\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (error.value.errno, error.value.filename) == (errno.EFBIG, str(file))
    assert file.read_text() == "second\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_named_as_it_would_be_called(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for file in (tmp_path / "nowhere" / "file", tmp_path / "folder"):
        with pytest.raises(OSError) as error:
            write_whole(file, "first\n")
        assert (error.value.filename, error.value.filename2) == (str(file), None)


def test_two_that_write_a_file_at_once_do_not_mix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, chmod = tmp_path / "terraform", Path.chmod

    def meanwhile(part: Path, mode: int) -> None:
        monkeypatch.setattr(Path, "chmod", chmod)
        write_whole(file, "of the other one\n", 0o755)
        assert file.read_text() == "of the other one\n"
        part.chmod(mode)

    monkeypatch.setattr(Path, "chmod", meanwhile)
    write_whole(file, "own\n", 0o755)
    assert file.read_text() == "own\n"
    assert list(tmp_path.iterdir()) == [file]


DEEP = 20_000
TOO_DEEP = [
    ("a = " + "[" * DEEP + "]" * DEEP, 1),
    ("a = 1\nb = " + "[" * 200 + "]" * 200, 2),
    ("a = 1\n\nb = " + "{c = " * 200 + "1" + "}" * 200, 3),
    ("a = 1\n" + ".".join("k" * 300) + " = 1", 2),
    ("[" + ".".join("k" * DEEP) + "]\na = 1", 1),
    ("a = " + "[\n" * 200 + "]\n" * 200, DEEPEST + 1),
]


def test_toml_that_is_nested_too_deep_names_the_line() -> None:
    for text, line in TOO_DEEP:
        assert fault(toml, text) == (f"is nested more than {DEEPEST} levels deep", line), text[:20]


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "1_0" * 3000, "0x" + "f" * 5000])
def test_a_number_of_thousands_of_digits_names_the_line(number: str) -> None:
    text = f'a = "{"9" * 6000}" # {"9" * 6000}\nb = 1\nc = {number}\n'
    assert fault(toml, text) == ("holds a number of thousands of digits", 3)


def test_a_number_that_is_merely_large_is_left_to_who_asked_for_it() -> None:
    assert toml(f"a = {10**30}") == {"a": 10**30}


NO_JSON = [
    (b"[" * DEEP, "is nested more than 100 levels deep"),
    (b'{"a":' * 200 + b"1" + b"}" * 200, "is nested more than 100 levels deep"),
    (b"9" * 5000, "holds a number of thousands of digits"),
    (b'"\xff"', "is not UTF-8"),
    (b"", "is not JSON: "),
    (b'{"a": 1', "is not JSON: "),
    (b"\x00", "is not JSON: "),
]


def test_json_that_cannot_be_read_says_why() -> None:
    for content, why in NO_JSON:
        assert fault(json_of, content)[0].startswith(why), content[:20]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (json_of, lambda one: toml(one.decode("utf-8", "replace"))):
        try:
            read(content)
        except Unreadable as error:
            assert error.why
