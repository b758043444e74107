// The search page: links and forms become requests for a part of the page, the address stays the only state.
"use strict";

const reportgraph = {
  // Called by Gradio when its component is there. `server` holds the functions that answer with rendered HTML.
  start(element, server) {
    const page = element.querySelector("#rg-page");
    if (!page || page.dataset.started) return;
    page.dataset.started = "yes";
    new SearchPage(page, element.querySelector("#rg-said"), server).open();
  },
};

class SearchPage {
  constructor(page, said, server) {
    this.page = page;
    this.said = said;
    this.server = server;
    this.asked = 0;
  }

  open() {
    this.page.addEventListener("click", (event) => this.clicked(event));
    this.page.addEventListener("keydown", (event) => this.pressed(event));
    this.page.addEventListener("submit", (event) => this.submitted(event));
    this.page.addEventListener("change", (event) => this.changed(event));
    this.page.addEventListener("toggle", (event) => this.unfolded(event), true);
    window.addEventListener("popstate", () => this.show());
    new YearDrag(this.page, (address) => this.go(address));
    this.show();
  }

  clicked(event) {
    const link = event.target.closest("a[data-search]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.href.baseVal ?? link.href, "top" in link.dataset || !link.closest(".rg-side"));
  }

  // A facet's value is drawn as a checkbox, and people press the space bar on those.
  pressed(event) {
    const choice = event.target.closest("a[role=checkbox]");
    if (choice && event.key === " ") {
      event.preventDefault();
      choice.click();
    }
  }

  submitted(event) {
    const form = event.target.closest("form[data-search]");
    if (!form) return;
    event.preventDefault();
    const parameters = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== "") parameters.append(name, value);
    this.go(`${form.getAttribute("action")}?${parameters}`, form.classList.contains("rg-query"));
  }

  changed(event) {
    const choice = event.target.closest("[data-submit]");
    if (choice) choice.form.requestSubmit();
  }

  async unfolded(event) {
    const details = event.target;
    if (!details.open || !details.dataset.related) return;
    const id = details.dataset.related;
    delete details.dataset.related;
    const place = document.createElement("div");
    place.setAttribute("aria-busy", "true");
    details.querySelector("p").replaceWith(place);
    try {
      const answer = await this.server.relatives(`${id}\n${location.search.slice(1)}`);
      place.innerHTML = answer.html;
    } catch {
      place.textContent = "…";
    }
    place.removeAttribute("aria-busy");
  }

  go(address, toTop = false) {
    const url = new URL(address, location.href);
    history.pushState(null, "", url.pathname + url.search);
    this.show(toTop);
  }

  // Replies may overtake each other: only the one to the last question is shown.
  async show(toTop = false) {
    const asked = ++this.asked;
    this.page.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await this.server.show(location.search.slice(1));
    } catch {
      answer = null;
    }
    if (asked !== this.asked) return;
    this.page.removeAttribute("aria-busy");
    // Without Gradio the plain page still answers.
    if (answer) this.put(answer, toTop);
    else location.assign(`/search${location.search}`);
  }

  put(answer, toTop) {
    const kept = new Kept(this.page);
    this.page.innerHTML = answer.html;
    kept.restore(toTop);
    if (answer.title) document.title = answer.title;
    if (answer.language) document.documentElement.lang = answer.language;
    this.said.textContent = answer.said;
  }
}

// What must survive when the page is put anew: the focus, and what the reader has unfolded.
class Kept {
  constructor(page) {
    this.page = page;
    this.focused = page.contains(document.activeElement) ? document.activeElement.id : "";
    this.folds = new Map();
    for (const details of page.querySelectorAll(".rg-side details[id]")) this.folds.set(details.id, details.open);
    this.first = this.folds.size === 0;
  }

  restore(toTop) {
    for (const [id, open] of this.folds) {
      const details = document.getElementById(id);
      if (details) details.open = open;
    }
    // On a phone the results come first; the filters unfold when they are wanted.
    const filters = document.getElementById("filters");
    if (this.first && filters && window.matchMedia("(max-width: 50rem)").matches) filters.open = false;
    if (this.focused) {
      const again = document.getElementById(this.focused) ?? document.getElementById("main");
      for (let fold = again?.parentElement?.closest("details"); fold; fold = fold.parentElement?.closest("details")) {
        fold.open = true;
      }
      again?.focus({ preventScroll: true });
    }
    if (toTop) window.scrollTo({ top: 0 });
  }
}

// Years are chosen by dragging over the bars; a click on one bar is its link.
class YearDrag {
  constructor(page, go) {
    this.go = go;
    this.from = null;
    page.addEventListener("pointerdown", (event) => this.begin(event));
    page.addEventListener("pointermove", (event) => this.move(event));
    page.addEventListener("pointerup", (event) => this.end(event));
    page.addEventListener("pointercancel", () => this.forget());
    // A link that is dragged would be taken for its address.
    page.addEventListener("dragstart", (event) => event.target.closest("[data-histogram]") && event.preventDefault());
    page.addEventListener("click", (event) => this.swallow(event), true);
  }

  barAt(event) {
    const picture = this.picture;
    const box = picture.getBoundingClientRect();
    const bars = picture.querySelectorAll("rect[data-first]");
    const place = Math.floor(((event.clientX - box.left) / box.width) * bars.length);
    return bars[Math.min(bars.length - 1, Math.max(0, place))];
  }

  begin(event) {
    const picture = event.target.closest("[data-histogram]");
    if (!picture || event.button !== 0) return;
    this.picture = picture;
    this.from = this.to = this.barAt(event);
  }

  move(event) {
    if (!this.from) return;
    this.to = this.barAt(event);
    // Only a drag is captured: a captured click would miss its link.
    if (this.to !== this.from) this.picture.setPointerCapture(event.pointerId);
    const [first, last] = this.span();
    for (const bar of this.picture.querySelectorAll("rect[data-first]")) {
      const inside = Number(bar.dataset.first) >= first && Number(bar.dataset.last) <= last;
      bar.classList.toggle("rg-dragged", inside);
    }
  }

  end() {
    if (!this.from) return;
    this.dragged = this.from !== this.to;
    if (this.dragged) {
      const [first, last] = this.span();
      const form = this.picture.parentElement.querySelector("form");
      form.elements.year_from.value = first;
      form.elements.year_to.value = last;
      form.requestSubmit();
    }
    this.forget();
  }

  swallow(event) {
    if (!this.dragged) return;
    this.dragged = false;
    if (event.target.closest("[data-histogram]")) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  span() {
    const years = [this.from, this.to].flatMap((bar) => [Number(bar.dataset.first), Number(bar.dataset.last)]);
    return [Math.min(...years), Math.max(...years)];
  }

  forget() {
    this.picture?.querySelectorAll(".rg-dragged").forEach((bar) => bar.classList.remove("rg-dragged"));
    this.from = this.to = null;
  }
}

window.reportgraph = reportgraph;
