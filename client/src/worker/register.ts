// Lets the browser keep the page, where it can: browsers trust only https and
// this very machine with that.

/** Whether this browser, at this address, can keep the page. */
export function canKeepPage(): boolean {
  return window.isSecureContext && "serviceWorker" in navigator;
}

/** After the first load, which it would only slow down. Returns its stop. */
export function keepPage(): () => void {
  if (!canKeepPage() || !import.meta.env.PROD) return () => {};
  const register = () => {
    // Refused in private windows: then the page opens with the network only.
    navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  };
  if (document.readyState === "complete") {
    register();
    return () => {};
  }
  window.addEventListener("load", register, { once: true });
  return () => window.removeEventListener("load", register);
}
