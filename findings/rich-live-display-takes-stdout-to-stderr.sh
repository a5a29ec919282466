#!/usr/bin/env bash
# rich 15.0.0, 2026-11-28.
# A progress display on stderr, so that stdout is free for the result: `Live(console=Console(stderr=True))`. While it
# is shown, what is printed to stdout goes to stderr as well, since redirecting is on by default and its target
# is the display's console, whichever that is. It happens only when stderr is a terminal, so `command | jq`
# in a shell gets nothing, while the same in a build job, or in a test that captures both, is right.
# Seen: stdout empty and the JSON on the terminal; right with stderr as a pipe, or redirect_stdout=False.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rich==15.0.0
"$folder/venv/bin/python" - <<'END'
import os
import pty
import subprocess
import sys

PROGRAM = """
import sys
from rich.console import Console
from rich.live import Live
with Live("working", console=Console(stderr=True), **eval(sys.argv[1])):
    print('{"answer": 42}')
"""
RESULT = b'{"answer": 42}\n'


def run(options, terminal):
    command = [sys.executable, "-c", PROGRAM, repr(options)]
    if not terminal:
        done = subprocess.run(command, capture_output=True, check=True)
        return done.stdout, done.stderr
    ours, theirs = pty.openpty()
    environment = dict(os.environ, TERM="xterm-256color")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True)
    os.close(theirs)
    return done.stdout, os.read(ours, 65536)


shown, words = run({}, terminal=True)
piped, _ = run({}, terminal=False)
kept, _ = run({"redirect_stdout": False}, terminal=True)
print("stdout beside a terminal:", shown, "- beside a pipe:", piped, "- without redirecting:", kept)
assert shown == b"" and b'{"answer": 42}' in words
assert piped == kept == RESULT
END
