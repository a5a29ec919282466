#!/usr/bin/env bash
# svgo 4.1.0 (npm), Node 20, 2026-11-29.
# svgo makes a drawing smaller without changing it, and its defaults are what build tools run. A link of SVG 2, <a href="...">, is taken for one with an unknown attribute: `href` goes, the <a> stays,
# and nothing can be clicked any more. `target` beside it stays, as does `href` of <use> and <image>, and `xlink:href`, which SVG 2 calls deprecated, stays on the link.
# `role` goes from every element as well, while aria-label and aria-labelledby stay, so that a screen reader meets the name of a picture that is none.
# A map of a system whose boxes lead to runbooks looks the same after the build, and no box leads anywhere; nothing is reported. `removeUnknownsAndDefaults` off, or with
# unknownAttrs: false, keeps the link.
# Seen: <a> alone, <a target="_blank"> alone; xlink:href, and href of <use> and <image> kept; role="img" gone and aria-label kept; all there with unknownAttrs: false and keepRoleAttr: true.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund svgo@4.1.0
node - <<'END_OF'
const assert = require("node:assert");
const { optimize } = require("svgo");

const box = '<path d="M0 0h4"/>';
const head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">';
const kept = {
  plugins: [{ name: "preset-default", params: { overrides: {
    removeUnknownsAndDefaults: { unknownAttrs: false, keepRoleAttr: true } } } }] };

function made(content, settings) {
  return optimize(`${head}${content}</svg>`, settings).data.replace(/^<svg[^>]*>/, "").replace("</svg>", "");
}

const drawings = {
  link: `<a href="https://wiki.example/web">${box}</a>`,
  window: `<a href="/runbook" target="_blank">${box}</a>`,
  old: `<a xlink:href="/runbook">${box}</a>`,
  image: '<image href="a.png" width="4" height="4"/>',
  role: '<g role="img" aria-label="Web"><path d="M0 0h4"/><path d="M1 1v4" fill="red"/></g>',
};
const seen = Object.fromEntries(Object.entries(drawings).map(([name, drawing]) => [name, made(drawing)]));
console.log(seen);
assert.equal(seen.link, `<a>${box}</a>`);
assert.equal(seen.window, `<a target="_blank">${box}</a>`);
assert.equal(seen.old, `<a xlink:href="/runbook">${box}</a>`);
assert.match(seen.image, /href="a.png"/);
assert.match(seen.role, /aria-label="Web"/);
assert.doesNotMatch(seen.role, /role=/);
assert.match(made(`<use href="#box"/><symbol id="box">${box}</symbol>`), /<use href="#.+?"/);
assert.equal(made(drawings.link, kept), drawings.link);
assert.match(made(drawings.role, kept), /role="img"/);
END_OF
