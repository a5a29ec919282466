#!/usr/bin/env bash
# typer 0.29.2, 2026-11-28.
# A reader that goes away, as `head` does, is no error worth words, so typer ends with exit code 1 and
# says nothing on a broken pipe. It asks nobody which pipe: one to a child process that has died counts too.
# A helper that crashes while the command writes to it leaves no traceback, no message, and the code of any
# other failure; a handler around the call of the app never sees the exception.
# Seen: SystemExit with code 1 and not a word, for a child that had ended.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check typer==0.29.2
"$folder/venv/bin/python" - <<'END'
import contextlib
import io
import subprocess
import sys

import typer

app = typer.Typer(add_completion=False)


@app.command()
def work() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdin=subprocess.PIPE)
    child.wait()
    child.stdin.write(b"work to do" * 10_000)
    child.stdin.flush()


said = io.StringIO()
ended: object = None
sys.unraisablehook = lambda _: None
with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
    try:
        app(args=[])
    except BaseException as error:
        ended = error
print(type(ended).__name__, getattr(ended, "code", None), repr(said.getvalue()))
assert isinstance(ended, SystemExit) and ended.code == 1
assert said.getvalue() == ""
END
