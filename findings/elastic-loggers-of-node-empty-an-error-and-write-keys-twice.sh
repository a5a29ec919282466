#!/usr/bin/env bash
# @elastic/ecs-pino-format 1.5.0 with pino 10.4.0, @elastic/ecs-winston-format 1.5.3 with winston 3.19.0, Node 20, 2026-11-28.
# Both write the Elastic Common Schema, whose field for an error is `error`. An Error given under that name is written as {}, without type,
# message or stack: only `err`, a name that the schema does not have, is turned into the schema's error, and with pino not in a child
# logger either. With pino a field that the logger writes itself does not replace its value: the line has the key twice,
# message, log.level or @timestamp, which one reader takes by the last and another refuses. winston adds the text of `message` to its own.
# Seen: "error":{} from both; the error's message for err; two keys in each of three lines; "paid twice" from "paid" and "twice".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" pino@10.4.0 @elastic/ecs-pino-format@1.5.0 \
    winston@3.19.0 @elastic/ecs-winston-format@1.5.3
cd "$folder"
cat > log.cjs <<'END'
const pino = require("pino")(
  require("@elastic/ecs-pino-format").ecsFormat(), require("pino").destination({ dest: "pino.log", sync: true }));
const winston = require("winston");
const other = winston.createLogger({
  format: require("@elastic/ecs-winston-format").ecsFormat(), transports: [new winston.transports.Console()] });
pino.info({ error: new Error("card refused") }, "payment");
pino.info({ err: new Error("card refused") }, "payment");
pino.child({ err: new Error("card refused") }).info("payment");
pino.info({ message: "a" }, "b");
pino.info({ "log.level": "warn" }, "b");
pino.info({ "@timestamp": "2020-01-01" }, "b");
other.info("paid", { error: new Error("card refused"), message: "twice" });
END
node log.cjs > winston.log
python3 - <<'END'
import json


def pairs(line):
    return json.loads(line, object_pairs_hook=list)


pino = open("pino.log").read().splitlines()
winston = json.loads(open("winston.log").read().splitlines()[0])
errors = [json.loads(line).get("error") for line in pino[:3]]
double = [sorted({key for key, _ in pairs(line) if [k for k, _ in pairs(line)].count(key) > 1}) for line in pino[3:]]
print([error and error.get("message") for error in errors], double, winston)
assert errors[0] == {} and errors[1]["message"] == "card refused" and errors[2] is None
assert double == [["message"], ["log.level"], ["@timestamp"]]
assert winston["error"] == {} and winston["message"] == "paid twice"
END
