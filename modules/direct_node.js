// Runs jsii's program in the process that Python started; see modules/direct_node.py.
"use strict";
const fs = require("fs");
const Module = require("module");
const { devNull } = require("os");
const { Writable } = require("stream");

// jsii's own start hands the program a channel as descriptor 3, and passes on what it says there.
// Here the two pipes to Python are the channel, and descriptor 3 must not become a file.
const CHANNEL = 3;
let descriptor;
do descriptor = fs.openSync(devNull); while (descriptor < CHANNEL);
if (descriptor > CHANNEL) fs.closeSync(descriptor);
const { readSync, writeSync } = fs;
fs.readSync = (from, ...rest) => readSync(from === CHANNEL ? 0 : from, ...rest);
fs.writeSync = (to, ...rest) => writeSync(to === CHANNEL ? 1 : to, ...rest);

// What is printed goes to Python as lines of JSON.
for (const name of ["stdout", "stderr"]) {
  const printed = new Writable({
    decodeStrings: true,
    write(chunk, _encoding, done) {
      writeSync(2, `${JSON.stringify({ [name]: chunk.toString("base64") })}\n`);
      done();
    },
  });
  Object.defineProperty(process, name, { value: printed });
}

process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.stack || error}\n`);
  process.exit(1);
});

// CDKTF loads what makes archives, 200 modules, and calls it in a process of its own, if at all.
const { _load } = Module;
Module._load = (request, ...rest) => {
  if (request !== "archiver") return _load(request, ...rest);
  return (...settings) => _load(request, ...rest)(...settings);
};

// With this option the program links to a package's folder, and else to each of its files. It was
// in force from the start, by NODE_PRESERVE_SYMLINKS.
process.execArgv.push("--preserve-symlinks");
require("../lib/program.js");
