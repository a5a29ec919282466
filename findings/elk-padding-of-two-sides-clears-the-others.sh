#!/usr/bin/env bash
# elkjs 0.12.1 (2026-10), 2026-11-28.
# A padding names its sides, and one that is not named does not keep its default of 12: it is 0. Making
# room for a title above a box by `[top=50]` so moves its content to the very edge of the other three.
# Seen: 12 on each side without the option; with [top=50,left=50] 50 there and 0 at the right and below.
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
  const margins = async (options) => {
    const { width, height, children } = await layout(options);
    const last = children[1];
    return { left: children[0].x, top: last.y, right: width - last.x - 30, bottom: height - last.y - 30 };
  };
  expect("without", await margins({}), { left: 12, top: 12, right: 12, bottom: 12 });
  expect("two sides", await margins({ "elk.padding": "[top=50,left=50]" }), { left: 50, top: 50, right: 0, bottom: 0 });
})();
END
node probe.cjs
