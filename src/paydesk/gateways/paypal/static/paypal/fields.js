/*
 * Show PayPal's card fields in our page and save the card that the customer enters, or send them to PayPal's own page.
 *
 * The page has one element with `data-hosted-fields` inside the form to send when the card is saved; the button that the
 * customer pressed sends it:
 *   data-script-url, data-setup-token, data-wallet-url     as the gateway described them; without a wallet's URL, no link
 *   data-label, data-busy, data-unavailable, data-refused, data-elsewhere   what is said, already translated; optional
 * Card numbers go from PayPal's own frames to PayPal; this page never sees them.
 */

const HOST = "[data-hosted-fields]";
const FIELDS = ["NumberField", "ExpiryField", "CVVField"];
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
  const place = made(host, "div", { className: "hosted-fields-parts" });
  host.errors = made(host, "p", { className: "hosted-fields-error" });
  host.errors.setAttribute("role", "status");
  host.errors.setAttribute("aria-live", "polite");
  if (host.dataset.walletUrl) made(made(host, "p", {}), "a", elsewhere(host));
  if (host.dataset.label) {
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", host.dataset.label);
  }
  const ready = fields(host, place);
  form.addEventListener("submit", (event) => {
    if (form.dataset.cardSaved) return;
    event.preventDefault(); // also before PayPal's script is there: a form without a card would save nothing
    save(host, form, event.submitter, async () => (await ready)());
  });
  await ready;
  host.dataset.ready = "true";
}

function elsewhere(host) {
  return { href: host.dataset.walletUrl, textContent: host.dataset.elsewhere || "Use PayPal instead", rel: "nofollow" };
}

/* Put PayPal's fields into the page; gives what saves the card, and whether it did. */
async function fields(host, place) {
  await load(host.dataset.scriptUrl);
  let ended = null;
  const card = window.paypal.CardFields({
    createVaultSetupToken: async () => host.dataset.setupToken,
    onApprove: () => ended(true),
    onCancel: () => ended(false),
    onError: () => ended(false),
  });
  if (!card.isEligible()) throw new Error("PayPal's card fields are not to be had here");
  for (const name of FIELDS) await card[name]().render(made(place, "div", { className: "hosted-fields-card" }));
  return () =>
    new Promise((resolve) => {
      ended = resolve;
      card.submit().catch(() => resolve(false));
    });
}

/* The form is sent once, when PayPal has saved the card: what became of it is asked by the server, not believed here. */
async function save(host, form, button, submit) {
  if (form.getAttribute("aria-busy") === "true") return;
  busy(form, true);
  say(host, host.dataset.busy || "");
  const refused = host.dataset.refused || "This card was not accepted. Please look at it again.";
  const problem = await submit().then((saved) => (saved ? "" : refused), () => host.dataset.unavailable || refused);
  busy(form, false);
  if (problem) {
    say(host, problem);
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

/* PayPal's script has to come from PayPal; it takes our nonce for the styles that it adds. */
function load(url) {
  if (window.paypal?.CardFields) return Promise.resolve();
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.dataset.cspNonce = document.querySelector("script[nonce]")?.nonce || "";
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => {
      loading = null;
      reject(new Error("PayPal's script did not load"));
    });
    document.head.append(script);
  });
  return loading;
}
