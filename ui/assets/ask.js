// The page of questions: forms and links put the next answer in place of the last. The address stays the only state, and
// the server's page of that address is what is put; where this does not run, browsers open it themselves.
"use strict";

{
  class AskPage {
    constructor(asked, said) {
      this.asked = asked;
      this.said = said;
      this.waiting = null;
      this.later = 0;
      this.shown = location.search;
    }

    listen() {
      document.addEventListener("click", (event) => this.clicked(event));
      document.addEventListener("submit", (event) => this.submitted(event));
      document.addEventListener("keydown", (event) => this.pressed(event));
      window.addEventListener("scroll", () => this.rememberSoon(), { passive: true });
      window.addEventListener("popstate", () => this.returned());
      // Only when the answer is there is there a place to scroll to.
      history.scrollRestoration = "manual";
      if (history.state?.scroll) window.scrollTo({ top: history.state.scroll });
    }

    clicked(event) {
      const link = event.target.closest("a[data-ask]");
      for (const menu of this.menus()) if (!menu.contains(event.target)) menu.open = false;
      if (!link || event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.go(link.href);
    }

    submitted(event) {
      const form = event.target.closest("form[data-ask]");
      if (!form) return;
      event.preventDefault();
      const parameters = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (value !== "") parameters.append(name, value);
      this.go(`${form.getAttribute("action")}?${parameters}`);
    }

    menus() {
      return this.asked.querySelectorAll("details.rg-menu[open]");
    }

    // Escape closes a menu and gives the focus back to what opened it.
    pressed(event) {
      if (event.key !== "Escape") return;
      const menu = document.activeElement?.closest("details.rg-menu[open]");
      if (!menu) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    }

    go(address) {
      const url = new URL(address, location.href);
      this.remember();
      history.pushState(null, "", url.pathname + url.search);
      this.show(0);
    }

    remember() {
      clearTimeout(this.later);
      if (!this.waiting) history.replaceState({ scroll: window.scrollY }, "");
    }

    rememberSoon() {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.remember(), 150);
    }

    returned() {
      clearTimeout(this.later);
      // A fragment in the address makes an entry too.
      if (location.search !== this.shown) this.show(history.state?.scroll ?? 0);
    }

    // Answers may overtake each other: only the one to the last question is shown.
    async show(scroll) {
      this.waiting?.abort();
      const waiting = (this.waiting = new AbortController());
      this.shown = location.search;
      this.asked.setAttribute("aria-busy", "true");
      let page = null;
      try {
        const answer = await fetch(location.href, { signal: waiting.signal, headers: { Accept: "text/html" } });
        if (answer.ok) page = new DOMParser().parseFromString(await answer.text(), "text/html");
      } catch {
        // What was overtaken is not shown; what failed is asked again by the browser itself.
      }
      if (waiting !== this.waiting) return;
      this.waiting = null;
      const asked = page?.getElementById("asked");
      if (asked) this.put(page, asked, scroll);
      else location.reload();
    }

    put(page, asked, scroll) {
      const focused = this.asked.contains(document.activeElement) ? document.activeElement.id : "";
      this.asked.replaceChildren(...asked.childNodes);
      this.asked.removeAttribute("aria-busy");
      document.querySelector(".rg-languages").replaceWith(page.querySelector(".rg-languages"));
      document.title = page.title;
      window.scrollTo({ top: scroll });
      this.remember();
      // The next question follows in the first field, wherever this one was asked.
      const again = document.getElementById(focused === "and" ? "q" : focused);
      if (focused) (again ?? document.getElementById("main")).focus({ preventScroll: true });
      this.said.textContent = document.getElementById("sentence")?.textContent ?? "";
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const asked = document.getElementById("asked");
    if (asked) new AskPage(asked, document.getElementById("said")).listen();
  });
}
