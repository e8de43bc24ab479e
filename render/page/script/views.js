"use strict";
// Of the pictures one is seen at a time: the others are behind tabs.
(() => {
  const views = [...document.querySelectorAll(".view")];
  if (views.length < 2) return;
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Pictures of the chain");
  const tabs = views.map((view) => {
    const tab = document.createElement("button");
    const title = view.querySelector("h3");
    tab.type = "button";
    tab.id = "tab-" + view.dataset.view;
    tab.textContent = title.textContent;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", view.id);
    view.setAttribute("role", "tabpanel");
    view.setAttribute("aria-labelledby", tab.id);
    list.append(tab);
    return tab;
  });
  views[0].parentElement.prepend(list);
  views[0].parentElement.classList.add("tabbed");

  let seen = 0;
  const name = () => seen === 0 ? "" : views[seen].dataset.view;
  function show(at) {
    seen = at;
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === at));
      tab.tabIndex = i === at ? 0 : -1;
      views[i].hidden = i !== at;
    });
    views[at].dispatchEvent(new Event("shown"));
  }
  function choose(at) {
    show(at);
    selection.keepView(name());
  }
  tabs.forEach((tab, at) => tab.addEventListener("click", () => choose(at)));
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const n = tabs.length;
    const to = { ArrowRight: (at + 1) % n, ArrowLeft: (at + n - 1) % n, Home: 0, End: n - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
    tabs[to].focus();
  });
  // A mark on the tabs says which pictures have what is selected.
  selection.watch((key) => {
    tabs.forEach((tab, at) => {
      const has = key !== "" && selection.places(key).some((e) => views[at].contains(e));
      tab.classList.toggle("has", has);
      tab.title = has ? "has what is selected" : "";
    });
  });
  selection.onView((wanted) => {
    const at = wanted === "" ? 0 : views.findIndex((v) => v.dataset.view === wanted);
    if (at >= 0 && at !== seen) show(at);
    return name();
  });
  show(0);
})();
