// Gives graphs in ELK's JSON, an array on standard input, their places; the same array comes out.
if (process.versions.node.startsWith("20.")) {
  // By itself it optimizes functions so early that a layout takes twice as long; later ones do not.
  require("v8").setFlagsFromString("--interrupt-budget=1000000");
}
const ELK = require("elkjs/lib/elk.bundled.js");

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const elk = new ELK();
  const placed = [];
  for (const graph of JSON.parse(Buffer.concat(chunks).toString("utf8"))) {
    placed.push(await elk.layout(graph));
  }
  process.stdout.write(JSON.stringify(placed));
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
