// The description of the API, to read and to try: Swagger UI in the place of the plain list.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("swagger");
  if (!place || !window.SwaggerUIBundle) return;
  document.getElementById("api").hidden = true;
  place.hidden = false;
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
  });
});
