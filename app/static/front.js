// The embed builder, live: what the form would answer takes the place of what is shown, and lines are copied.
// Without this script the form is sent by its button, and says the same.
(() => {
  "use strict";
  const form = document.getElementById("builder");
  const said = document.getElementById("said");
  if (!form || !said) return;
  const picker = document.getElementById("picker");
  let asked = 0;
  let waiting = 0;

  function equip() {
    for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = false;
  }

  async function refresh() {
    if (!form.checkValidity()) return;
    const turn = ++asked;
    const address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked) return; // something else was chosen meanwhile
      document.getElementById("result").replaceWith(page.getElementById("result"));
      history.replaceState(null, "", `${address}#embed`);
      equip();
      said.textContent = "The preview and the lines show what you chose.";
    } catch {
      if (turn === asked) said.textContent = "The preview could not be brought up to date.";
    }
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 300);
  }

  async function copy(button) {
    const line = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(line.textContent);
      said.textContent = "The line is copied.";
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    } catch {
      getSelection().selectAllChildren(line);
      said.textContent = "The line is selected: copy it with your keyboard.";
    }
  }

  form.addEventListener("change", soon);
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    refresh();
  });
  picker.addEventListener("input", () => { form.elements.accent.value = picker.value.slice(1); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(button);
  });

  picker.hidden = false;
  form.querySelector("button[type=submit]").hidden = true;
  equip();
})();
