#!/usr/bin/env bash
# psl 1.15.0 and tldts 7.6.0 (npm) beside tldextract 5.4.0 (PyPI), Python 3.11, Node 20, 2026-11-29.
# Which part of a name somebody could register, its site, is in the Public Suffix List; who may set a cookie, what is counted or allowed together, is
# asked of a library that has the list in it. From one list one expects one answer. The list has a second part, for names that companies
# hand out below their own, and eu-central-1.elb.amazonaws.com is there, so that the load balancers of two customers are two sites. psl reads
# both parts; tldts and tldextract leave the second out unless they are asked, and to them all load balancers of all customers are
# amazonaws.com. A limit per site counts strangers together, and one of them uses it up for all. For a name of Cloud Map, shop.internal,
# which no list has, tldextract has no site at all, and both of Node have the name itself.
# Seen: itself, amazonaws.com, amazonaws.com; shop.internal twice and an empty text; and one answer where the second part is asked for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tldextract==5.4.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund psl@1.15.0 tldts@7.6.0
cat > ask.cjs <<'END_OF'
const psl = require("psl");
const tldts = require("tldts");
const names = ["web-1.eu-central-1.elb.amazonaws.com", "shop.internal"];
console.log(JSON.stringify(names.map((name) => [
  psl.get(name), tldts.getDomain(name), tldts.getDomain(name, { allowPrivateDomains: true })])));
END_OF
node ask.cjs > node.json
venv/bin/python - <<'END_OF'
import json

from tldextract import TLDExtract

node = json.load(open("node.json"))
extract = TLDExtract(suffix_list_urls=(), cache_dir=None)
balancer = "web-1.eu-central-1.elb.amazonaws.com"
python = [
    extract(balancer).top_domain_under_public_suffix,
    extract(balancer, include_psl_private_domains=True).top_domain_under_public_suffix,
    extract("shop.internal").top_domain_under_public_suffix,
]
print(node, python)
assert node == [[balancer, "amazonaws.com", balancer], ["shop.internal"] * 3]
assert python == ["amazonaws.com", balancer, ""]
END_OF
