#!/usr/bin/env bash
# @aws-sdk/util-dynamodb 3.996.9 with @aws-sdk/client-dynamodb 3.1169.0 (npm), Node 20, 2026-11-29.
# `marshall` makes an item of DynamoDB of an object, and the document client of AWS SDK for JavaScript v3 uses it. A Date is refused, and the error names the way out: "Pass options.convertClassInstanceToMap=true". With
# it the Date is stored as an empty map, without a word; there is nothing left of the time.
# Reading, a whole number beyond 2 to the 53 becomes a BigInt, and nothing else of the item tells so: JSON.stringify of it is a TypeError, as is adding one. A number with
# decimals is rounded instead, whatever it loses, though DynamoDB keeps 38 figures, and `wrapNumbers` keeps them.
# So a table has orders without a time for as long as nobody reads them, and an endpoint that has answered for years fails at the first identifier that is long enough.
# Seen: {"at": {"M": {}}}; 9007199254740993 is a bigint, JSON.stringify a TypeError; 0.1234567890123456789 is 0.12345678901234568.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund @aws-sdk/util-dynamodb@3.996.9 @aws-sdk/client-dynamodb@3.1169.0
cat > item.cjs <<'END_OF'
const assert = require("node:assert");
const { marshall, unmarshall } = require("@aws-sdk/util-dynamodb");

const order = { at: new Date("2026-11-29T10:00:00Z") };
assert.throws(() => marshall(order), /Pass options\.convertClassInstanceToMap=true/);
const stored = marshall(order, { convertClassInstanceToMap: true });
console.log("stored:", JSON.stringify(stored), "read:", unmarshall(stored));
assert.deepStrictEqual(stored, { at: { M: {} } });

const near = unmarshall({ id: { N: "9007199254740991" } });
const far = unmarshall({ id: { N: "9007199254740993" } });
const part = unmarshall({ share: { N: "0.1234567890123456789" } });
console.log(near, far, part);
assert.strictEqual(typeof near.id, "number");
assert.strictEqual(far.id, 9007199254740993n);
assert.throws(() => JSON.stringify(far), TypeError);
assert.throws(() => far.id + 1, TypeError);
assert.strictEqual(part.share, 0.12345678901234568);
const kept = unmarshall({ share: { N: "0.1234567890123456789" } }, { wrapNumbers: true });
assert.strictEqual(kept.share.value, "0.1234567890123456789");
END_OF
node item.cjs
