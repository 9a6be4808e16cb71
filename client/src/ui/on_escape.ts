// Escape takes back one step: of what has the focus, and of nothing around it.

/** For `use:`. Listens on the element until it goes. */
export function onEscape(element: HTMLElement, back: () => void) {
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    back();
  };
  element.addEventListener("keydown", keyed);
  return { destroy: () => element.removeEventListener("keydown", keyed) };
}
