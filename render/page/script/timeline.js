"use strict";
// The timeline by keyboard, and the time under the pointer.
(() => {
  const timeline = document.querySelector(".timeline");
  if (!timeline) return;
  selection.roving(timeline.querySelector("ol"));

  const axis = timeline.querySelector(".axis");
  const make = (element, parent) => {
    const e = document.createElementNS("http://www.w3.org/2000/svg", element);
    parent.append(e);
    return e;
  };
  const cursor = make("g", axis);
  cursor.setAttribute("class", "cursor");
  const line = make("line", cursor);
  line.setAttribute("y1", "68");
  line.setAttribute("y2", "100%");
  const text = make("text", cursor);
  text.setAttribute("y", "78");

  const whole = Number(timeline.dataset.ns);
  function spelled(ns) {
    for (const [unit, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]]) {
      if (whole >= unit) return (ns / unit).toFixed(whole >= 100 * unit ? 0 : whole >= 10 * unit ? 1 : 2) + " " + name;
    }
    return Math.round(ns) + " ns";
  }
  const hide = () => cursor.setAttribute("visibility", "hidden");
  timeline.addEventListener("pointermove", (event) => {
    const r = axis.getBoundingClientRect();
    const x = (event.clientX - r.left) / r.width;
    if (x < 0 || x > 1) return hide();
    cursor.setAttribute("visibility", "visible");
    for (const at of ["x1", "x2"]) line.setAttribute(at, 100 * x + "%");
    text.setAttribute("x", 100 * x + "%");
    text.textContent = spelled(x * whole);
  });
  timeline.addEventListener("pointerleave", hide);
  hide();
})();
