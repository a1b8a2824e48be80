// Chromium drops what it is loading when the machine's networks change, as they do when containers start or go.
// A page without one of its scripts is dead, so it loads again.

addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLScriptElement) setTimeout(() => location.reload(), 1000);
  },
  true, // errors of loading reach nobody else
);
