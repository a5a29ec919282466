#!/usr/bin/env bash
# ms 2.1.3 and parse-duration 2.1.9 (npm), beside pytimeparse2 1.7.1, humanfriendly 10.0 and durationpy 0.11 (PyPI), Python 3.11, Node 20, 2026-11-29.
# A duration in a variable, "1m30s" as Docker, Compose, Go and Kubernetes write it, is read by a library, and what cannot be read is expected to be an error. `ms`, on which most of npm's time-outs stand, knows one unit at a time: "1m30s" is
# undefined, and setTimeout with undefined is over at once. parse-duration reads it. "1:30" is a minute and a half to pytimeparse2, undefined to ms, and about one millisecond to parse-duration; "1,5h", with a decimal comma, is
# fifteen hours to that, and nothing to the others. "1M" is a minute to ms and humanfriendly. A bare 5 is 5 milliseconds in Node and 5 seconds in Python. pytimeparse2 gives None for what it does not know, the two others raise.
# So a time-out that was moved from a compose file fires on every request, a delay between retries is none, and a cache for an hour and a half lasts fifteen.
# Seen, in milliseconds: for 1m30s undefined, 90000 and 90000, 90000; for 1:30 undefined, 1.03, 90000; for 1,5h undefined, 54000000 and None; a timer of ms("1m30s") that fires within a second.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pytimeparse2==1.7.1 humanfriendly==10.0 durationpy==0.11
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund ms@2.1.3 parse-duration@2.1.9
cat > seen.mjs <<'END_OF'
import ms from "ms";
import parse from "parse-duration";

const texts = ["1m30s", "1:30", "1,5h", "1M", "5"];
const seen = Object.fromEntries(texts.map((text) => [text, [ms(text) ?? "undefined", parse(text)]]));
const begin = Date.now();
process.removeAllListeners("warning");
setTimeout(() => console.log(JSON.stringify({ seen, after: Date.now() - begin })), ms("1m30s"));
END_OF
node seen.mjs > node.json 2> /dev/null
cat > seen.py <<'END_OF'
import json

import durationpy
import humanfriendly
import pytimeparse2


def read(parse, text):
    try:
        seconds = parse(text)
    except (durationpy.DurationError, humanfriendly.InvalidTimespan):
        return "error"
    return seconds if seconds is None else round(seconds * 1000)


node = json.load(open("node.json"))
seen = {}
for text, of_node in node["seen"].items():
    of_python = [
        read(pytimeparse2.parse, text), read(humanfriendly.parse_timespan, text),
        read(lambda given: durationpy.from_str(given).total_seconds(), text)]
    seen[text] = of_node + of_python
    print(text, *seen[text])
print("timer after", node["after"], "ms")
assert seen == {
    "1m30s": ["undefined", 90000, 90000, "error", 90000],
    "1:30": ["undefined", 1.03, 90000, "error", "error"],
    "1,5h": ["undefined", 54000000, None, "error", "error"],
    "1M": [60000, 60000, 60000, 60000, "error"],
    "5": [5, 5, 5000, 5000, "error"],
}
assert node["after"] < 1000
END_OF
venv/bin/python seen.py
