// Suggestions under a search field, as one types: an ARIA combobox with a listbox (ARIA Authoring Practices Guide).
// Nothing is kept, and without this script the form is sent by its button.
(() => {
  "use strict";
  const form = document.querySelector("form[data-suggest]");
  if (!form) return;
  const field = form.elements.q;
  const words = JSON.parse(form.dataset.words);
  const list = make("ul", { id: "suggestions", role: "listbox", "aria-label": words.label });
  const said = make("p", { role: "status", class: "unseen" });
  let chosen = -1;
  let waiting = 0;
  let asking = null; // the request whose answer is still wanted

  function make(name, attributes, text) {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) if (value) made.setAttribute(attribute, value);
    if (text) made.textContent = text;
    return made;
  }

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    list.replaceChildren();
    choose(-1);
    field.setAttribute("aria-expanded", "false");
    said.textContent = "";
  }

  function choose(place) {
    chosen = place;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = list.children[place];
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function option(item, at) {
    const made = make("li", { id: `suggestion-${at}`, role: "option", "data-name": item.name });
    made.append(make("span", { class: "named", lang: item.lang, dir: "auto" }, item.name));
    made.append(" ", make("span", { class: "kind" }, words.kinds[item.kind]));
    if (item.matched_name) made.append(" ", make("span", { class: "matched" }, `${words.called}: ${item.matched_name}`));
    return made;
  }

  function show(items) {
    list.replaceChildren(...items.map(option));
    list.hidden = !items.length;
    choose(-1);
    field.setAttribute("aria-expanded", String(items.length > 0));
    const { none, one, many } = words.told;
    said.textContent = items.length > 1 ? many.replace("{total}", items.length) : items.length ? one : none;
  }

  async function suggest() {
    asking?.abort();
    const turn = (asking = new AbortController());
    const asked = new URLSearchParams({ q: field.value });
    for (const name of ["lang", "audience"]) {
      if (form.elements[name]?.value) asked.set(name, form.elements[name].value);
    }
    try {
      const answer = await fetch(`${form.dataset.suggest}?${asked}`, {
        signal: turn.signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const { items } = await answer.json();
      if (turn === asking && document.activeElement === field) show(items);
    } catch {
      if (turn === asking && !turn.signal.aborted) close(); // without suggestions the form is what it was
    }
  }

  function take(place) {
    field.value = list.children[place].dataset.name;
    close();
    form.requestSubmit();
  }

  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!field.value.trim()) close();
    else if (!event.isComposing) waiting = setTimeout(suggest, 150);
  });
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !count && field.value.trim()) suggest();
    else if (event.key === "ArrowDown" && count) choose(chosen + 1 < count ? chosen + 1 : 0);
    else if (event.key === "ArrowUp" && count) choose(chosen > 0 ? chosen - 1 : count - 1);
    else if (event.key === "Enter" && chosen >= 0) take(chosen);
    else if (event.key === "Escape" && count) close(); // a second Escape empties the field, as the browser does
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take([...list.children].indexOf(option));
  });

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  list.setAttribute("aria-label", words.label);
  field.parentElement.append(list);
  list.hidden = true;
  form.append(said);
})();
