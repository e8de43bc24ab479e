"use strict";
// A picture can be moved and enlarged: by mouse, by touch, by keyboard and with
// buttons. What is seen is the svg element's viewBox.
const pictures = [...document.querySelectorAll(".picture")].map((frame) => {
  const svg = frame.querySelector("svg");
  const title = svg.getAttribute("aria-label");
  const box = svg.viewBox.baseVal;
  const whole = { x: box.x, y: box.y, width: box.width, height: box.height };
  const readable = 0.9; // pixels for a unit of the picture, at the least to begin with: names are 12 units high
  const closest = 4;
  const largest = 1.3; // to begin with
  const shift = svg.querySelector("g").transform.baseVal.consolidate().matrix;
  let view = { ...whole };
  let wanted = null; // what a reader chose to see; null: nothing yet

  // A frame has no more room than its picture fills, and of a high one not all.
  function room() {
    const s = Math.min(Math.max(frame.clientWidth / whole.width, readable), largest);
    frame.style.maxHeight = Math.ceil(whole.height * s) + 2 + "px";
  }
  const scale = () => Math.min(frame.clientWidth / view.width, frame.clientHeight / view.height);
  function show(next) {
    const [w, h] = [frame.clientWidth || 1, frame.clientHeight || 1];
    // The view has the shape of the frame, and neither loses the picture nor
    // shows it too small or too large.
    const fit = Math.min(w / whole.width, h / whole.height, largest);
    const s = Math.min(Math.max(w / next.width, Math.min(fit, readable)), closest);
    const [vw, vh] = [w / s, h / s];
    const [cx, cy] = [next.x + next.width / 2, next.y + next.height / 2];
    const within = (c, size, from, length) => size >= length ? from + length / 2 : Math.min(Math.max(c, from + size / 2), from + length - size / 2);
    view = { width: vw, height: vh, x: within(cx, vw, whole.x, whole.width) - vw / 2, y: within(cy, vh, whole.y, whole.height) - vh / 2 };
    svg.setAttribute("viewBox", [view.x, view.y, view.width, view.height].map((v) => v.toFixed(2)).join(" "));
    frame.classList.toggle("large", s > fit * 1.01);
    // Where there is more than is seen, the frame's side has a shadow.
    const beyond = (side, is) => frame.classList.toggle("more-" + side, is);
    beyond("left", view.x > whole.x + 1);
    beyond("right", view.x + vw < whole.x + whole.width - 1);
    beyond("up", view.y > whole.y + 1);
    beyond("down", view.y + vh < whole.y + whole.height - 1);
  }
  // choose shows what a reader wants, and keeps it for when the frame changes.
  function choose(next) {
    show(next);
    wanted = view;
  }
  function fit() {
    const s = Math.min(frame.clientWidth / whole.width, frame.clientHeight / whole.height, largest);
    const [w, h] = [frame.clientWidth / s, frame.clientHeight / s];
    choose({ x: whole.x + (whole.width - w) / 2, y: whole.y + (whole.height - h) / 2, width: w, height: h });
  }
  // To begin with: the whole picture, or as much of its upper left as can be read. On
  // a phone there is no room for what stands before the first frame.
  function begin() {
    const s = Math.max(Math.min(frame.clientWidth / whole.width, frame.clientHeight / whole.height, largest), readable);
    const [w, h] = [frame.clientWidth / s, frame.clientHeight / s];
    const frames = w < 600 ? [...svg.querySelectorAll(".cluster")].map((e) => e.getBBox().x + shift.e) : [];
    const left = frames.length > 0 ? Math.min(...frames) - 4 : whole.x;
    show({ x: Math.min(left, whole.x + (whole.width - w) / 2), y: Math.min(whole.y, whole.y + (whole.height - h) / 2), width: w, height: h });
  }
  function zoom(factor, x, y) {
    const [ax, ay] = [x === undefined ? view.x + view.width / 2 : x, y === undefined ? view.y + view.height / 2 : y];
    const limited = scale() * factor > closest ? closest / scale() : factor;
    choose({ x: ax - (ax - view.x) / limited, y: ay - (ay - view.y) / limited, width: view.width / limited, height: view.height / limited });
  }
  function move(dx, dy) {
    choose({ ...view, x: view.x + dx, y: view.y + dy });
  }
  const place = (event) => {
    const r = frame.getBoundingClientRect();
    return [view.x + (event.clientX - r.left) / r.width * view.width, view.y + (event.clientY - r.top) / r.height * view.height];
  };

  const controls = document.createElement("div");
  controls.className = "controls";
  controls.setAttribute("role", "toolbar");
  controls.setAttribute("aria-label", "Picture: " + title);
  for (const [text, label, act] of [
    ["+", "Enlarge", () => zoom(1.4)], ["−", "Make smaller", () => zoom(1 / 1.4)], ["Fit", "Show the whole picture", fit],
    ["←", "Move left", () => move(-view.width / 4, 0)], ["→", "Move right", () => move(view.width / 4, 0)],
    ["↑", "Move up", () => move(0, -view.height / 4)], ["↓", "Move down", () => move(0, view.height / 4)],
  ]) {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = text;
    b.title = label;
    b.setAttribute("aria-label", label);
    b.addEventListener("click", act);
    controls.append(b);
  }
  for (const [of, text] of [["muted", "Drag to move; pinch, or turn the wheel with Ctrl held, to enlarge."], ["muted keys", "Keys: + − 0 and the arrows; Tab goes to the names."]]) {
    const hint = document.createElement("span");
    hint.className = of;
    hint.textContent = text;
    controls.append(hint);
  }
  frame.before(controls);

  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", "Picture of " + title + ": plus and minus enlarge it or make it smaller, 0 shows all of it, the arrow keys move it");
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), "0": fit,
      ArrowLeft: () => move(-view.width / 10, 0), ArrowRight: () => move(view.width / 10, 0),
      ArrowUp: () => move(0, -view.height / 10), ArrowDown: () => move(0, view.height / 10),
    }[event.key];
    if (!act || event.key.startsWith("Arrow") && event.target !== frame) return;
    event.preventDefault();
    act();
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page is scrolled
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 300), ...place(event));
  }, { passive: false });
  frame.addEventListener("dblclick", (event) => zoom(1.6, ...place(event)));

  // One pointer moves the picture, two enlarge it as well.
  const pointers = new Map();
  let dragged = false;
  let from = null;
  const middle = () => {
    const all = [...pointers.values()];
    const [x, y] = [all.reduce((n, p) => n + p.clientX, 0) / all.length, all.reduce((n, p) => n + p.clientY, 0) / all.length];
    return { clientX: x, clientY: y, apart: all.length > 1 ? Math.hypot(all[0].clientX - all[1].clientX, all[0].clientY - all[1].clientY) : 0 };
  };
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) dragged = false;
    pointers.set(event.pointerId, event);
    from = middle();
  });
  frame.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, event);
    const to = middle();
    if (!dragged && pointers.size === 1 && Math.hypot(to.clientX - from.clientX, to.clientY - from.clientY) < 4) return;
    if (!dragged) {
      dragged = true;
      frame.setPointerCapture(event.pointerId);
      svg.classList.add("moving");
    }
    const s = scale();
    move((from.clientX - to.clientX) / s, (from.clientY - to.clientY) / s);
    if (from.apart && to.apart) zoom(to.apart / from.apart, ...place(to));
    from = to;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, (event) => {
      pointers.delete(event.pointerId);
      svg.classList.remove("moving");
      if (pointers.size > 0) from = middle();
    });
  }
  // A drag that ends on something does not select it.
  frame.addEventListener("click", (event) => {
    if (dragged) event.stopPropagation();
    dragged = false;
  }, true);

  // follow brings a thing of the picture into sight.
  const placeOf = new Map();
  function boxOf(e) {
    if (!placeOf.has(e)) {
      const b = (e.matches("rect") ? e : e.querySelector("text") || e).getBBox(); // of a frame its name
      placeOf.set(e, { x: b.x + shift.e, y: b.y + shift.f, width: b.width, height: b.height });
    }
    return placeOf.get(e);
  }
  function follow(e) {
    const b = boxOf(e);
    const seen = b.x >= view.x && b.x + b.width <= view.x + view.width && b.y >= view.y && b.y + b.height <= view.y + view.height;
    if (!seen) choose({ ...view, x: b.x + b.width / 2 - view.width / 2, y: b.y + b.height / 2 - view.height / 2 });
  }

  // What is selected elsewhere is brought into sight, here if this is seen.
  function followSelected() {
    const e = selection.places(selection.current()).find((p) => svg.contains(p));
    if (e && frame.clientWidth > 0) follow(e);
  }
  selection.watch((key, where) => {
    if (!where || !where.contains(frame)) followSelected();
  });

  // A picture that is not seen has no size; it begins when it is.
  let size = 0;
  let printing = false;
  function again() {
    if (frame.clientWidth === 0) {
      size = 0;
      return;
    }
    room();
    if (wanted) show(wanted);
    else begin();
    if (size === 0) followSelected();
    size = frame.clientWidth;
  }
  again();
  new ResizeObserver(() => {
    if (!printing) again();
  }).observe(frame);
  // A change of size is told late, and not at all if it is undone by then.
  frame.closest(".view").addEventListener("shown", () => {
    size = 0;
    again();
  });
  // On paper there is the whole picture.
  addEventListener("beforeprint", () => {
    printing = true;
    frame.style.maxHeight = "";
    svg.setAttribute("viewBox", [whole.x, whole.y, whole.width, whole.height].join(" "));
  });
  addEventListener("afterprint", () => {
    printing = false;
    again();
  });
  return { frame, svg, boxOf, follow };
});
