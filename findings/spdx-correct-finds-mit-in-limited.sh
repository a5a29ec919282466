#!/usr/bin/env bash
# spdx-correct 3.2.0 (npm) with spdx-expression-parse 4.0.0, Node 20, 2026-11-29.
# It makes the identifier of SPDX of what people write for a licence, "Apache 2" or "MIT License", and null of what it cannot tell; npm's own readers of package.json and tools that list the licences of a build ask it. Of what is no licence one expects null.
# It looks for known letters anywhere in the text: "LIMITED", "permit" and "Custom: see COMMITMENT" have MIT in them, and so are MIT. "Not MIT" is MIT and "not GPL" is GPL-3.0-or-later. UNLICENSED, npm's own word for "nobody may use this", becomes
# Unlicense, which gives the work to everybody. "GPL", of any version, becomes GPL-3.0-or-later, and of "LGPL 2.1 or GPL" the 2.1 is lost.
# A gate that lets MIT and Unlicense into an image, or a bill of materials that is handed to a customer, has then a free licence for what somebody's lawyers called limited.
# Seen: these seven answers beside Apache-2.0 and MIT for the two that are meant, and null for "proprietary" and "All rights reserved"; every one that is not null is valid to spdx-expression-parse.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund spdx-correct@3.2.0 spdx-expression-parse@4.0.0
cat > seen.mjs <<'END_OF'
import assert from "node:assert/strict";
import correct from "spdx-correct";
import parse from "spdx-expression-parse";

const expected = {
  "Apache 2": "Apache-2.0",
  "MIT License": "MIT",
  proprietary: null,
  "All rights reserved": null,
  UNLICENSED: "Unlicense",
  LIMITED: "MIT",
  permit: "MIT",
  "Custom: see COMMITMENT": "MIT",
  "Not MIT": "MIT",
  "not GPL": "GPL-3.0-or-later",
  GPL: "GPL-3.0-or-later",
  "LGPL 2.1 or GPL": "LGPL-3.0-or-later",
};
const seen = Object.fromEntries(Object.keys(expected).map((text) => [text, correct(text)]));
console.log(seen);
assert.deepEqual(seen, expected);
for (const licence of Object.values(seen).filter(Boolean)) assert.ok(parse(licence).license);
END_OF
node seen.mjs
