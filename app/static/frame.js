// In a page that another site shows in a frame: tells that site how high the page is. See docs/embedding.md.
(() => {
  "use strict";
  const host = window.parent;
  if (host === window) return;

  // WordPress hands over a secret (#?secret=…), embed.js an id (#?id=…). A frame that has neither scrolls by itself.
  // What was handed over is kept: a click on a section's anchor puts another fragment in its place.
  let handed = null;

  const read = () => {
    const given = new URLSearchParams(location.hash.slice(2));
    for (const name of ["secret", "id"]) {
      if (given.get(name)) handed = { [name]: given.get(name) };
    }
  };

  // To any origin, since the page cannot know who shows it: it says no more than its height and its own links.
  const tell = (message, value) => {
    if (handed) host.postMessage({ message, value, ...handed }, "*");
  };

  const tellHeight = () => tell("height", Math.ceil(document.documentElement.getBoundingClientRect().height));

  const readAndTell = () => {
    read();
    tellHeight();
  };

  addEventListener("hashchange", readAndTell); // an older WordPress adds the secret when the page is there already
  addEventListener("load", tellHeight);
  addEventListener("message", ({ source, data }) => {
    if (source === host && data && data.message === "ready") tellHeight();
  });
  new ResizeObserver(tellHeight).observe(document.documentElement); // a <details> that opens, a narrower window

  // WordPress's sandbox lets no link out of the frame, but its script follows one to the frame's own site if told.
  addEventListener("click", (event) => {
    const modified = event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!handed || !handed.secret || modified || event.defaultPrevented) return;
    const link = event.target.closest("a[href]");
    if (!link || link.origin !== location.origin) return;
    const [page] = location.href.split("#");
    if (link.href.startsWith(`${page}#`)) return; // to a section of this page
    event.preventDefault();
    tell("link", link.href);
  });

  readAndTell();
})();
