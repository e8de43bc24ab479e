"use strict";
// Tables that can be searched, filtered and sorted.
(() => {
  const order = new Intl.Collator("en", { numeric: true });
  const narrow = matchMedia("(max-width: 50rem)");

  function labelled(parent, text, control) {
    const label = document.createElement("label");
    const span = document.createElement("span");
    span.textContent = text;
    label.append(span, control);
    parent.append(label);
  }

  for (const table of document.querySelectorAll("table.list")) {
    const noun = table.dataset.noun;
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const texts = rows.map((r) => [...r.cells].map((c) => c.textContent).join("\n").toLowerCase());
    const refresh = selection.roving(body);
    // Where code stands, lines rather end behind a slash than within a word.
    heads.forEach((th, column) => {
      if (!th.matches(".code")) return;
      for (const cell of rows.map((r) => r.cells[column])) {
        const parts = cell.textContent.split(/(?<=\/)/);
        if (parts.length > 1) cell.replaceChildren(...parts.flatMap((part, i) => i === 0 ? [part] : [document.createElement("wbr"), part]));
      }
    });

    const controls = document.createElement("div");
    controls.className = "controls";
    controls.setAttribute("role", "search");
    controls.setAttribute("aria-label", noun + "s");
    const search = document.createElement("input");
    search.type = "search";
    search.autocomplete = "off";
    search.spellcheck = false;
    labelled(controls, "Search", search);
    const filters = [];
    heads.forEach((th, column) => {
      if (!("filter" in th.dataset)) return;
      const select = document.createElement("select");
      const all = document.createElement("option");
      all.value = "";
      all.textContent = "any";
      select.append(all);
      const values = [...new Set(rows.map((r) => r.cells[column].textContent))].filter(Boolean);
      if (values.length < 2) return;
      values.slice(0, 200).forEach((v) => {
        const o = document.createElement("option");
        // The value has a mark before it, as the empty one stands for any.
        o.value = "=" + v;
        o.textContent = v.length > 60 ? v.slice(0, 60) + "…" : v;
        select.append(o);
      });
      labelled(controls, th.textContent, select);
      filters.push({ column, select });
    });
    const clear = document.createElement("button");
    clear.type = "button";
    clear.textContent = "Show all";
    clear.hidden = true;
    const count = document.createElement("output");
    count.setAttribute("aria-live", "polite");
    controls.append(clear, count);
    table.parentElement.before(controls);

    function show() {
      const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = filters.filter((f) => f.select.value).map((f) => [f.column, f.select.value.slice(1)]);
      let n = 0;
      rows.forEach((r, i) => {
        r.hidden = !terms.every((t) => texts[i].includes(t)) || !wanted.every(([c, v]) => r.cells[c].textContent === v);
        if (!r.hidden) n++;
      });
      controls.classList.toggle("some", n < rows.length);
      clear.hidden = terms.length === 0 && wanted.length === 0;
      count.textContent = n === rows.length ? n + " rows" : n + " of " + rows.length + " rows";
      refresh();
    }
    search.addEventListener("input", show);
    search.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") {
        const b = body.querySelector("tr:not([hidden]) button.pick");
        if (b) {
          event.preventDefault();
          b.focus();
        }
      } else if (event.key === "Escape" && search.value) {
        search.value = "";
        show();
      }
    });
    filters.forEach((f) => f.select.addEventListener("change", show));
    function showAll() {
      search.value = "";
      filters.forEach((f) => { f.select.value = ""; });
      show();
    }
    clear.addEventListener("click", () => {
      showAll();
      search.focus();
    });

    // A column is sorted up, then down, then as the trace has it. Rows that stand
    // for several come last.
    function sort(column, direction) {
      const value = (r) => r.cells[column].dataset.v || r.cells[column].textContent;
      const numeric = rows.some((r) => r.cells[column].dataset.v);
      const sorted = direction === 0 ? rows : [...rows].sort((a, b) => {
        const folded = a.classList.contains("fold") - b.classList.contains("fold");
        const [x, y] = [value(a), value(b)];
        if (folded || !x !== !y) return folded || !x - !y; // what has no value as well
        return direction * (numeric ? x - y : order.compare(x, y));
      });
      body.append(...sorted);
      heads.forEach((th, i) => {
        if (i === column && direction) th.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
        else th.removeAttribute("aria-sort");
      });
    }
    heads.forEach((th, column) => {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = th.textContent;
      th.replaceChildren(b);
      b.addEventListener("click", () => {
        const now = th.getAttribute("aria-sort");
        sort(column, now === "ascending" ? -1 : now === "descending" ? 0 : 1);
      });
    });

    // What is selected elsewhere is not hidden here.
    selection.watch((key, where) => {
      const mine = selection.places(key).filter((e) => body.contains(e));
      if (mine.length > 0 && where !== table.closest("section") && mine.every((r) => r.hidden)) showAll();
    });
    // Nor is a row that is asked for.
    body.addEventListener("wanted", showAll);
    show();
  }

  // Where rows are laid out as cards they must be told to be rows all the same.
  function roles() {
    if (!narrow.matches) return;
    narrow.removeEventListener("change", roles);
    for (const table of document.querySelectorAll("table")) {
      table.setAttribute("role", "table");
      for (const e of [table.tHead, ...table.tBodies]) e.setAttribute("role", "rowgroup");
      for (const e of table.rows) e.setAttribute("role", "row");
      for (const e of table.tHead.rows[0].cells) e.setAttribute("role", "columnheader");
      for (const row of table.tBodies[0].rows) [...row.cells].forEach((c, i) => c.setAttribute("role", i === 0 ? "rowheader" : "cell"));
    }
  }
  narrow.addEventListener("change", roles);
  roles();
})();
