#!/usr/bin/env bash
# gunicorn 27.0.1 (2026-11), Python 3.11, 2026-11-29.
# A web server that is told one address is expected to listen at one. gunicorn now opens a second door unless it is told not to, a Unix
# socket for its own command `gunicornc`, in the home of the user who runs it. Where that cannot be written, as in a task of ECS with a read-only
# root or a user without a home, it serves all the same and logs an ERROR at each start, so an alarm on such lines rings with every
# deployment. All servers of one user share the one name: the second takes it from the first without a word, and `gunicornc` speaks to the second;
# when that ends the socket is gone, and the first, which goes on, can be reached no more. `--no-control-socket` ends it all.
# Seen: 200 and "Control server error"; the workers of the second; no socket after the second ended, while the first runs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check gunicorn==27.0.1
cd "$folder"
cat > app.py <<'END_OF'
def app(environ, start):
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]
END_OF
mkdir home
"$folder/venv/bin/python" - <<'END_OF'
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

environment = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}


def wait(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise SystemExit("waited in vain")


def start(name, home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "app:app"]
    with open(name, "w") as log:
        server = subprocess.Popen(command, env={**environment, "HOME": home}, stdout=log, stderr=log)
    wait(lambda: "Control s" in Path(name).read_text())
    return server, port


def end(server):
    server.terminate()
    server.wait()


def workers():
    command = [str(Path(sys.executable).with_name("gunicornc")), "-c", "show workers"]
    run = subprocess.run(command, env={**environment, "HOME": str(home)}, capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else None


def worker(name):
    return Path(name).read_text().split("Booting worker with pid: ")[1].split()[0]


homeless, port = start("homeless.log", "/dev/null")
status = urllib.request.urlopen(f"http://127.0.0.1:{port}").status
end(homeless)
errors = [line for line in Path("homeless.log").read_text().splitlines() if "[ERROR] Control server error" in line]

home = Path("home").resolve()
door = home / ".gunicorn" / "gunicorn.ctl"
first, _ = start("first.log", str(home))
second, _ = start("second.log", str(home))
wait(lambda: "Booting" in Path("second.log").read_text())
answer = workers() or ""
end(second)
left, after = door.exists(), workers()
running = first.poll() is None
end(first)
print(status, errors, worker("first.log") in answer, worker("second.log") in answer, left, after, running, sep="\n")
assert status == 200 and len(errors) == 1
assert worker("second.log") in answer and worker("first.log") not in answer
assert running and not left and after is None
END_OF
