// What may be meant, under the query while it is typed: a combobox with a listbox
// (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Where this does not run there is no list, and nothing is missing.
"use strict";

{
  const DELAY = 120; // milliseconds of rest in typing
  const SHORTEST = 2;

  class Suggestions {
    constructor() {
      this.input = null;
      this.active = -1;
      this.shown = [];
      this.asked = null;
      this.later = 0;
    }

    // The page under the listeners is put anew with each search, so that they stand above it.
    listen() {
      document.addEventListener("focusin", (event) => this.entered(event));
      document.addEventListener("input", (event) => this.typed(event));
      document.addEventListener("compositionend", (event) => this.typed(event));
      document.addEventListener("keydown", (event) => this.pressed(event));
      document.addEventListener("submit", () => this.close(), true);
      document.addEventListener("focusout", (event) => event.target === this.input && this.close());
      // The field keeps the focus when a suggestion is pressed.
      document.addEventListener("mousedown", (event) => event.target.closest?.(".rg-suggestions") && event.preventDefault());
      document.addEventListener("click", (event) => this.clicked(event));
    }

    get list() {
      return document.getElementById(this.input.dataset.suggest);
    }

    entered(event) {
      const input = event.target.closest?.("input[data-suggest]");
      if (!input || input === this.input) return;
      this.input = input;
      this.shown = [];
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-autocomplete", "list");
      input.setAttribute("aria-controls", this.list.id);
      input.setAttribute("aria-expanded", "false");
    }

    typed(event) {
      if (!this.input || event.target !== this.input || event.isComposing) return;
      this.cancel();
      // Until the reply is there the list is of what stood there before: Enter means what was typed.
      this.activate(-1);
      if (this.input.value.trim().length < SHORTEST) this.close();
      else this.later = setTimeout(() => this.ask(), DELAY);
    }

    cancel() {
      clearTimeout(this.later);
      this.asked?.abort();
      this.asked = null;
    }

    async ask() {
      const text = this.input.value;
      const asked = (this.asked = new AbortController());
      let suggestions = [];
      try {
        const parameters = new URLSearchParams({ q: text.toWellFormed?.() ?? text, lang: this.list.dataset.lang });
        const answer = await fetch(`/api/v1/suggest?${parameters}`, { signal: asked.signal });
        if (answer.ok) suggestions = (await answer.json()).suggestions;
      } catch {
        // Without suggestions a reader can search all the same.
      }
      // Replies may overtake each other, and the field may be gone: only what fits what stands there now is shown.
      if (asked !== this.asked || !this.input.isConnected || document.activeElement !== this.input) return;
      this.asked = null;
      if (suggestions.length) this.open(suggestions);
      else this.close();
    }

    open(suggestions) {
      const { input, list } = this;
      this.shown = suggestions;
      this.active = -1;
      const language = list.dataset.lang;
      this.plural = new Intl.PluralRules(language);
      this.number = new Intl.NumberFormat(language);
      const kinds = JSON.parse(list.dataset.kinds);
      list.replaceChildren(...suggestions.map((suggestion, place) => this.option(suggestion, place, kinds)));
      list.hidden = false;
      list.scrollTop = 0;
      input.setAttribute("aria-expanded", "true");
      input.removeAttribute("aria-activedescendant");
      this.say(this.counted(suggestions.length, list.dataset.one, list.dataset.many));
    }

    // Labels come from records: they become text, never markup.
    option(suggestion, place, kinds) {
      const option = document.createElement("li");
      option.id = `suggestion-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const label = this.part("rg-suggested", suggestion.label);
      label.dir = "auto";
      if (suggestion.matched) {
        const matched = document.createElement("small");
        matched.dir = "auto";
        matched.textContent = suggestion.matched;
        label.append(" ", matched);
      }
      const { report, reports } = this.list.dataset;
      const told = suggestion.reports === null ? suggestion.year ?? "" : this.counted(suggestion.reports, report, reports);
      // Spaces part what screen readers would run together.
      option.append(this.part("rg-suggested-kind", kinds[suggestion.kind]), " ", label, " ", this.part("rg-suggested-count", told));
      return option;
    }

    part(name, text) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      return part;
    }

    counted(n, one, many) {
      return (this.plural.select(n) === "one" ? one : many).replace("{n}", this.number.format(n));
    }

    say(text) {
      const said = document.getElementById(`${this.list.id}-said`);
      if (said) said.textContent = text;
    }

    close() {
      this.cancel();
      if (!this.shown.length) return;
      this.shown = [];
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      const { list } = this;
      if (!list) return;
      list.hidden = true;
      list.replaceChildren();
      this.say("");
    }

    pressed(event) {
      if (event.target !== this.input || event.isComposing) return;
      if (event.key === "Tab") this.close();
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (!this.shown.length) {
        if (event.key === "Escape") this.cancel();
        else if (event.key === "ArrowDown" && this.input.value.trim().length >= SHORTEST) {
          event.preventDefault();
          this.cancel();
          this.ask();
        }
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Escape") {
        // Once more, and the browser empties the field.
        event.preventDefault();
        this.close();
      } else if (event.key === "Enter" && this.active >= 0) {
        event.preventDefault();
        this.choose(this.shown[this.active]);
      }
    }

    // Round and round, over the text as it was typed: there, none is active.
    move(step) {
      const places = this.shown.length + 1;
      this.activate(((this.active + 1 + step + places) % places) - 1);
    }

    activate(place) {
      this.active = place;
      const options = this.list.querySelectorAll("[role=option]");
      options.forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
      const active = options[place];
      if (active) {
        this.input.setAttribute("aria-activedescendant", active.id);
        active.scrollIntoView({ block: "nearest" });
      } else {
        this.input.removeAttribute("aria-activedescendant");
      }
    }

    clicked(event) {
      const option = event.target.closest?.(".rg-suggestions [role=option]");
      if (!option) return;
      const place = Array.prototype.indexOf.call(option.parentElement.children, option);
      if (this.shown[place]) this.choose(this.shown[place]);
    }

    choose(suggestion) {
      const { input, list } = this;
      const named = suggestion.iri.slice(suggestion.iri.lastIndexOf("/") + 1);
      if (suggestion.kind === "report") {
        this.close();
        const asked = list.dataset.langQuery;
        location.assign(`/report/${named}${asked && `?${asked}`}`);
        return;
      }
      input.value = suggestion.rest;
      const { form } = input;
      const fields = Array.from(form.elements);
      // What is chosen is not excluded any more.
      const excluded = (field) => field.name === `not_${suggestion.kind}` && field.value === named;
      fields.filter(excluded).forEach((field) => field.remove());
      if (!fields.some((field) => field.name === suggestion.kind && field.value === named)) {
        const chosen = document.createElement("input");
        chosen.type = "hidden";
        chosen.name = suggestion.kind;
        chosen.value = named;
        form.append(chosen);
      }
      form.requestSubmit();
    }
  }

  new Suggestions().listen();
}
