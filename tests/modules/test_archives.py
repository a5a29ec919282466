"""What makes archives is loaded when it is called, and nothing else is loaded otherwise."""

import subprocess
from pathlib import Path

from modules import direct_node

PROGRAM = """
const said = [];
globalThis.said = said;
const { join } = require("path");
const archiver = require("archiver");
const other = require("other");
said.push(`loaded with ${typeof archiver}, ${other}, ${join("a", "b")}`);
said.push(archiver("zip", { level: 9 }));
require("fs").writeSync(3, `${said.join("\\n")}\\n`);
process.exit(0);
"""
ARCHIVER = """
said.push("archiver is there");
module.exports = (kind, settings) => `${kind} ${settings.level}`;
"""


def test_it_is_loaded_when_it_is_called_first(tmp_path: Path) -> None:
    files = {
        "bin/direct_node.js": direct_node.LAUNCHER.read_text(),
        "lib/program.js": PROGRAM,
        "lib/node_modules/archiver/index.js": ARCHIVER,
        "lib/node_modules/other/index.js": 'module.exports = "the other";',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    answer = subprocess.run(
        ["node", tmp_path / "bin" / "direct_node.js"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.splitlines() == [
        "loaded with function, the other, a/b",
        "archiver is there",
        "zip 9",
    ]
