// Makes the calls that `bench/record.py` wrote down, of the same classes, in this one process:
// `node replay.js CALLS`. What it writes to `cdktf.out` is what the Python program wrote.
"use strict";
const fs = require("fs");
const path = require("path");

const PROVIDER = "@cdktf/provider-aws";

/** Folder of each submodule, without loading the two thousand that the package's root loads. */
function folders() {
  const root = path.dirname(require.resolve(`${PROVIDER}/package.json`));
  const index = fs.readFileSync(path.join(root, "lib", "index.js"), "utf8");
  const found = {};
  for (const [, name, folder] of index.matchAll(/^exports\.(\w+) = require\("\.\/([\w-]+)"\);$/gm)) {
    found[name] = folder;
  }
  return found;
}

const submodules = folders();

/** The class, enum or namespace that jsii calls `fqn`. */
function named(fqn) {
  const [assembly, ...names] = fqn.split(".");
  if (assembly === "strata") return strata()[names[0]];
  if (assembly === PROVIDER) {
    return require(`${PROVIDER}/lib/${submodules[names[0]]}`)[names[1]];
  }
  return names.reduce((within, name) => within[name], require(assembly));
}

/** The script of modules/environment_stack.py, as jsii would load it. */
function strata() {
  const script = path.join(__dirname, "..", "..", "modules", "environment_stack.js");
  const text = fs.readFileSync(script, "utf8").replace("LIBRARY", "cdktf");
  const module = { exports: {} };
  new Function("exports", "require", text)(module.exports, require);
  return (strata = () => module.exports)();
}

const objects = new Map();

/** A value of the recording as the classes take it. */
function value(recorded) {
  if (Array.isArray(recorded)) return recorded.map(value);
  if (recorded === null || typeof recorded !== "object") return recorded ?? undefined;
  if ("$jsii.byref" in recorded) return objects.get(recorded["$jsii.byref"]);
  if ("$jsii.struct" in recorded) return struct(recorded["$jsii.struct"].data);
  if ("$jsii.map" in recorded) return struct(recorded["$jsii.map"]);
  if ("$jsii.enum" in recorded) {
    const [fqn, member] = recorded["$jsii.enum"].split("/");
    return named(fqn)[member];
  }
  throw new Error(`not known: ${JSON.stringify(recorded)}`);
}

function struct(data) {
  const given = {};
  for (const [key, part] of Object.entries(data)) {
    const one = value(part);
    if (one !== undefined) given[key] = one;
  }
  return given;
}

const apis = {
  load: () => undefined,
  create(call) {
    const Class = named(call.fqn);
    return new Class(...call.args.map(value));
  },
  get: (call) => value(call.objref)[call.property],
  set: (call) => void (value(call.objref)[call.property] = value(call.value)),
  invoke: (call) => value(call.objref)[call.method](...call.args.map(value)),
  sget: (call) => named(call.fqn)[call.property],
  sinvoke: (call) => named(call.fqn)[call.method](...call.args.map(value)),
};

/** Keep what a call gave under the name that later calls have for it. */
function keep(recorded, given) {
  const result = recorded?.result ?? recorded?.value ?? recorded;
  const reference = result?.["$jsii.byref"];
  if (reference !== undefined && !objects.has(reference)) objects.set(reference, given);
}

for (const call of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
  keep(call.result, apis[call.api](call));
}
