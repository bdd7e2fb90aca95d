/*
 * Show Stripe's Card Element in our page, and save the card that the customer enters.
 *
 * The page has one element with `data-hosted-fields` inside the form to send when the card is saved; the button that the
 * customer pressed sends it:
 *   data-script-url, data-publishable-key, data-client-secret   as the gateway described them
 *   data-label, data-busy, data-unavailable                     what is said, already translated; all optional
 * Card numbers go from Stripe's own frame to Stripe; this page never sees them.
 */

const HOST = "[data-hosted-fields]";
const shown = new WeakSet();
let loading = null;

/* A page of ours may be swapped for the next one without a load, and a module runs once: so hosts are looked out for. */
function showAll() {
  for (const host of document.querySelectorAll(HOST)) {
    if (shown.has(host)) continue;
    shown.add(host);
    show(host).catch(() => say(host, host.dataset.unavailable || "The card fields could not be loaded. Please try again."));
  }
}

showAll();
new MutationObserver(showAll).observe(document.body, { childList: true, subtree: true });

async function show(host) {
  const form = host.closest("form");
  const place = made(host, "div", { className: "hosted-fields-card" });
  host.errors = made(host, "p", { className: "hosted-fields-error" });
  host.errors.setAttribute("role", "status");
  host.errors.setAttribute("aria-live", "polite");
  if (host.dataset.label) {
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", host.dataset.label);
  }
  const ready = fields(host, place);
  form.addEventListener("submit", (event) => {
    if (form.dataset.cardSaved) return;
    event.preventDefault(); // also before Stripe.js is there: a form without a card would save nothing
    save(host, form, event.submitter, async () => (await ready)());
  });
  await ready;
  host.dataset.ready = "true";
}

/* Mount the Card Element; gives what saves the card. */
async function fields(host, place) {
  await load(host.dataset.scriptUrl);
  const stripe = window.Stripe(host.dataset.publishableKey);
  const card = stripe.elements().create("card", { style: { base: look(place) } });
  card.mount(place);
  return () => stripe.confirmCardSetup(host.dataset.clientSecret, { payment_method: { card } });
}

/* The form is sent once, when Stripe has saved the card: what became of it is asked by the server, not believed here. */
async function save(host, form, button, confirm) {
  if (form.getAttribute("aria-busy") === "true") return;
  busy(form, true);
  say(host, host.dataset.busy || "");
  const answer = await confirm().catch(() => ({ error: {} }));
  busy(form, false);
  if (answer.error) {
    say(host, answer.error.message || host.dataset.unavailable || "The card could not be saved. Please try again.");
    button?.focus(); // a button that was disabled has lost the keyboard's place
    return;
  }
  form.dataset.cardSaved = "true";
  form.requestSubmit(button);
}

function busy(form, isBusy) {
  form.setAttribute("aria-busy", String(isBusy));
  for (const button of form.querySelectorAll("button, input[type=submit]")) button.disabled = isBusy;
}

function say(host, words) {
  if (host.errors) host.errors.textContent = words;
}

function made(host, name, properties) {
  const element = Object.assign(document.createElement(name), properties);
  host.append(element);
  return element;
}

/* The frame cannot see our style sheet, so the card takes after the text around it. */
function look(place) {
  const { color, fontFamily, fontSize } = getComputedStyle(place);
  return { color, fontFamily, fontSize };
}

/* Stripe.js has to come from Stripe's own address as a classic script: a copy, or a module, is not supported. */
function load(url) {
  if (window.Stripe) return Promise.resolve();
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      loading = null;
      reject(new Error("Stripe.js did not load"));
    });
    document.head.append(script);
  });
  return loading;
}
