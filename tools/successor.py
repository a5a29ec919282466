"""Ports a copy of this project to CDK Terrain, CDKTF's successor, and holds what both synthesize.

Run by `make successor`, outside CI: it installs the packages of `tools/successor.lock`. The port is
mechanical: the names of the library and its bindings, which stand in `modules/` alone, and the
context that lets write-only arguments pass. Prints each value of the JSON that differs and exits
with 1 unless it is one of the three that must: the library's version, the provider's source and
its version.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "tools" / "successor.lock"
NAMES = (
    (r"\bcdktf_cdktf_provider_aws\b", "cdktn_provider_aws"),
    (r"\bfrom cdktf import\b", "from cdktn import"),
    (r'"cdktf\._jsii"', '"cdktn._jsii"'),
    (r"\bfrom cdktf\._jsii import\b", "from cdktn._jsii import"),
)
CONTEXT = {"targetVersions": {"terraform": ">=1.11.0"}}
"""cdktn 0.24 takes write-only arguments only where it is told that Terraform knows them."""

EXPECTED = (
    re.compile(r"^//\.metadata\.version$"),
    re.compile(r"^terraform\.required_providers\.aws\.(source|version)$"),
)


def main() -> int:
    """Port, synthesize both, compare."""
    with tempfile.TemporaryDirectory() as folder:
        copy, python = Path(folder, "project"), Path(folder, "venv", "bin", "python")
        changed = port(copy)
        print(f"ported: {sum(changed.values())} lines in {len(changed)} files")
        install(python)
        ours = synthesize(ROOT, Path(sys.executable), Path(folder, "ours"))
        theirs = synthesize(copy, python, Path(folder, "theirs"))
        return report(ours, theirs)


def port(copy: Path) -> dict[str, int]:
    """Copy what git knows, with the names replaced; gives the changed lines by file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    changed = {}
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        if name == "main.py" or (name.startswith("modules/") and name.endswith(".py")):
            text = source.read_text(encoding="utf-8")
            new = text
            for old, word in NAMES:
                new = re.sub(old, word, new)
            if new != text:
                target.write_text(new, encoding="utf-8")
                pairs = zip(text.splitlines(), new.splitlines(), strict=True)
                changed[name] = sum(before != after for before, after in pairs)
    return changed


def install(python: Path) -> None:
    """An environment of the successor's packages, with all others taken from this one."""
    subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)


def synthesize(project: Path, python: Path, out: Path) -> dict[str, Any]:
    """Stack -> its parsed JSON, as `main.py` of a project writes it."""
    ours = [path for path in sys.path if path.endswith("site-packages")]
    # The successor's own come first: they lie in the environment of `python`.
    start = (
        "import runpy, site, sys; "
        f"sys.path.extend({ours!r}); "
        f"sys.path.insert(0, {str(project)!r}); "
        f"runpy.run_path({str(project / 'main.py')!r}, run_name='__main__')"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "CDKTF_OUTDIR": str(out),
        "CDKTF_CONTEXT_JSON": json.dumps(CONTEXT),
        "XDG_CACHE_HOME": str(out.with_suffix(".cache")),
    }
    subprocess.run([str(python), "-P", "-c", start], cwd=project, env=environment, check=True)
    stacks = sorted(out.glob("stacks/*/cdk.tf.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in stacks}


def report(ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """Print what differs; 1 when anything does that need not."""
    found: Counter[str] = Counter()
    resources = 0
    for name in {**ours, **theirs}:
        mine, other = ours.get(name), theirs.get(name)
        if mine is None or other is None:
            print(f"{name}: only one of them writes it")
            return 1
        found.update(differences(mine, other))
        resources += sum(map(len, mine.get("resource", {}).values()))
    unexpected = {
        line: count
        for line, count in found.items()
        if not any(pattern.match(line.partition(": ")[0]) for pattern in EXPECTED)
    }
    print(f"{len(ours)} stacks, {resources} resources")
    for line, count in sorted(found.items()):
        print(f"{'! ' if line in unexpected else '  '}{line} ({count} times)")
    return 1 if unexpected or not ours else 0


def differences(mine: Any, other: Any, path: str = "") -> Iterator[str]:
    """`path: value, value` of each value that is not the same."""
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in {**mine, **other}:
            below = f"{path}.{key}" if path else key
            yield from differences(mine.get(key), other.get(key), below)
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for index, pair in enumerate(zip(mine, other, strict=True)):
            yield from differences(*pair, f"{path}[{index}]")
    elif mine != other:
        yield f"{path}: {json.dumps(mine)}, {json.dumps(other)}"


if __name__ == "__main__":
    sys.exit(main())
