#!/usr/bin/env bash
# zone-file 1.0.0 and dns-zonefile 0.3.2 (npm), zonefile-parser 0.1.20 (PyPI), beside dnspython 2.8.0, Python 3.11, Node 20, 2026-11-29.
# A zone that moves to Route 53 is read from its file. The format is of 1987 and short, and each of the three reads a plain record; its shorthand is expected to be read or refused. None of it is refused by any. A record
# without a name belongs to the name before it: `mail` loses its second address, which goes to the apex, or to a host called IN. A DKIM key is a text with semicolons, mostly in brackets over two lines:
# zone-file ends it at the first semicolon, dns-zonefile after the first line, with the bracket. Of TTLs with a unit zone-file makes 1 of `1h`, a second; a record with one of its own (`2h`) is left out by both of npm and is a record of the type "2H" for
# zonefile-parser. A second $ORIGIN moves every record of the file below it for both of npm. dnspython reads all of it.
# Mail whose DKIM is cut, and an apex with the address of the mail server, are seen by others first.
# Seen: the readings of each, and those of dnspython.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zonefile-parser==0.1.20 dnspython==2.8.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund zone-file@1.0.0 dns-zonefile@0.3.2
cat > zone <<'END_OF'
$ORIGIN shop.example.
$TTL 1h
@ IN SOA ns1.shop.example. hostmaster.shop.example. ( 7 1d 2h 4w 300 )
@ IN NS ns1
mail 300 IN A 192.0.2.1
     IN AAAA 2001:db8::1
k1._domainkey IN TXT ( "v=DKIM1; k=rsa; p=MIIB"
  "IjAN" )
www 2h IN A 192.0.2.7
$ORIGIN eu.shop.example.
api IN A 192.0.2.9
END_OF
cat > seen.mjs <<'END_OF'
import { readFileSync } from "node:fs";
import zoneFile from "zone-file";
import dnsZonefile from "dns-zonefile";

const text = readFileSync("zone", "utf8");
console.log(JSON.stringify([zoneFile.parseZoneFile(text), dnsZonefile.parse(text)]));
END_OF
node seen.mjs > npm.json
cat > seen.py <<'END_OF'
import json

import dns.zone
import zonefile_parser

text = open("zone").read()
first, second = json.load(open("npm.json"))
third = [(row.name, row.rtype, row.ttl) for row in zonefile_parser.parse(text)]
for seen in first, second, third:
    print(seen)

right = dns.zone.from_text(text, origin="shop.example.", relativize=False)
found = {(str(name), ttl, str(data)) for name, ttl, data in right.iterate_rdatas()}
assert ("mail.shop.example.", 300, "192.0.2.1") in found
assert ("www.shop.example.", 7200, "192.0.2.7") in found
assert ("api.eu.shop.example.", 3600, "192.0.2.9") in found
assert any(name == "mail.shop.example." and data == "2001:db8::1" for name, _, data in found)
assert any('p=MIIB" "IjAN"' in data for _, _, data in found)

assert first["aaaa"] == [{"name": "IN", "ip": "2001:db8::1"}]
assert first["txt"] == [{"name": "k1._domainkey", "txt": "v=DKIM1"}]
assert first["$ttl"] == 1 and first["soa"]["refresh"] == 1
assert second["aaaa"] == [{"name": "@", "ip": "2001:db8::1"}]
assert second["txt"][0]["txt"] == '( "v=DKIM1; k=rsa; p=MIIB"'
assert [row["name"] for row in first["a"]] == [row["name"] for row in second["a"]] == ["mail", "api"]
assert first["$origin"] == second["$origin"] == "eu.shop.example."
assert ("shop.example.", "AAAA", 3600) in third
assert ("www.shop.example.", "2H", 3600) in third
END_OF
venv/bin/python seen.py
