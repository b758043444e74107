// The page of questions: forms and links put the next answer in place of the last. The address stays the only state, and
// the server's page of that address is what is put; where this does not run, browsers open it themselves.
"use strict";

{
  // The objects of a body that holds one a line, each as soon as it is there.
  async function* objects(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  }

  // What a language model writes below an answer: sentence by sentence, as text alone, each with what it cites.
  class Writing {
    constructor(section) {
      this.section = section;
      this.written = section.querySelector("#written");
      this.state = section.querySelector("#writing");
      this.stopping = new AbortController();
    }

    stop() {
      this.stopping.abort();
    }

    async show() {
      this.section.hidden = false;
      try {
        const answer = await fetch(this.section.dataset.from, { signal: this.stopping.signal });
        const end = answer.ok ? await this.read(answer.body) : await answer.json();
        if (!this.stopping.signal.aborted) this.end(end);
      } catch {
        if (!this.stopping.signal.aborted) this.end(null);
      }
    }

    // The last event, if it came.
    async read(body) {
      for await (const event of objects(body)) {
        if (event.event !== "sentence") return event;
        this.written.append(this.sentence(event));
      }
      return null;
    }

    sentence({ text, cites }) {
      const shown = this.made("written-sentence");
      shown.querySelector("p").textContent = text;
      shown.querySelector("ul").append(...cites.map((cited) => this.cited(cited)));
      return shown;
    }

    cited({ id, title, year, invented, passage, language }) {
      const shown = this.made("written-cited");
      const link = shown.querySelector("a");
      link.href = `/report/${encodeURIComponent(id)}${this.section.dataset.lang}`;
      link.textContent = title;
      if (year !== null) shown.querySelector(".rg-year").textContent = ` (${year})`;
      if (!invented) shown.querySelector(".rg-invented").remove();
      const quoted = shown.querySelector("blockquote");
      quoted.textContent = passage;
      if (language) quoted.lang = language;
      return shown;
    }

    made(template) {
      return this.section.querySelector(`#${template}`).content.cloneNode(true);
    }

    end(event) {
      const { nothing, late, failed, busy, dropped } = this.state.dataset;
      if (event?.event === "done") {
        const left = Object.values(event.dropped).reduce((sum, n) => sum + n, 0);
        const counted = left ? dropped.replace("#", left) : "";
        this.state.textContent = event.sentences ? counted : nothing;
      } else {
        this.state.textContent = { GeneratorTimeout: late, GeneratorBusy: busy }[event?.error] ?? failed;
      }
    }
  }

  class AskPage {
    constructor(asked, said) {
      this.asked = asked;
      this.said = said;
      this.waiting = null;
      this.later = 0;
      this.shown = location.search;
      this.writing = null;
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
      this.write();
    }

    // Where there is a place for it, ask for the answer in a model's words.
    write() {
      const section = this.asked.querySelector("#generated");
      this.writing = section && new Writing(section);
      this.writing?.show();
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
      this.writing?.stop();
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
      this.write();
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const asked = document.getElementById("asked");
    if (asked) new AskPage(asked, document.getElementById("said")).listen();
  });
}
