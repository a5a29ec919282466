#!/usr/bin/env bash
# convict 6.2.5 beside envalid 8.2.0, env-var 7.5.0, env-schema 8.0.0 and zod 4.6.7 (all npm), Node 20, 2026-11-29.
# All of them read settings from environment variables and check them. A switch in a task definition is 0 or 1 for many, and a variable that is switched off
# in a template is often empty. convict has Boolean for it and says no word about 0, no, off or an empty text, also with
# `validate({ allowed: "strict" })`: all of them are true, as only "false" is false. A number it reads as far as it goes: of "12abc" the port 12, of "1e3" the port
# 1, and "abc" is NaN where the format is Number, which it takes for valid. The other libraries read each of the four as false or
# refuse it. Two services with SHOP_DEBUG=0 so are of two minds, by the library that each has.
# Seen: true for 0, no, off and "" in convict; false or an error in the others; ports 12 and 1; NaN.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund convict@6.2.5 envalid@8.2.0 env-var@7.5.0 env-schema@8.0.0 zod@4.6.7
cat > read.cjs <<'END_OF'
const assert = require("assert");
const convict = require("convict");
const envalid = require("envalid");
const envVar = require("env-var");
const envSchema = require("env-schema");
const { z } = require("zod");

function convicted(format, value) {
  const settings = convict({ it: { format, default: null, nullable: true, env: "IT" } }, { env: { IT: value } });
  settings.validate({ allowed: "strict" });
  return settings.get("it");
}

const others = {
  envalid: (value) => envalid.cleanEnv({ IT: value }, { IT: envalid.bool() }, {
    reporter: ({ errors }) => { if (errors.IT) throw errors.IT; } }).IT,
  envVar: (value) => envVar.from({ IT: value }).get("IT").asBool(),
  envSchema: (value) => envSchema({
    schema: { type: "object", properties: { IT: { type: "boolean" } } }, data: { IT: value }, env: false }).IT,
  zod: (value) => z.stringbool().parse(value),
};
const seen = {};
for (const value of ["0", "no", "off", ""]) {
  seen[value] = { convict: convicted(Boolean, value) };
  for (const [name, read] of Object.entries(others)) {
    try { seen[value][name] = read(value); } catch (error) { seen[value][name] = "error"; }
  }
}
const numbers = [convicted("port", "12abc"), convicted("port", "1e3"), convicted(Number, "abc")];
console.log(seen, numbers);
for (const value of Object.values(seen)) {
  const { convict: first, ...rest } = value;
  assert.strictEqual(first, true);
  assert(Object.values(rest).every((read) => read === false || read === "error"));
}
assert.deepStrictEqual(Object.values(seen["0"]).slice(1), [false, false, "error", false]);
assert.strictEqual(convicted(Boolean, "false"), false);
assert.deepStrictEqual(numbers, [12, 1, NaN]);
END_OF
node read.cjs
