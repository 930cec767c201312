// "Use my location": asks the browser where the reader is, only when the button is pressed, and keeps it nowhere.
// What is sent is rounded to three decimals, a hundred metres. Without this script a place is typed.
(() => {
  "use strict";
  const form = document.querySelector("form.near");
  const button = form?.querySelector("button.here");
  if (!button || !navigator.geolocation) return;
  const told = form.querySelector("[role=status]");

  function found({ coords }) {
    form.elements.near.value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
    form.requestSubmit();
  }

  function refused() {
    told.textContent = form.dataset.refused;
    button.disabled = false;
  }

  button.addEventListener("click", () => {
    told.textContent = form.dataset.asked;
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(found, refused, { timeout: 10000, maximumAge: 0 });
  });
  addEventListener("pageshow", () => { // back to a page that the browser held on to
    button.disabled = false;
    told.textContent = "";
  });
  button.hidden = false;
})();
