"use strict";
// Pointing at a thing, or tabbing to it, shows what is known about it and lights up what it is
// connected with. Without this script each thing is a link to its words below.
(() => {
  const panel = document.getElementById("panel");
  const told = document.getElementById("told");
  const close = document.getElementById("close");
  const hint = told.innerHTML;
  const things = [...document.querySelectorAll(".thing")];
  const pictures = [...document.querySelectorAll(".pictures svg")];
  let kept = null;

  const byEdge = new Map();
  for (const part of document.querySelectorAll("[data-edge]")) {
    byEdge.set(part.dataset.edge, [...(byEdge.get(part.dataset.edge) || []), part]);
  }

  function light(id) {
    for (const one of document.querySelectorAll(".lit")) one.classList.remove("lit", "chosen");
    const thing = id && document.getElementById(id);
    for (const picture of pictures) picture.classList.toggle("choosing", Boolean(thing));
    if (!thing) return;
    thing.classList.add("lit", "chosen");
    for (const name of thing.dataset.lit.split(" ").filter(Boolean)) {
      const found = byEdge.get(name) || [document.getElementById(name)];
      for (const part of found) if (part) part.classList.add("lit");
    }
  }

  function tell(id) {
    const words = document.getElementById(`about-${id}`);
    if (!words) return;
    told.innerHTML = words.innerHTML;
    close.hidden = false;
    panel.scrollTop = 0;
  }

  function show(id) {
    light(id);
    tell(id);
  }

  function keep(id) {
    kept = id;
    show(id);
  }

  function letGo() {
    const back = kept && document.getElementById(kept);
    kept = null;
    if (back && panel.contains(document.activeElement)) back.focus();
    light(null);
    told.innerHTML = hint;
    close.hidden = true;
  }

  for (const thing of things) {
    thing.addEventListener("pointerenter", () => show(thing.id));
    thing.addEventListener("pointerleave", () => {
      if (kept) show(kept);
      else light(null);
    });
    thing.addEventListener("focus", () => show(thing.id));
    thing.addEventListener("blur", () => {
      if (!kept) light(null);
    });
    thing.addEventListener("click", (event) => {
      event.preventDefault();
      keep(thing.id);
      // A key press moves to the words; a click of the pointer stays where it is.
      if (event.detail === 0) panel.focus();
    });
  }

  close.addEventListener("click", letGo);

  const input = document.getElementById("search");
  const results = document.getElementById("results");
  const status = document.getElementById("found");
  const index = [...document.querySelectorAll("[data-find]")].map((one) => ({
    text: one.dataset.find.toLowerCase(),
    kind: one.dataset.kind,
    name: one.dataset.name,
    address: one.dataset.address || "",
    home: one.closest("[data-thing]"),
  }));
  const SHOWN = 20;

  function find() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    results.replaceChildren();
    status.textContent = "";
    if (!words.length) return;
    const hits = index.filter((one) => words.every((word) => one.text.includes(word)));
    const more = hits.length > SHOWN ? `, ${SHOWN} shown` : "";
    status.textContent = hits.length ? `${hits.length} found${more}` : "nothing found";
    for (const hit of hits.slice(0, SHOWN)) {
      const link = document.createElement("a");
      link.href = `#about-${hit.home.dataset.thing}`;
      link.textContent = hit.name;
      const more = document.createElement("small");
      more.textContent = [hit.kind, hit.address].filter(Boolean).join(", ");
      link.append(more);
      link.addEventListener("click", (event) => go(event, hit.home));
      const item = document.createElement("li");
      item.append(link);
      results.append(item);
    }
  }

  function go(event, home) {
    results.replaceChildren();
    const thing = home.dataset.drawn === "yes" && document.getElementById(home.dataset.thing);
    if (!thing) return;
    event.preventDefault();
    keep(thing.id);
    thing.scrollIntoView({ block: "center", inline: "center" });
    thing.focus({ preventScroll: true });
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });

  input.addEventListener("input", find);
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = results.querySelector("a");
    if (first) first.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      find();
      letGo();
    } else if (event.key === "/" && document.activeElement !== input) {
      event.preventDefault();
      input.focus();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && input.form.contains(event.target)) {
      const stops = [input, ...results.querySelectorAll("a")];
      const next = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (stops[next]) {
        event.preventDefault();
        stops[next].focus();
      }
    }
  });
})();
