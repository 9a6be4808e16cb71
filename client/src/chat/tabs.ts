// The tabs of one browser in which Colo is open: what this one is called, through
// its reloads, and which others answer. Works on plain http, too.

export interface Tabs {
  readonly name: string;
  /** Those of the names that belong to a tab which is open. */
  alive(names: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Another tab that is awake answers sooner. One that sleeps is as good as closed. */
const ANSWER_MS = 150;

/** What tabs say to each other: "is this tab there?", "I am". */
type Word = { readonly ask: string } | { readonly here: string };

/** `name` belongs to this tab alone; without a channel (old Safari) nobody else is there. */
export function openTabs(name: string, channel: BroadcastChannel | undefined): Tabs {
  const waiting = new Set<(name: string) => void>();
  channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => {
    if ("here" in data) for (const hear of waiting) hear(data.here);
    else if (data.ask === name) channel.postMessage({ here: name });
  });
  return {
    name,
    alive: async (names) => {
      const found = new Set<string>();
      if (channel === undefined || names.length === 0) return found;
      const hear = (one: string) => void found.add(one);
      waiting.add(hear);
      for (const ask of names) channel.postMessage({ ask });
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
      waiting.delete(hear);
      return found;
    },
  };
}
