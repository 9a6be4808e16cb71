/** One pointer's steps in the W3C's words, which WebDriver and BiDi share. */

/**
 * @param {"touch" | "pen" | "mouse"} kind
 * @param {number} id tells fingers apart
 * @param {{does: "down" | "move" | "up", x?: number, y?: number, pressure?: number}[]} steps
 */
export function asActions(kind, id, steps) {
  const actions = steps.flatMap(({ does, x, y, pressure }) => {
    const force = pressure === undefined ? {} : { pressure };
    const move = { type: "pointerMove", x, y, duration: 0 };
    if (does === "move") return [{ ...move, ...force }];
    if (does === "down") return [move, { type: "pointerDown", button: 0, ...force }];
    return [{ type: "pointerUp", button: 0 }];
  });
  const parameters = { pointerType: kind };
  return { type: "pointer", id: `${kind}-${id}`, parameters, actions };
}
