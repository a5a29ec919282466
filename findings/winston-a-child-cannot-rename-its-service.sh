#!/usr/bin/env bash
# winston 3.19.0 (npm), Node 20, 2026-11-29.
# A logger has fields that all of its lines carry (`defaultMeta`), a child logger adds some, and a call adds its own. The nearer one is expected to win, and the call does win over both. The child does not win over its parent's defaultMeta:
# child({ service: "billing" }) of a logger with service "web" writes "web", while a field that the parent does not have arrives, as does one of a child over that of its own parent child.
# What is given to a call beside one object is lost or spread, without a word: a second text, and the object behind it, a number, and a list becomes the fields "0" and "1". `console.log`, which these calls mostly replace, writes them all.
# Lines of a part of the program that has its own name so count under that of the whole, in every query and alarm by service.
# Seen: "service":"web" from child({ service: "billing" }), "billing" when the call says so; {"step":"two"} from a child of a child; "paid" alone of info("paid", "late", { order: 7 }) and info("paid", 7).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund winston@3.19.0
node - <<'END_OF'
const assert = require("node:assert");
const { Writable } = require("node:stream");
const winston = require("winston");

const lines = [];
const stream = new Writable({ write(chunk, encoding, done) { lines.push(JSON.parse(chunk)); done(); } });
const logger = winston.createLogger({
  defaultMeta: { service: "web" }, format: winston.format.json(), transports: [new winston.transports.Stream({ stream })] });

logger.child({ service: "billing", part: "invoice" }).info("paid");
logger.info("paid", { service: "billing" });
logger.child({ service: "billing" }).info("paid", { service: "billing" });
logger.child({ step: "one" }).child({ step: "two" }).info("paid");
logger.info("paid", "late", { order: 7 });
logger.info("paid", 7);
logger.info("paid", ["late", "twice"]);
setTimeout(() => {
  console.log(lines);
  const plain = { level: "info", message: "paid", service: "web" };
  assert.deepEqual(lines, [
    { ...plain, part: "invoice" },
    { ...plain, service: "billing" },
    { ...plain, service: "billing" },
    { ...plain, step: "two" },
    plain,
    plain,
    { ...plain, 0: "late", 1: "twice" },
  ]);
}, 100);
END_OF
