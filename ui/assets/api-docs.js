// The description of the API, to read and to try.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api");
  if (!place || !window.SwaggerUIBundle) return;
  place.replaceChildren();
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
  });
});
