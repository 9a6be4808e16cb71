// Lets the browser keep the page, where it can: browsers trust only https and
// this very machine with that.

/** Trusted Types, where there are any; the DOM's types take what a policy makes for text. */
declare global {
  interface Window {
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL: (text: string) => string },
      ): { createScriptURL(text: string): string };
    };
  }
}

/** Whether this browser, at this address, can keep the page. */
export function canKeepPage(): boolean {
  return window.isSecureContext && "serviceWorker" in navigator;
}

/** After the first load, which it would only slow down. Returns its stop. */
export function keepPage(): () => void {
  if (!canKeepPage() || !import.meta.env.PROD) return () => {};
  const register = () => {
    // Refused in private windows: then the page opens with the network only.
    navigator.serviceWorker.register(workerAddress()).catch(() => undefined);
  };
  if (document.readyState === "complete") {
    register();
    return () => {};
  }
  window.addEventListener("load", register, { once: true });
  return () => window.removeEventListener("load", register);
}

/** The one address that the page runs a script by; whatever else asks for it gets this. */
function workerAddress(): string {
  const address = "/sw.js";
  const { trustedTypes } = window;
  if (trustedTypes === undefined) return address;
  const colo = trustedTypes.createPolicy("colo", { createScriptURL: () => address });
  return colo.createScriptURL(address);
}
