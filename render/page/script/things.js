"use strict";
// What is in a picture can be reached and pressed by keyboard: its things are
// buttons, one stop of the Tab key, from which the arrow keys go to the next one in
// their direction.
for (const { frame, svg, boxOf, follow } of pictures) {
  const things = [...svg.querySelectorAll("[data-k]")];
  function nearest(from, dx, dy) {
    const a = boxOf(from);
    const between = (p, length, q, other) => Math.max(0, q - p - length, p - q - other);
    // From frame to frame, and from there down into it.
    const frames = dx && from.matches("g") ? things.filter((e) => e.matches("g")) : things;
    let best = null;
    let least = Infinity;
    for (const e of frames) {
      const b = boxOf(e);
      const ahead = dx ? dx * (b.x - a.x) >= (dx > 0 ? a : b).width - 1 : dy * (b.y + b.height / 2 - a.y - a.height / 2) > 1;
      if (!ahead || e === from) continue;
      const [x, y] = [between(a.x, a.width, b.x, b.width), between(a.y, a.height, b.y, b.height)];
      const far = dx ? x + 4 * y : y + 4 * x; // what lies straight ahead is nearer
      if (far < least) [best, least] = [e, far];
    }
    return best;
  }
  let stop = null;
  function moveTo(e) {
    if (stop) stop.setAttribute("tabindex", "-1");
    stop = e;
    stop.setAttribute("tabindex", "0");
  }
  // nameOf is what stands in a row, or the name of a frame.
  function nameOf(e) {
    if (!e.matches("rect")) return e.dataset.k.replace(":", " ");
    const [y, height] = [Number(e.getAttribute("y")), Number(e.getAttribute("height"))];
    const texts = [...e.parentNode.querySelectorAll("text")].filter((t) => t.getAttribute("y") > y && t.getAttribute("y") < y + height);
    return e.dataset.k.slice(0, e.dataset.k.indexOf(":")) + " " + texts.map((t) => t.textContent.trim()).filter(Boolean).join(", ");
  }
  if (things.length > 0) {
    svg.setAttribute("role", "group");
    for (const e of svg.querySelectorAll("text, .edge")) e.setAttribute("aria-hidden", "true");
    for (const e of things) {
      e.setAttribute("role", "button");
      e.setAttribute("tabindex", "-1");
      e.setAttribute("aria-pressed", "false");
      e.setAttribute("aria-label", nameOf(e));
    }
    moveTo(things[0]);
  }
  // A listener on the svg element would make that a stop of the Tab key as well.
  frame.addEventListener("focusin", (event) => {
    if (!things.includes(event.target)) return;
    moveTo(event.target);
    if (event.target.matches(":focus-visible")) follow(event.target);
  });
  frame.addEventListener("keydown", (event) => {
    if (!things.includes(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = {
      ArrowLeft: () => nearest(event.target, -1, 0), ArrowRight: () => nearest(event.target, 1, 0),
      ArrowUp: () => nearest(event.target, 0, -1), ArrowDown: () => nearest(event.target, 0, 1),
      Home: () => things[0], End: () => things.at(-1),
    }[event.key];
    if (to) {
      event.preventDefault();
      const e = to();
      if (!e) return;
      e.focus({ preventScroll: true });
      e.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      selection.press(event.target);
    }
  });
}
