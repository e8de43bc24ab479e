"use strict";
// The timeline by keyboard, the time under the pointer, and a part of the time
// seen larger: what is seen is a range, in parts of the whole.
(() => {
  const timeline = document.querySelector(".timeline");
  if (!timeline) return;
  selection.roving(timeline.querySelector("ol"));

  const axis = timeline.querySelector(".axis");
  const whole = Number(timeline.dataset.ns);
  const shortest = 1 / 500; // places have no more digits than that
  let range = { from: 0, to: 1 };

  const make = (element, parent, attributes) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", element);
    for (const [name, value] of Object.entries(attributes || {})) e.setAttribute(name, value);
    parent.append(e);
    return e;
  };
  // spelled writes a time as exactly as steps of the given length need.
  function spelled(ns, step) {
    const [unit, name] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]].find(([u]) => ns >= u) || [1, "ns"];
    const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9)));
    return [(ns / unit).toFixed(digits), name];
  }
  // exactly keeps the zeros at the end, round does not.
  const exactly = (ns, step) => spelled(ns, step).join(" ");
  const round = (ns, step) => ns === 0 ? "0" : Number(spelled(ns, step)[0]) + " " + spelled(ns, step)[1];

  const percent = (e, name) => parseFloat(e.getAttribute(name)) / 100;
  const bars = [...timeline.querySelectorAll("li")].map((li) => {
    const pieces = [...li.querySelectorAll(".bar rect")].map((e) => ({ e, from: percent(e, "x"), to: percent(e, "x") + percent(e, "width") }));
    return { li, pieces, from: Math.min(...pieces.map((p) => p.from)), to: Math.max(...pieces.map((p) => p.to)) };
  });
  const marks = [...axis.querySelectorAll(".mark")].map((e) => ({ e, at: percent(e, e.matches("line") ? "x1" : "x") }));
  let ticks = [...axis.children].filter((e) => !e.matches(".mark"));

  function drawTicks() {
    const most = Math.max(2, Math.min(12, Math.floor(axis.clientWidth / 90)));
    const length = (range.to - range.from) * whole;
    let step = 1;
    for (const factor of Array(20).fill([2, 2.5, 2]).flat()) { // 1, 2, 5, 10, …
      if (length / step <= most) break;
      step *= factor;
    }
    ticks.forEach((e) => e.remove());
    ticks = [];
    for (let at = Math.ceil(range.from * whole / step) * step; at <= range.to * whole; at += step) {
      const x = (at - range.from * whole) / length * 100 + "%";
      const line = make("line", axis, { x1: x, x2: x, y1: 82, y2: "100%" });
      const text = make("text", axis, { x, y: 78 });
      text.textContent = round(at, step);
      ticks.push(line, text);
    }
    axis.prepend(...ticks);
  }

  const place = (at) => (at - range.from) / (range.to - range.from);
  const near = (part) => Math.min(Math.max(part, -0.5), 1.5); // far away is as good as just outside
  function draw() {
    for (const { li, pieces, from, to } of bars) {
      li.classList.toggle("before", to < range.from);
      li.classList.toggle("after", from > range.to);
      for (const p of pieces) {
        const [x0, x1] = [near(place(p.from)), near(place(p.to))];
        p.e.setAttribute("x", 100 * x0 + "%");
        p.e.setAttribute("width", 100 * (x1 - x0) + "%");
      }
    }
    for (const { e, at } of marks) {
      const x = place(at);
      for (const name of e.matches("line") ? ["x1", "x2"] : ["x"]) e.setAttribute(name, 100 * x + "%");
      e.classList.toggle("late", x > 0.5);
      e.setAttribute("visibility", x < -0.0001 || x > 1.0001 ? "hidden" : "visible");
    }
    drawTicks();
    timeline.classList.toggle("part", range.to - range.from < 1);
    const step = (range.to - range.from) * whole / 200;
    shown.textContent = range.to - range.from < 1 ? exactly(range.from * whole, step) + " to " + exactly(range.to * whole, step) : "";
    hide();
  }
  function choose(from, to) {
    const length = Math.min(Math.max(to - from, shortest), 1);
    const begin = Math.min(Math.max((from + to - length) / 2, 0), 1 - length);
    range = { from: begin, to: begin + length };
    draw();
  }
  function zoom(factor, at) {
    // What is looked at stays where it is, or comes to the middle.
    const focused = bars.find((b) => b.li.contains(document.activeElement));
    const middle = (range.from + range.to) / 2;
    const length = (range.to - range.from) / factor;
    if (at !== undefined) choose(at - (at - range.from) / factor, at + (range.to - at) / factor);
    else if (focused && factor > 1) choose((focused.from + focused.to - length) / 2, (focused.from + focused.to + length) / 2);
    else choose(middle - length / 2, middle + length / 2);
  }
  function move(part) {
    const by = part * (range.to - range.from);
    const within = Math.min(Math.max(by, -range.from), 1 - range.to);
    choose(range.from + within, range.to + within);
  }

  const controls = document.createElement("div");
  controls.className = "controls";
  controls.setAttribute("role", "toolbar");
  controls.setAttribute("aria-label", "Timeline");
  for (const [text, label, act] of [
    ["+", "See less time, larger", () => zoom(2)], ["−", "See more time", () => zoom(1 / 2)], ["All", "See all of the time", () => choose(0, 1)],
    ["←", "Earlier", () => move(-1 / 2)], ["→", "Later", () => move(1 / 2)],
  ]) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = text;
    b.title = label;
    b.setAttribute("aria-label", label);
    b.addEventListener("click", act);
    controls.append(b);
  }
  const shown = document.createElement("output");
  const hint = document.createElement("span");
  hint.className = "muted keys";
  hint.textContent = "Drag over the bars to enlarge a stretch of time. Keys: + − 0 and the arrows.";
  controls.append(shown, hint);
  timeline.before(controls);

  timeline.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      "+": () => zoom(2), "=": () => zoom(2), "-": () => zoom(1 / 2), "0": () => choose(0, 1),
      ArrowLeft: () => move(-1 / 4), ArrowRight: () => move(1 / 4),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // The time under the pointer.
  const cursor = make("g", axis, { class: "cursor" });
  const line = make("line", cursor, { y1: 68, y2: "100%" });
  const text = make("text", cursor, { y: 78 });
  const stretch = make("rect", axis, { class: "stretch", y: 82, height: "100%", visibility: "hidden" });
  const hide = () => cursor.setAttribute("visibility", "hidden");
  function under(event) {
    const r = axis.getBoundingClientRect();
    return (event.clientX - r.left) / r.width;
  }
  const timeAt = (x) => range.from + x * (range.to - range.from);
  timeline.addEventListener("pointermove", (event) => {
    const x = under(event);
    if (x < 0 || x > 1) return hide();
    cursor.setAttribute("visibility", "visible");
    for (const at of ["x1", "x2"]) line.setAttribute(at, 100 * x + "%");
    text.setAttribute("x", 100 * x + "%");
    text.textContent = exactly(timeAt(x) * whole, (range.to - range.from) * whole / 200);
  });
  timeline.addEventListener("pointerleave", hide);
  timeline.addEventListener("wheel", (event) => {
    const x = under(event);
    if (!event.ctrlKey && !event.metaKey || x < 0 || x > 1) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), timeAt(x));
  }, { passive: false });

  // A stretch that the mouse is dragged over is what is seen then. With a finger
  // the page is scrolled.
  let begun = null;
  let dragged = false;
  const stretched = (event) => [begun, Math.min(Math.max(under(event), 0), 1)].sort((a, b) => a - b);
  function end() {
    begun = null;
    stretch.setAttribute("visibility", "hidden");
  }
  timeline.addEventListener("pointerdown", (event) => {
    const x = under(event);
    dragged = false;
    if (event.button === 0 && event.pointerType === "mouse" && x >= 0 && x <= 1 && !event.target.closest("button")) begun = x;
  });
  timeline.addEventListener("mousedown", (event) => {
    if (begun !== null) event.preventDefault(); // no text is marked
  });
  timeline.addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const [from, to] = stretched(event);
    if (!dragged && (to - from) * axis.clientWidth < 4) return;
    if (!dragged) timeline.setPointerCapture(event.pointerId);
    dragged = true;
    stretch.setAttribute("x", 100 * from + "%");
    stretch.setAttribute("width", 100 * (to - from) + "%");
    stretch.setAttribute("visibility", "visible");
  });
  timeline.addEventListener("pointerup", (event) => {
    if (begun !== null && dragged) {
      const [from, to] = stretched(event);
      choose(timeAt(from), timeAt(to));
    }
    end();
  });
  timeline.addEventListener("pointercancel", end);
  timeline.addEventListener("click", (event) => {
    if (dragged) event.stopPropagation();
    dragged = false;
  }, true);

  // What is selected elsewhere is brought into sight.
  selection.watch((key, where) => {
    if (where && where.contains(timeline) || range.to - range.from === 1) return;
    const b = bars.find((c) => c.li.dataset.k === key);
    if (b && (b.to < range.from || b.from > range.to)) move(((b.from + b.to) / 2 - (range.from + range.to) / 2) / (range.to - range.from));
  });

  // On paper there is all of it.
  let before = null;
  addEventListener("beforeprint", () => {
    before = range;
    choose(0, 1);
  });
  addEventListener("afterprint", () => {
    if (before) choose(before.from, before.to);
  });
  let width = axis.clientWidth;
  new ResizeObserver(() => {
    if (axis.clientWidth === width) return;
    width = axis.clientWidth;
    drawTicks();
  }).observe(timeline);
  hide();
})();
