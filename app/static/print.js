"use strict";
// The reader's own day, on paper; and a button that prints. Without this there is a line to fill in by hand.
const today = document.querySelector("[data-today]");
const writeDate = () => {
  const said = (lang) => new Date().toLocaleDateString(lang, { dateStyle: "long" });
  try {
    today.textContent = said(document.documentElement.lang || undefined);
  } catch {
    today.textContent = said(); // not every language that content may name is one that browsers take
  }
};
writeDate();
addEventListener("beforeprint", writeDate);
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
