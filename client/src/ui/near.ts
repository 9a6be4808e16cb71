// Tells cards when they come near the screen and when they are far from it, so
// that only some thirty of a thousand drawings hold a bitmap.

export interface Nearness {
  watch(element: Element, tell: (near: boolean) => void): () => void;
  stop(): void;
}

export function watchNearness(root: Element): Nearness {
  const listeners = new Map<Element, (near: boolean) => void>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting);
    },
    { root, rootMargin: "900px 0px" },
  );
  return {
    watch(element, tell) {
      listeners.set(element, tell);
      observer.observe(element);
      return () => {
        listeners.delete(element);
        observer.unobserve(element);
      };
    },
    stop: () => observer.disconnect(),
  };
}
