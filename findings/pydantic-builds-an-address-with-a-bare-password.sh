#!/usr/bin/env bash
# pydantic 2.14.4 (2026-11) with sqlalchemy 2.1.9 (Python) and mysql2 3.24.6 (npm) as readers, Python 3.11, Node 20, 2026-11-29.
# `MySQLDsn.build(password=...)` makes the address of a database of its parts, for a password that comes from Secrets Manager by itself, and is expected to
# quote it, as SQLAlchemy's URL.create does. It quotes an @ and a blank, and leaves what has a meaning in an address: of the password a%41b every reader makes
# aAb, and mysql2 takes a%b for a malformed address; with a #, a ? or a slash it is mostly an error about a port, in which the password is printed.
# Where figures stand before the #, there is no error: 12#b is a database on the host "shop", the user's name, with port 12 and no
# password. `.password` of the object is the quoted text, a%40b for a@b. RDS makes and takes such passwords, so it fails on some rotation.
# Seen: aAb in both readers, "URI malformed", "invalid port number", and host shop with port 12; URL.create brings all of them back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.4 sqlalchemy==2.1.9
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund mysql2@3.24.6
cat > read.cjs <<'END_OF'
const mysql = require("mysql2");
console.log(JSON.stringify(JSON.parse(process.argv[2]).map((address) => {
  try { return mysql.createPool(address).config.connectionConfig.password; } catch (error) { return error.message; }
})));
END_OF
venv/bin/python - <<'END_OF'
import json
import subprocess

from pydantic import MySQLDsn, ValidationError
from sqlalchemy.engine import URL, make_url


def build(password):
    return MySQLDsn.build(scheme="mysql", username="shop", password=password, host="db.internal", path="shop")


def mysql2(*addresses):
    return json.loads(subprocess.check_output(["node", "read.cjs", json.dumps([str(address) for address in addresses])]))


passwords = ["a%41b", "a%b", "a@b", "a#b", "12#b"]
quoted = [
    URL.create("mysql", "shop", word, "db.internal", 3306, "shop").render_as_string(hide_password=False) for word in passwords
]
read = mysql2(*quoted)
node = mysql2(build("a%41b"), build("a%b"), build("a@b"))
python = make_url(str(build("a%41b"))).password
try:
    build("a#b")
    said = ""
except ValidationError as error:
    said = str(error)
moved = build("12#b")
print(read, node, python, said.splitlines()[1], moved.host, moved.port, moved.password, build("a@b").password)
assert read == passwords
assert node == ["aAb", "URI malformed", "a@b"] and python == "aAb"
assert "invalid port number" in said and "a#b" in said
assert (moved.host, moved.port, moved.password) == ("shop", 12, None)
assert build("a@b").password == "a%40b"
END_OF
