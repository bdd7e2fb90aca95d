// Move the secret of a sign-in link from the address into the form, and take it out of the address and the history.
const form = document.querySelector("form[data-link]");

function move() {
  const secret = location.hash.slice(1);
  if (!secret) return;
  if (!form) {
    // An older link's page is open in this tab: load the page anew for this one.
    location.replace(`${location.pathname}?new${location.hash}`);
    return;
  }
  form.elements.key.value = secret;
  history.replaceState(null, "", location.pathname);
  for (const part of document.querySelectorAll("[data-with-link]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-without-link]")) part.hidden = true;
  // A browser that did not ask is shown next whose link this is. Nothing is used up by looking.
  if ("forward" in form.dataset) form.submit();
}

addEventListener("hashchange", move);
move();
