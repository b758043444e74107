// Runs before anything of a page does: tells the test what a payload would do, and what the page's policy had to stop.
"use strict";

(() => {
  const tell = window.__watched;
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = () => void tell(`a script called ${name}`);
  }
  Object.defineProperty(window, "__pwned", { get: () => undefined, set: () => void tell("a payload ran") });
  document.addEventListener("securitypolicyviolation", (violation) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = violation;
    tell(`policy: ${effectiveDirective} ${blockedURI} (${sourceFile}:${lineNumber}) ${sample}`);
  });
})();
