/** What page.mjs asks of an element: these run in the page. */

export function isShown(selector, wanted) {
  const element = document.querySelector(selector);
  if (element === null) return !wanted;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const shown =
    style.visibility !== "hidden" && style.visibility !== "collapse" && box.width * box.height > 0;
  return shown === wanted;
}

export function isAt(selector, x, y) {
  return Boolean(document.elementFromPoint(x, y)?.closest(selector));
}

/** Whether a finger can come at it; what is out of view is brought into it. */
export function isReachable(selector) {
  const element = document.querySelector(selector);
  const { x, y, width, height } = element.getBoundingClientRect();
  if (width * height === 0) return false;
  if (document.elementFromPoint(x + width / 2, y + height / 2)?.closest(selector)) return true;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  return false;
}

export function placeOf(selector) {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return { x, y, width, height };
}
