// <health-content condition="…">: a condition in a frame that is as high as what it shows. See docs/embedding.md.
(() => {
  "use strict";
  const script = document.currentScript; // known only now, while the script runs
  if (!script || !script.src || customElements.get("health-content")) return;

  const service = new URL("..", script.src); // PUBLIC_URL, above /static/
  const parameters = ["lang", "audience", "fallback", "theme", "accent", "view", "sections", "heading-level"];
  // Its script tells its height; its links open where they say, or in a window of their own; its telephone numbers can
  // be called. It is of no origin: it reaches neither this page nor what the browser keeps for any site.
  const sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";
  const reserved = 240; // pixels, until the frame tells its height
  const highest = 50000; // pixels; what is higher scrolls
  const patience = 5000; // milliseconds for a frame that has loaded to tell its height
  let count = 0;

  class HealthContent extends HTMLElement {
    static observedAttributes = ["condition", ...parameters];
    #link = document.createElement("slot"); // what the element holds: a link
    #frame = null;
    #id = "";
    #told = false;
    #timer = 0;
    #due = false;

    constructor() {
      super();
      this.attachShadow({ mode: "open" }).append(this.#link);
    }

    connectedCallback() {
      addEventListener("message", this);
      this.#showSoon();
    }

    disconnectedCallback() {
      removeEventListener("message", this);
      this.#clear();
    }

    attributeChangedCallback(_name, before, after) {
      if (this.isConnected && before !== after) this.#showSoon();
    }

    handleEvent({ source, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow) return;
      if (!data || data.message !== "height" || data.id !== this.#id) return;
      if (!Number.isInteger(data.value) || data.value < 1) return;
      this.#told = true;
      clearTimeout(this.#timer);
      this.#frame.title = this.#title(); // once more: a parser may not have been through with the link
      this.#frame.style.height = `${Math.min(data.value, highest)}px`;
      this.#frame.style.opacity = "";
      this.#link.style.display = "none";
    }

    // Once for all attributes that change together.
    #showSoon() {
      if (this.#due) return;
      this.#due = true;
      queueMicrotask(() => {
        this.#due = false;
        if (this.isConnected) this.#show();
      });
    }

    // A new frame each time: another address in the old one would be one more step on the reader's way back.
    #show() {
      this.#clear();
      if (!this.getAttribute("condition")) return;
      this.#id = String(++count);
      const frame = document.createElement("iframe");
      frame.title = this.#title();
      frame.setAttribute("sandbox", sandbox);
      frame.referrerPolicy = "no-referrer";
      frame.loading = "lazy";
      frame.src = this.#address();
      // It is seen once it has told its height: until then, and where it never does, the link stands.
      const look = { display: "block", width: "100%", height: `${reserved}px`, border: "0", opacity: "0" };
      Object.assign(frame.style, look);
      const giveUp = () => (this.#timer = setTimeout(() => this.#clear(), patience));
      frame.addEventListener("load", () => this.#told || giveUp(), { once: true });
      this.#frame = frame;
      this.shadowRoot.append(frame);
      // Out of sight a frame notices no other width by itself, and the reader's place would jump on the way back.
      const ask = () => frame.contentWindow && frame.contentWindow.postMessage({ message: "ready" }, "*");
      new ResizeObserver(ask).observe(frame);
    }

    #clear() {
      clearTimeout(this.#timer);
      if (this.#frame) this.#frame.remove();
      this.#frame = null;
      this.#told = false;
      this.#link.style.display = "";
    }

    #title() {
      return this.textContent.trim() || this.getAttribute("condition");
    }

    #address() {
      const address = new URL(`embed/conditions/${encodeURIComponent(this.getAttribute("condition"))}`, service);
      address.searchParams.set("view", "card");
      for (const name of parameters) {
        const value = this.getAttribute(name);
        if (value) address.searchParams.set(name.replace("-", "_"), value);
      }
      address.hash = `?id=${this.#id}`;
      return address.href;
    }
  }

  customElements.define("health-content", HealthContent);
})();
