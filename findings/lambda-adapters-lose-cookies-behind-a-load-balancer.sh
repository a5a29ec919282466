#!/usr/bin/env bash
# serverless-http 4.0.0, @vendia/serverless-express 4.12.6, @codegenie/serverless-express 4.17.1, @fastify/aws-lambda 6.4.1 and hono 4.13.19 (npm), with express 5.3.0, fastify 5.12.8 and cookie 1.1.1; apig-wsgi 2.20.0, serverless-wsgi 3.1.0 and
# mangum 0.22.0 (PyPI), with flask 3.1.3 and starlette 1.10.0; Python 3.11, Node 20 (which the newest of Code Genie, 5.0.0, no longer takes), 2026-11-29.
# These put a web application behind a load balancer as a Lambda function. A client may send its cookies over HTTP/2 as several headers (RFC 9113, 8.2.3), and a target group with multi-value headers hands them on as a list. One expects an application to see
# all of them, as it does in a container. A list of cookies is joined with "; ", any other header's with ",": three of Node and apig-wsgi take the comma, and then one cookie has all the rest as its value; serverless-wsgi keeps the last header alone.
# Without multi-value headers an answer can have one Set-Cookie. Of two, serverless-http leaves out both, vendia's, Code Genie's and hono keep the first, and fastify's puts both where the load balancer does not look; none raises.
# So a session is lost for those who have a second cookie, which a test with one does not show, nor one over HTTP/1.1, where a browser sends a single header.
# Seen: theme "dark,session=abc" or "dark, session=abc" and no session from four; session alone from serverless-wsgi; theme and session from fastify, hono and mangum. Answers: none, first, first, first, and two in multiValueHeaders.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apig-wsgi==2.20.0 serverless-wsgi==3.1.0 mangum==0.22.0 flask==3.1.3 werkzeug==3.1.9 starlette==1.10.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund serverless-http@4.0.0 @vendia/serverless-express@4.12.6 @codegenie/serverless-express@4.17.1 \
  @fastify/aws-lambda@6.4.1 hono@4.13.19 express@5.3.0 fastify@5.12.8 cookie@1.1.1
cat > event.json <<'END_OF'
{
  "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/0123456789abcdef"}},
  "httpMethod": "GET", "path": "/", "multiValueQueryStringParameters": {},
  "multiValueHeaders": {"host": ["shop.example"], "cookie": ["theme=dark", "session=abc"]},
  "body": "", "isBase64Encoded": false
}
END_OF
cat > seen.mjs <<'END_OF'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);
const cookies = load("cookie");
const many = JSON.parse(readFileSync("event.json", "utf8"));
const { multiValueHeaders, multiValueQueryStringParameters, ...rest } = many;
const one = { ...rest, queryStringParameters: {}, headers: { host: "shop.example" } };
const set = ["theme=light", "session=def"];

function express() {
  const app = load("express")();
  app.get("/", (request, response) => {
    set.forEach((cookie) => response.append("set-cookie", cookie));
    response.json({ cookie: request.headers.cookie });
  });
  return app;
}

function fastify() {
  const app = load("fastify")();
  app.get("/", (request, reply) => reply.header("set-cookie", set).send({ cookie: request.headers.cookie }));
  return load("@fastify/aws-lambda")(app);
}

async function hono() {
  const { Hono } = await import("hono");
  const { handle } = await import("hono/aws-lambda");
  const app = new Hono();
  app.get("/", (context) => {
    set.forEach((cookie) => context.header("set-cookie", cookie, { append: true }));
    return context.json({ cookie: context.req.header("cookie") });
  });
  return handle(app);
}

const plain = load("serverless-http");
const adapters = {
  "serverless-http": () => (plain.default ?? plain)(express()),
  vendia: () => load("@vendia/serverless-express")({ app: express() }),
  codegenie: () => load("@codegenie/serverless-express")({ app: express() }),
  fastify,
  hono,
};
const seen = {};
for (const [name, make] of Object.entries(adapters)) {
  const asked = await (await make())(structuredClone(many), {}, () => {});
  const answered = await (await make())(structuredClone(one), {}, () => {});
  const header = JSON.parse(asked.body).cookie;
  seen[name] = {
    header,
    cookies: cookies.parseCookie ? cookies.parseCookie(header) : cookies.parse(header),
    single: answered.headers["set-cookie"] ?? null,
    multi: answered.multiValueHeaders?.["set-cookie"] ?? null,
  };
}
console.log(JSON.stringify(seen));
END_OF
node seen.mjs > node.json
cat > seen.py <<'END_OF'
import json

import apig_wsgi
import flask
import serverless_wsgi
from mangum import Mangum
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

event = json.load(open("event.json"))
app = flask.Flask("shop")


@app.get("/")
def home():
    return flask.request.cookies


async def page(request):
    return JSONResponse(request.cookies)


adapters = {
    "apig-wsgi": apig_wsgi.make_lambda_handler(app),
    "serverless-wsgi": lambda given, context: serverless_wsgi.handle_request(app, given, context),
    "mangum": Mangum(Starlette(routes=[Route("/", page)]), lifespan="off"),
}
both = {"theme": "dark", "session": "abc"}
python = {name: json.loads(handle(event, None)["body"]) for name, handle in adapters.items()}
node = json.load(open("node.json"))
for name, answer in {**node, **python}.items():
    print(name, answer)
assert python == {"apig-wsgi": {"theme": "dark,session=abc"}, "serverless-wsgi": {"session": "abc"}, "mangum": both}
assert {name: answer["cookies"] for name, answer in node.items()} == {
    "serverless-http": {"theme": "dark, session=abc"},
    "vendia": {"theme": "dark,session=abc"},
    "codegenie": {"theme": "dark,session=abc"},
    "fastify": both,
    "hono": both,
}
first, two = "theme=light", ["theme=light", "session=def"]
assert {name: (answer["single"], answer["multi"]) for name, answer in node.items()} == {
    "serverless-http": (None, None),
    "vendia": (first, None),
    "codegenie": (first, None),
    "fastify": (None, two),
    "hono": (first, None),
}
END_OF
venv/bin/python seen.py
