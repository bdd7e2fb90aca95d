// What PayPal's JS SDK gives for `components=card-fields`, as far as a card is saved with it: fields in frames of
// PayPal's, and `submit()`. The frames keep what is entered to themselves; this script only sees how it went.
(() => {
  const home = new URL(document.currentScript.src).origin;

  function place(selector) {
    const found = typeof selector === "string" ? document.querySelector(selector) : selector;
    if (!found) throw new Error(`Document is ready and element ${selector} does not exist`);
    return found;
  }

  function frame(address, title, height) {
    const made = document.createElement("iframe");
    made.src = `${home}${address}`;
    made.title = title;
    made.style.cssText = `width:100%;height:${height};border:0`;
    return made;
  }

  // Wait for the frame to say something of this kind; others may speak as well.
  function heard(from, kind) {
    return new Promise((resolve) => {
      function listen(event) {
        if (event.origin !== home || event.source !== from.contentWindow || event.data.paypal !== kind) return;
        window.removeEventListener("message", listen);
        resolve(event.data);
      }
      window.addEventListener("message", listen);
    });
  }

  function field(session, kind, title, options) {
    return {
      render(selector) {
        const words = new URLSearchParams({ kind, session: session.id, placeholder: options?.placeholder ?? "" });
        const made = frame(`/sdk/field?${words}`, title, "3rem");
        session.frames[kind] = made;
        const ready = heard(made, "ready");
        place(selector).append(made);
        return ready.then(() => undefined);
      },
      close() {
        session.frames[kind]?.remove();
        delete session.frames[kind];
        return Promise.resolve();
      },
    };
  }

  // The bank asks in a frame above the page, and the customer answers there.
  async function challenge(token) {
    const asked = frame(`/sdk/challenge?token=${token}`, "3-D Secure", "100%");
    asked.style.cssText = "position:fixed;inset:0;width:100%;height:100%;border:0;background:#fff;z-index:9999";
    const answer = heard(asked, "challenged");
    document.body.append(asked);
    const { confirmed } = await answer;
    asked.remove();
    return confirmed;
  }

  async function enter(session, token) {
    const number = session.frames.number;
    const answer = heard(number, "submitted");
    number.contentWindow.postMessage({ paypal: "submit", token }, home);
    const { status, error } = await answer;
    if (error) throw new Error(error);
    return status;
  }

  async function submit(session, options) {
    try {
      for (const kind of ["number", "expiry", "cvv"]) {
        if (!session.frames[kind]) throw new Error(`${kind} field is not rendered`);
      }
      const vaultSetupToken = await options.createVaultSetupToken();
      if (typeof vaultSetupToken !== "string") throw new Error("Expected a vault setup token to be passed");
      const status = await enter(session, vaultSetupToken);
      let liabilityShift;
      if (status === "PAYER_ACTION_REQUIRED") {
        if (!(await challenge(vaultSetupToken))) {
          options.onCancel?.();
          return;
        }
        liabilityShift = "POSSIBLE";
      }
      await options.onApprove({ vaultSetupToken, liabilityShift });
    } catch (error) {
      options.onError?.(error);
      throw error;
    }
  }

  let count = 0;
  window.paypal = {
    version: "5.0.double",
    CardFields(options) {
      const session = { id: String((count += 1)), frames: {} };
      return {
        isEligible: () => true,
        NumberField: (own) => field(session, "number", "Card number", own),
        ExpiryField: (own) => field(session, "expiry", "Expiration date", own),
        CVVField: (own) => field(session, "cvv", "Security code", own),
        NameField: (own) => field(session, "name", "Name on card", own),
        submit: () => submit(session, options),
      };
    },
  };
})();
