// What WordPress's wp-embed.js does with a frame's messages, in our own words.
window.addEventListener("message", (event) => {
  const { message, value, secret } = event.data ?? {};
  if (!secret || /[^a-zA-Z0-9]/.test(secret)) return;
  document.querySelectorAll(`blockquote[data-secret="$${secret}"]`).forEach((quote) => (quote.style.display = "none"));
  for (const frame of document.querySelectorAll(`iframe[data-secret="$${secret}"]`)) {
    if (event.source !== frame.contentWindow) continue;
    frame.removeAttribute("style");
    if (message === "height") frame.height = Math.min(1000, Math.max(200, parseInt(value, 10)));
    const mayLead = message === "link" && new URL(value).host === new URL(frame.src).host;
    if (mayLead && document.activeElement === frame) window.top.location.href = value;
  }
});
