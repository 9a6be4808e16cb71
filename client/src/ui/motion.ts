// The few animations: short, made of transforms, and ended by the next touch.
import { paintDrawing } from "../ink/paint";
import type { Drawing } from "../ink/stroke";

export function calm(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** "Not like this": a small shake. */
export function shake(element: Element): void {
  if (calm()) return;
  const at = (x: number) => ({ transform: `translateX(${x}px)` });
  element.animate([at(0), at(-7), at(6), at(-4), at(2), at(0)], { duration: 320 });
}

/** A sent drawing flies from the pad to its card. Whatever is touched next ends the flight. */
export function fly(drawing: Drawing, from: DOMRect, card: HTMLElement): void {
  const to = card.getBoundingClientRect();
  if (calm() || from.width === 0 || to.width === 0) return;
  const ghost = document.createElement("canvas");
  ghost.className = "ghost";
  ghost.setAttribute("aria-hidden", "true");
  paintDrawing(ghost, drawing, to.width, Math.min(2, window.devicePixelRatio));
  ghost.style.left = `${to.left}px`;
  ghost.style.top = `${to.top}px`;
  ghost.style.width = `${to.width}px`;
  ghost.style.height = `${to.height}px`;
  document.body.append(ghost);
  const dx = from.left - to.left;
  const dy = from.top - to.top;
  const scale = from.width / to.width;
  const flight = ghost.animate(
    [
      { transform: `translate(${dx}px, ${dy}px) scale(${scale})`, opacity: 1 },
      { transform: "none", opacity: 1 },
    ],
    { duration: 340, easing: "cubic-bezier(0.2, 0.9, 0.25, 1)" },
  );
  card.style.visibility = "hidden";
  const end = () => {
    window.removeEventListener("pointerdown", end);
    flight.cancel();
    ghost.remove();
    card.style.visibility = "";
  };
  flight.onfinish = end;
  window.addEventListener("pointerdown", end);
}
