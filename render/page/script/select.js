"use strict";
// What is selected: one thing of the page, by its key, at all its places. The
// address's fragment keeps it. Text only ever goes into the page as text.
const selection = (() => {
  const names = new Map(); // of what is called otherwise than its key says
  // Rows of tables are about what their first cell names, where they do not say
  // that they are about something else.
  for (const table of document.querySelectorAll("table.list")) {
    for (const row of table.tBodies[0].rows) {
      const name = row.cells[0].firstChild;
      if (row.classList.contains("fold") || !name) continue;
      if (!row.dataset.k) row.dataset.k = table.dataset.kind + ":" + name.data;
      else if (row.dataset.k.startsWith(table.dataset.kind + ":")) names.set(row.dataset.k, name.data);
      const pick = document.createElement("span");
      pick.className = "pick";
      name.replaceWith(pick);
      pick.append(name);
    }
  }
  for (const li of document.querySelectorAll("ol[data-kind] > [data-k]")) names.set(li.dataset.k, li.querySelector(".pick").textContent);
  const places = new Map();
  for (const e of document.querySelectorAll("[data-k]")) {
    if (!places.has(e.dataset.k)) places.set(e.dataset.k, []);
    places.get(e.dataset.k).push(e);
  }
  const details = document.getElementById("details");
  const status = document.getElementById("status");
  const watchers = [];
  const kindOf = (key) => key.slice(0, key.indexOf(":"));
  const kinds = new Set([...places.keys()].map(kindOf));
  const sections = new Map([...document.querySelectorAll("section")].map((s) => [s.id, s]));
  const smooth = matchMedia("(prefers-reduced-motion: no-preference)");
  let current = "";
  let view = ""; // the picture that is seen, if that is another than the first
  let showView = () => "";

  // Names become buttons, so that they can be reached and pressed by keyboard.
  for (const e of document.querySelectorAll("[data-k] span.pick")) {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "pick";
    b.tabIndex = -1;
    b.setAttribute("aria-pressed", "false");
    b.textContent = e.textContent;
    e.replaceWith(b);
  }

  // The fragment is "#KEY", "#view=VIEW" or "#KEY&view=VIEW". What others add behind
  // that does not count.
  const spelled = (key) => encodeURIComponent(key).replace(/%2F/g, "/").replace(/%3A/g, ":").replace(/%20/g, "+");
  function fromAddress() {
    const out = { key: "", view: "" };
    for (const part of location.hash.slice(1).split("&")) {
      const [, isView, text] = part.match(/^(view=)?(.*)$/s);
      const name = isView ? "view" : "key";
      try {
        out[name] = out[name] || decodeURIComponent(text.replace(/\+/g, "%20"));
      } catch {
        // not an address that this page made
      }
    }
    return out;
  }
  function keep() {
    const parts = [current && spelled(current), view && "view=" + spelled(view)].filter(Boolean);
    try {
      history.replaceState(null, "", parts.length > 0 ? "#" + parts.join("&") : location.pathname + location.search);
    } catch {
      // Some browsers allow only so many changes a minute; the selection holds anyway.
    }
  }

  function mark(key, on) {
    for (const e of places.get(key) || []) {
      e.classList.toggle("on", on);
      const b = e.matches("[role=button]") ? e : e.querySelector(":scope button.pick");
      if (b) b.setAttribute("aria-pressed", String(on));
    }
  }

  function addText(parent, element, text) {
    const e = document.createElement(element);
    e.textContent = text;
    parent.append(e);
    return e;
  }

  const titleOf = (key) => names.has(key) ? kindOf(key) + " " + names.get(key) : key.replace(":", " ");

  function describe(key) {
    document.getElementById("details-title").textContent = titleOf(key);
    const body = document.getElementById("details-body");
    body.replaceChildren();
    const shown = 12;
    const rows = places.get(key).filter((e) => e.matches("tr, li") && !e.closest(".links"));
    for (const e of rows.slice(0, shown)) {
      const section = e.closest("section");
      const heading = addText(body, "h3", "");
      const titles = e.matches("tr") ? [...e.closest("table").querySelectorAll("thead th")] : [];
      const server = titles.findIndex((th) => "filter" in th.dataset); // or the service: the first to choose rows by
      const link = addText(heading, "a", section.querySelector("h2").textContent + (server > 0 ? ": " + e.cells[server].textContent : ""));
      link.href = "#" + section.id;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        event.stopPropagation();
        reveal(e);
      });
      if (e.matches("li")) {
        addText(body, "div", e.querySelector(".took").textContent + ": " + e.querySelector(".detail").textContent);
        continue;
      }
      const list = addText(body, "dl", "");
      [...e.cells].forEach((c, i) => {
        if (i === 0 || i === server || !c.textContent) return;
        addText(list, "dt", titles[i].textContent);
        addText(list, "dd", c.textContent);
      });
    }
    if (rows.length > shown) addText(body, "p", "and " + (rows.length - shown) + " more places");
  }

  function reveal(e) {
    if (e.hidden) e.dispatchEvent(new Event("wanted", { bubbles: true })); // by what its table is searched for
    e.scrollIntoView({ block: "center", behavior: smooth.matches ? "smooth" : "auto" });
    const b = e.querySelector("button.pick");
    if (b) b.focus({ preventScroll: true });
  }

  // select selects a thing, or nothing for "". Where says in which part of the page.
  function select(key, where) {
    if (key && !places.has(key)) return false;
    if (current) mark(current, false);
    current = key;
    details.hidden = !key;
    document.body.classList.toggle("selecting", Boolean(key));
    if (key) {
      mark(key, true);
      describe(key);
      const n = places.get(key).length;
      status.textContent = titleOf(key) + " selected, " + n + (n === 1 ? " place" : " places") + " highlighted";
    } else {
      status.textContent = "nothing selected";
    }
    for (const w of watchers) w(key, where);
    return true;
  }

  function choose(key, where) {
    const next = key === current ? "" : key;
    select(next, where);
    keep();
  }

  // What was pressed does not vanish behind the details.
  function uncover(e) {
    const [place, over] = [e.getBoundingClientRect(), details.getBoundingClientRect()];
    if (!details.hidden && place.bottom > over.top && place.right > over.left) {
      scrollBy({ top: Math.min(place.bottom - over.top + 8, place.top - 80), behavior: "instant" });
    }
  }

  function press(e) {
    choose(e.dataset.k, e.closest("section"));
    uncover(e);
  }

  // missing says that the page does not have what the address asks for.
  function missing(key) {
    select("", null);
    const text = "This page has no " + key.replace(":", " “") + "”.";
    document.getElementById("details-title").textContent = "Not here";
    document.getElementById("details-body").replaceChildren();
    addText(document.getElementById("details-body"), "p", text);
    details.hidden = false;
    status.textContent = text;
  }

  function restore() {
    const address = fromAddress();
    view = showView(address.view);
    const key = address.key;
    if (!places.has(key)) {
      if (kinds.has(kindOf(key))) missing(key);
      else if (current) select("", null);
      return;
    }
    select(key, null);
    const all = places.get(key);
    const e = all.find((p) => p.matches("table.list tr:not([hidden])")) || all.find((p) => p.matches("tr, li"));
    if (e) e.scrollIntoView({ block: "center" });
  }

  document.addEventListener("click", (event) => {
    const e = event.target.closest("[data-k]");
    if (!e || event.target.closest("a") || String(getSelection()).length > 0 && !event.target.closest("button")) return;
    press(e);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !details.hidden && !(event.target.matches("input") && event.target.value)) {
      choose("", null);
    } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, select")) {
      const here = event.target.closest("section");
      const input = (here && here.querySelector("input[type=search]")) || document.querySelector("input[type=search]");
      if (input) {
        event.preventDefault();
        input.focus();
      }
    }
  });
  document.getElementById("details-close").addEventListener("click", () => {
    const b = current && places.get(current).map((e) => e.querySelector("button.pick")).find((x) => x && x.offsetParent);
    choose("", null);
    if (b) b.focus();
  });
  // The parts of the page are gone to without losing the fragment.
  for (const a of document.querySelectorAll("nav a, a.skip")) {
    a.addEventListener("click", (event) => {
      const section = sections.get(a.getAttribute("href").slice(1));
      if (!section) return;
      event.preventDefault();
      section.scrollIntoView({ behavior: smooth.matches ? "smooth" : "auto" });
      const title = section.querySelector("h2");
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    });
  }
  addEventListener("hashchange", restore);

  // roving makes the buttons in a container one stop of the Tab key: the arrow
  // keys, Home and End go from one to the next.
  function roving(container) {
    const buttons = () => [...container.querySelectorAll("button.pick")].filter((b) => !b.closest("[hidden]"));
    let stop = null;
    const moveTo = (b) => {
      if (stop) stop.tabIndex = -1;
      stop = b || null;
      if (stop) stop.tabIndex = 0;
    };
    const refresh = () => {
      if (!stop || !stop.isConnected || stop.closest("[hidden]")) moveTo(buttons()[0]);
    };
    container.addEventListener("focusin", (event) => {
      if (event.target.matches("button.pick")) moveTo(event.target);
    });
    container.addEventListener("keydown", (event) => {
      if (!event.target.matches("button.pick") || event.ctrlKey || event.altKey || event.metaKey) return;
      const all = buttons();
      const at = all.indexOf(event.target);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: Math.min(at + 10, all.length - 1), PageUp: Math.max(at - 10, 0) }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      if (all[to]) {
        moveTo(all[to]);
        all[to].focus();
      }
    });
    refresh();
    return refresh;
  }

  for (const c of document.querySelectorAll("table.plain, ol.links")) roving(c);
  // When all scripts have run: what watches must be there.
  addEventListener("DOMContentLoaded", restore);
  // keepView keeps the picture that is seen in the address. What onView is given
  // shows the one that the address asks for, and returns what to keep.
  const keepView = (name) => {
    view = name;
    keep();
  };
  const onView = (show) => { showView = show; };
  return { roving, keepView, onView, watch: (w) => watchers.push(w), press, current: () => current, places: (key) => places.get(key) || [] };
})();
