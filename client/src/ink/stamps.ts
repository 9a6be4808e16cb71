// The signs that can be stamped. What they look like stands in `stamp_dots.ts`.

/** The keyboard's pages; `protocol/stamps.txt` has one a line. */
export const STAMP_PAGES: readonly string[] = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "0123456789.,:;!?¡¿'\"()/\\-_+=*#@%&~<>$€",
  "äöüßàáâéèêëíóôúùñçÄÖÜÉÈÑÇ",
  "♥★☺☹♪✓✗☀☁☂✿☾←→↑↓",
];

const signs = new Set(STAMP_PAGES.flatMap((page) => [...page]));

export function isStamp(sign: string): boolean {
  return signs.has(sign);
}
