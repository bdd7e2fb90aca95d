// Show that a press was taken, and take no second one. The server is safe without this: it is a courtesy.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.pressed) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (!button || !("once" in button.dataset)) return;
  form.dataset.pressed = "yes";
  button.setAttribute("aria-busy", "true");
});

// Coming back by the browser's arrow shows the page as it was left: buttons can be pressed again.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.pressed;
  for (const button of document.querySelectorAll("[data-once][aria-busy]")) button.removeAttribute("aria-busy");
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
