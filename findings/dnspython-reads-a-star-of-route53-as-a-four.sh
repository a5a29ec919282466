#!/usr/bin/env bash
# dnspython 2.9.2 (PyPI) and dns-packet 5.6.1 (npm), with moto 5.2.5, Python 3.11, Node 20, 2026-11-29.
# Route 53 answers a name with a backslash and three figures for each letter that is not plain, and the star of a wildcard is such a
# letter: `\052.shop.example.` in ListResourceRecordSets. The form looks like that of zone files (RFC 1035), and a library for DNS is expected to read
# it. The figures of Route 53 are octal, those of a zone file decimal. dnspython makes "4.shop.example." of the wildcard, without a
# word, and of an "@" a "d"; dns-packet sends a label of four letters, backslash included. A check of a zone against its records, or one that
# moves it, so asks for a name that is not there. With moto nobody notices, as it lists the star as a star.
# Seen: is_wild() is false and the name equals 4.shop.example.; the label \052; moto's `*.shop.example.`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dnspython==2.9.2 'moto[route53]==5.2.5'
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund dns-packet@5.6.1
cat > name.cjs <<'END_OF'
const packet = require("dns-packet");
const query = packet.encode({ type: "query", questions: [{ type: "A", name: "\\052.shop.example" }] });
console.log(packet.decode(query).questions[0].name, query[12]);
END_OF
node=$(node name.cjs)
echo "$node"
[ "$node" = '\052.shop.example 4' ]
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 venv/bin/python - <<'END_OF'
import boto3
import dns.name
from moto import mock_aws

star = dns.name.from_text(r"\052.shop.example.")
at = dns.name.from_text(r"web\100shop.example.")
print(star, star.is_wild(), at)
assert star == dns.name.from_text("4.shop.example.") and not star.is_wild()
assert at == dns.name.from_text("webdshop.example.")
assert dns.name.from_text("*.shop.example.").is_wild()
with mock_aws():
    route53 = boto3.client("route53")
    zone = route53.create_hosted_zone(Name="shop.example", CallerReference="once")["HostedZone"]["Id"]
    record = {"Name": "*.shop.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    names = {r["Name"] for r in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]}
print(names)
assert "*.shop.example." in names
END_OF
