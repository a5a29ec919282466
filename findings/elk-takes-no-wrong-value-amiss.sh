#!/usr/bin/env bash
# elkjs 0.12.1 (2026-10), 2026-11-28.
# An unknown algorithm is an error; an unknown value of any other option is the default, without a word:
# a direction in lower case, a distance with a unit, a padding as one number. A width in a text is 0, and the node is
# laid out as a point. A drawing that ignores a setting is the only sign.
# Seen: the same picture as without the option, three times; width 0 for "30"; an error for the algorithm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" elkjs@0.12.1
cat > probe.cjs <<'END'
const ELK = require("elkjs");
const graph = (options, node = {}) => ({
  id: "root",
  layoutOptions: { "elk.algorithm": "layered", ...options },
  children: [
    { id: "a", width: 30, height: 30, ...node },
    { id: "b", width: 30, height: 30 },
  ],
  edges: [{ id: "e", sources: ["a"], targets: ["b"] }],
});
const layout = (...given) => new ELK().layout(graph(...given));
const expect = (what, found, wanted) => {
  console.log(what, JSON.stringify(found));
  if (JSON.stringify(found) !== JSON.stringify(wanted)) process.exit(1);
};
(async () => {
  const plain = await layout({});
  for (const options of [
    { "elk.direction": "down" },
    { "elk.layered.spacing.nodeNodeBetweenLayers": "90px" },
    { "elk.padding": "50" },
  ]) {
    const drawn = await layout(options);
    expect(JSON.stringify(options), [drawn.width, drawn.height], [plain.width, plain.height]);
  }
  const down = await layout({ "elk.direction": "DOWN" });
  expect("DOWN is taller", down.height > plain.height, true);
  expect("width of a text", (await layout({}, { width: "30" })).children[0].width, 0);
  const refused = await layout({ "elk.algorithm": "layerd" }).catch((error) => String(error.message));
  expect("algorithm", /not found/.test(refused), true);
})();
END
node probe.cjs
