"use strict";
// The reader's own day, on paper; and a button that prints. Without this there is a line to fill in by hand.
const today = document.querySelector("[data-today]");
const writeDate = () => {
  const lang = document.documentElement.lang || undefined;
  today.textContent = new Date().toLocaleDateString(lang, { dateStyle: "long" });
};
writeDate();
addEventListener("beforeprint", writeDate);
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
