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
    this.search = null;
    this.later = 0;
  }

  open() {
    this.page.addEventListener("click", (event) => this.clicked(event));
    this.page.addEventListener("keydown", (event) => this.pressed(event));
    this.page.addEventListener("submit", (event) => this.submitted(event));
    this.page.addEventListener("change", (event) => this.changed(event));
    this.page.addEventListener("toggle", (event) => this.unfolded(event), true);
    this.page.addEventListener("toggle", () => this.rememberSoon(), true);
    this.page.addEventListener("click", () => this.remember(), true);
    window.addEventListener("scroll", () => this.rememberSoon(), { passive: true });
    window.addEventListener("popstate", () => this.returned());
    // Only when the reply is there is there a place to scroll to.
    history.scrollRestoration = "manual";
    new YearDrag(this.page, (address) => this.go(address));
    this.show(false, history.state);
  }

  clicked(event) {
    const inside = event.target.closest("a[href^='#']");
    if (inside) {
      // Gradio's page has a base address: the link would lead away from the search.
      event.preventDefault();
      document.getElementById(inside.hash.slice(1))?.focus();
      return;
    }
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
    const link = details.querySelector("p");
    const place = document.createElement("div");
    place.setAttribute("aria-busy", "true");
    link.replaceWith(place);
    try {
      const answer = await this.server.relatives(`${id}\n${location.search.slice(1)}`);
      place.innerHTML = answer.html;
      place.removeAttribute("aria-busy");
    } catch {
      // The page of the report shows them too.
      place.replaceWith(link);
      details.dataset.related = id;
    }
  }

  go(address, toTop = false) {
    const url = new URL(address, location.href);
    history.pushState(null, "", url.pathname + url.search);
    this.show(toTop);
  }

  // What the reader has unfolded and where the page is scrolled to belong to the entry of the history: who comes back
  // from a report finds the search as it was left.
  remember() {
    clearTimeout(this.later);
    if (this.page.hasAttribute("aria-busy")) return;
    const folds = Array.from(this.page.querySelectorAll("details[id]"), (details) => [details.id, details.open]);
    history.replaceState({ folds, scroll: window.scrollY }, "");
  }

  rememberSoon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.remember(), 150);
  }

  returned() {
    clearTimeout(this.later);
    // A fragment that someone adds to the address makes an entry too.
    if (location.search !== this.search) this.show(false, history.state);
  }

  // Replies may overtake each other: only the one to the last question is shown.
  async show(toTop = false, remembered = null) {
    const asked = ++this.asked;
    this.search = location.search;
    this.page.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await this.server.show(location.search.slice(1));
    } catch {
      answer = null;
    }
    if (asked !== this.asked) return;
    this.page.removeAttribute("aria-busy");
    // Without Gradio the plain page still answers. Going back from there must not lead here again.
    if (answer) this.put(answer, toTop, remembered);
    else location.replace(`/search${location.search}`);
  }

  put(answer, toTop, remembered) {
    const kept = new Kept(this.page, remembered?.folds);
    this.page.innerHTML = answer.html;
    kept.restore();
    if (toTop) window.scrollTo({ top: 0 });
    else if (remembered?.folds) window.scrollTo({ top: remembered.scroll });
    this.remember();
    if (answer.title) document.title = answer.title;
    if (answer.language) document.documentElement.lang = answer.language;
    this.said.textContent = answer.said;
  }
}

// What must survive when the page is put anew: the focus, and what the reader has unfolded.
class Kept {
  constructor(page, folds) {
    this.focused = page.contains(document.activeElement) ? document.activeElement.id : "";
    this.folds = new Map(folds);
    if (!folds) {
      for (const details of page.querySelectorAll(".rg-side details[id]")) this.folds.set(details.id, details.open);
    }
    this.first = this.folds.size === 0;
  }

  restore() {
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
window.dispatchEvent(new Event("reportgraph"));
