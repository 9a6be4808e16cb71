// How much of the page is really visible: phones put keyboards and toolbars
// over it, and only visualViewport knows.

/** Keeps the CSS variable --app-height at the visible height; returns its stop. */
export function followViewport(): () => void {
  const view = window.visualViewport;
  const root = document.documentElement;
  const measure = () => {
    root.style.setProperty("--app-height", `${Math.round(view?.height ?? window.innerHeight)}px`);
    // iOS scrolls the page to show an input; there is nothing below it to see.
    if (window.scrollY !== 0) window.scrollTo(0, 0);
  };
  measure();
  view?.addEventListener("resize", measure);
  window.addEventListener("resize", measure);
  return () => {
    view?.removeEventListener("resize", measure);
    window.removeEventListener("resize", measure);
  };
}
