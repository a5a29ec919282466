#!/usr/bin/env bash
# joserfc 1.8.0 beside authlib 1.9.10, PyJWT 2.15.1 and python-jose 3.5.0 (PyPI); jsonwebtoken 9.0.3 and fast-jwt 6.3.6 beside jose 6.2.18 (npm); Python 3.11, Node 20, 2026-11-29.
# An Application Load Balancer that signs users in gives the application their claims in X-Amzn-Oidc-Data, as a JWT by ES256. Its three parts are padded with "=", which base64 in a JWT is not (RFC 7515), and AWS' guide says that standard libraries do not
# go with that. One expects all libraries to refuse it then, or all to overlook it, and at least the successor of a library to do as that did. authlib.jose takes the token, and warns that it is deprecated and joserfc to be used in its place; joserfc takes
# it for malformed, and refuses the load balancer's header without padding as well, for `client`, `iss` and `exp` in it. PyJWT, python-jose and jose of npm take it, jsonwebtoken, the most used one of Node, and fast-jwt do not. Without the padding the
# signature is another, so that it cannot be cut off on the way.
# Heeding the warning, or a move to another language, signs everybody out, with an error about the form of a token that no test with a home-made token has.
# Seen: the claims from four libraries, and authlib's deprecation; an error about the form from three; of a token without padding UnsupportedHeaderError from joserfc and the claims from the six others, with a plain header from all seven.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
${PYTHON:-python3.11} -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check joserfc==1.8.0 authlib==1.9.10 PyJWT==2.15.1 python-jose==3.5.0 cryptography==50.0.2
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund jsonwebtoken@9.0.3 fast-jwt@6.3.6 jose@6.2.18
cat > seen.mjs <<'END_OF'
import { readFileSync, writeFileSync } from "node:fs";
import { createVerifier } from "fast-jwt";
import { importSPKI, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";

const { tokens, key } = JSON.parse(readFileSync("tokens.json"));
const libraries = {
  jose: async (token) => (await jwtVerify(token, await importSPKI(key, "ES256"))).payload.sub,
  jsonwebtoken: (token) => jsonwebtoken.verify(token, key, { algorithms: ["ES256"] }).sub,
  "fast-jwt": (token) => createVerifier({ key, algorithms: ["ES256"] })(token).sub,
};
const seen = {};
for (const [name, read] of Object.entries(libraries)) {
  seen[name] = [];
  for (const token of tokens) seen[name].push(await Promise.resolve(token).then(read).catch((error) => `! ${error.message}`));
}
writeFileSync("node.json", JSON.stringify(seen));
END_OF
cat > seen.py <<'END_OF'
import base64
import json
import subprocess
import warnings

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from jose import jwt as python_jose
from joserfc import jwt as joserfc
from joserfc.jwk import ECKey

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    from authlib.jose import jwt as authlib
advice = [str(warning.message) for warning in said if "joserfc" in str(warning.message)]
print(advice[0].splitlines()[0])

private = ec.generate_private_key(ec.SECP256R1())
public = private.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
key = public.decode()
PLAIN = {"kid": "0123", "alg": "ES256"}
SIGNER = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shop/0123"
HEADER = {**PLAIN, "iss": "https://sign.example", "client": "web", "signer": SIGNER, "exp": 4102444800}
CLAIMS = {"sub": "ann", "exp": 4102444800, "iss": "https://sign.example"}


def signed(header, cut):
    def part(data):
        text = base64.urlsafe_b64encode(data).decode()
        return text.rstrip("=") if cut else text

    text = ".".join(part(json.dumps(value).encode()) for value in (header, CLAIMS))
    first, second = utils.decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{part(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"


def answer(read, token):
    try:
        return read(token)["sub"]
    except Exception as error:  # each library has its own
        return f"! {type(error).__name__}: {error}"


of_balancer = signed(HEADER, cut=False)
assert all(part.endswith("=") for part in of_balancer.split("."))
tokens = [of_balancer, signed(HEADER, cut=True), signed(PLAIN, cut=True), of_balancer.replace("=", "")]
json.dump({"tokens": tokens, "key": key}, open("tokens.json", "w"))
subprocess.run(["node", "seen.mjs"], check=True)
libraries = {
    "joserfc": lambda token: joserfc.decode(token, ECKey.import_key(key)).claims,
    "authlib": lambda token: authlib.decode(token, key),
    "PyJWT": lambda token: jwt.decode(token, key, algorithms=["ES256"]),
    "python-jose": lambda token: python_jose.decode(token, key, algorithms=["ES256"]),
}
seen = {name: [answer(read, token) for token in tokens] for name, read in libraries.items()}
seen |= json.load(open("node.json"))
for name, answers in seen.items():
    print(name, answers)
assert {name for name, answers in seen.items() if answers[0] == "ann"} == {"authlib", "PyJWT", "python-jose", "jose"}
assert all(answers[2] == "ann" and answers[3].startswith("!") for answers in seen.values())
assert [name for name, answers in seen.items() if answers[1] != "ann"] == ["joserfc"]
assert "UnsupportedHeaderError" in seen["joserfc"][1]
assert "Invalid header" in seen["joserfc"][0] and "invalid token" in seen["jsonwebtoken"][0]
assert "not a valid base64url" in seen["fast-jwt"][0]
END_OF
venv/bin/python -W ignore seen.py
