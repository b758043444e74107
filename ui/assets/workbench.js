// The workbench: the field of the query becomes an editor where the library is there, and stays a field where not.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("workbench");
  const field = document.getElementById("query");
  if (!form || !field) return;

  const run = () => {
    // Addresses are shared, but only so long: servers refuse longer ones.
    form.method = field.value.length > 6000 ? "post" : "get";
    form.requestSubmit();
  };
  form.addEventListener("submit", () => {
    form.method = field.value.length > 6000 ? "post" : "get";
    form.setAttribute("aria-busy", "true");
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  if (document.querySelector("#answer h2")) document.getElementById("answer").scrollIntoView({ block: "nearest" });
  if (window.Yasqe) edit(field, run);
});

function edit(field, run) {
  const place = document.createElement("div");
  field.after(place);
  // Options are merged with these: an empty list there would leave the completers, which ask other hosts.
  window.Yasqe.defaults.autocompleters = [];
  const editor = new window.Yasqe(place, {
    value: field.value,
    requestConfig: { endpoint: "/sparql" },
    persistenceId: null,
    consumeShareLink: null,
    prefixCcApi: "",
    showQueryButton: false,
    createShareableLink: null,
    resizeable: false,
    // As high as its query: what is cut off would have to be scrolled to, which keyboards cannot do.
    editorHeight: "auto",
    lineWrapping: true,
    viewportMargin: Infinity,
    // Tab leaves the editor, as it leaves every field: the keyboard must not be caught.
    extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Enter": run, "Cmd-Enter": run },
  });
  editor.getInputField().setAttribute("aria-label", document.querySelector("label[for=query]").textContent);
  editor.on("change", () => {
    field.value = editor.getValue();
  });
  field.hidden = true;
}
