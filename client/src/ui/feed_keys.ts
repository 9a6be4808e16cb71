// The keys of a feed, as ARIA's feed pattern has them: Page Up and Down go from
// card to card, Home and End to the first and last one, and with Control out of
// the feed. The arrow keys scroll, as everywhere.

export type FeedOrder = "next" | "previous" | "first" | "last" | "before" | "after" | "open";

type Pressed = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "altKey" | "metaKey" | "shiftKey" | "target"
>;

export function feedKey(event: Pressed): FeedOrder | undefined {
  if (event.altKey || event.metaKey || event.shiftKey) return undefined;
  switch (event.key) {
    case "PageDown":
      return event.ctrlKey ? undefined : "next";
    case "PageUp":
      return event.ctrlKey ? undefined : "previous";
    case "Home":
      return event.ctrlKey ? "before" : "first";
    case "End":
      return event.ctrlKey ? "after" : "last";
    case "Enter":
      // On the card itself; its buttons have an Enter of their own.
      return isCard(event.target) ? "open" : undefined;
    default:
      return undefined;
  }
}

function isCard(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("article");
}

const TAB_STOPS = "a[href], button:not(:disabled), input, [tabindex]";

/** Focuses what Tab reaches right before or after the feed. */
export function leave(feed: Element, to: "before" | "after"): void {
  const bit = to === "after" ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
  const found = [...document.querySelectorAll<HTMLElement>(TAB_STOPS)].filter(
    (one) =>
      one.tabIndex >= 0 &&
      one.offsetParent !== null &&
      one.closest("[inert]") === null &&
      !feed.contains(one) &&
      (feed.compareDocumentPosition(one) & bit) !== 0,
  );
  found[to === "after" ? 0 : found.length - 1]?.focus();
}
