"""The command lines of other processes on this machine."""

import subprocess
from pathlib import Path

PROC = Path("/proc")


def command_line(pid: int) -> str:
    """The command line of a process, its words separated by blanks; empty without a process."""
    if (PROC / "self").exists():
        try:
            return (PROC / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    return _ps("-p", str(pid))


def with_argument(argument: str) -> list[int]:
    """The processes that have exactly this argument."""
    if (PROC / "self").exists():
        pids = [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]
        lines = {pid: command_line(pid) for pid in pids}
    else:
        rows = (row.split(maxsplit=1) for row in _ps("-A", "-o", "pid=").splitlines())
        lines = {int(row[0]): row[1] for row in rows if len(row) == 2}
    return [pid for pid, line in lines.items() if f" {argument} " in f"{line} "]


def _ps(*arguments: str) -> str:
    return subprocess.run(
        ["ps", *arguments, "-o", "args="], capture_output=True, text=True, check=False
    ).stdout.strip()
