// Every sentence that a person reads. A translation is one more file like this.
import type { Reason } from "../chat/me";

/** How an author is called; a message of an account that is gone has none. */
export function authorName(author: string): string {
  return author === "" ? "somebody who left" : author;
}

const whose = (name: string) =>
  name === "" ? `a drawing by ${authorName(name)}` : `${name}’s drawing`;

const begin = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);

export const words = {
  colo: "Colo",
  invitation: "Talk in drawings.",
  loading: "One moment…",
  unreachable: "Colo cannot be reached. Trying again…",

  signIn: {
    title: "Sign in",
    newTitle: "Make an account",
    name: "Name",
    nameHint: "2 to 24 letters, digits, _ - . or spaces",
    password: "Password",
    passwordHint: "At least 8 characters",
    show: "Show",
    hide: "Hide",
    showPassword: "Show the password",
    hidePassword: "Hide the password",
    submit: "Sign in",
    submitting: "Signing in…",
    create: "Make the account",
    creating: "Making the account…",
    toRegister: "New here? Make an account",
    toSignIn: "Have an account? Sign in",
    needName: "Please say who you are.",
    needPassword: "Please type your password.",
    invited: "You are invited to Colo. Choose a name.",
    setUpSignIn: "Sign in, and you are asked whether you want to look after this Colo.",
    setUp: "This Colo has no administrator yet. Create the account that looks after it.",
    byInvite: "This Colo is by invitation.",
    byInviteHow:
      "Ask somebody who is here for an invite from whoever looks after it. Opening the link brings you back to this page, with the door open.",
    inviteGone: "This invite is not good any more: it is used up, too old, or was taken back.",
    setUpGone: "This set-up link is not good any more: this Colo has an administrator.",
    askAnother: "Ask for another one; with an account you can sign in.",
    noInviteNeeded: "You do not need one here: anybody can make an account.",
    closed: "Nobody can make an account here at the moment.",
  },

  other: {
    title: (other: string) => `This browser is now signed in as ${other}.`,
    was: (name: string) =>
      `This page was ${name}’s. What ${name} drew is kept, and is not sent as anybody else.`,
    follow: (other: string) => `Continue as ${other}`,
    stay: (name: string) => `Sign in as ${name}`,
  },

  lobby: {
    welcome: "Welcome,",
    pick: "Pick a room and draw.",
    rooms: "Rooms",
    people: (count: number, capacity: number) =>
      count === 0
        ? "Nobody is here yet"
        : `${count} of ${capacity} ${capacity === 1 ? "person" : "people"}`,
    full: "Full",
    about: (description: string, kept: boolean) => {
      if (description === "") return kept ? "Drawings are kept" : "Gone when the last one leaves";
      return `${description} · ${kept ? "saved" : "temporary"}`;
    },
    none: "There are no rooms. Whoever runs this server can add some in colo.toml.",
    signOut: "Sign out",
    account: "Account",
    away: "You can go on drawing: the drawings on your pads and those you send are kept here, and go out when the server is back.",
    noneKept: "The rooms are not known here yet. They show up when the server is back.",
  },

  about: {
    title: "About this page",
    kept: "What you draw is kept in this browser until the server has it: also when the network goes, the page is closed or you are signed out.",
    nothing: "Everything Colo can do works at this address. It even opens without network.",
    cannot: "At this address, Colo cannot:",
    lacks: {
      offline: {
        what: "open without network",
        means: "Leave it open instead: what you draw then waits, and goes out later.",
      },
      install: {
        what: "be installed as an app",
        means: "Most phones allow that with https only. A bookmark does nearly as well.",
      },
      private: {
        what: "keep the line to the server private",
        means: "Others on the same network could read along. At home that is mostly fine.",
      },
    },
    wantsHttps:
      "All this needs https. Whoever runs this server can put it behind a proxy that does https; the README says how.",
    otherBrowser: "It is this browser that does not allow it; a private window may be why.",
    close: "Close",
  },

  room: {
    back: "Back to the rooms",
    people: (count: number) => (count === 1 ? "1 person" : `${count} people`),
    whoIsHere: "Who is here",
    you: "you",
    andMore: (count: number) => `and ${count} more`,
    close: "Close",
    joining: "Coming in…",
    empty: "Nobody has drawn anything yet.",
    emptyHint: "The first one could be yours.",
    forgets: "This room forgets: its drawings go when the last one leaves.",
    offline: "You can draw on.",
    offlineHint: "What you send waits here, and goes out when the server is back.",
    leftOff: "You left off here",
    newDrawings: (count: number) => (count === 1 ? "1 new drawing" : `${count} new drawings`),
    loadingOlder: "Fetching older drawings…",
    beginning: "This is where it all began.",
    joined: (name: string) => `${name} came in`,
    left: (name: string) => `${name} left`,
    unknown: "There is no such room.",
    full: "The room is full. Maybe somebody leaves soon.",
    tryAgain: "Try again",
    toRooms: "To the rooms",
    feed: "Drawings",
    brokenCard: "This drawing cannot be shown.",
    drawing: (names: readonly string[]) => {
      const [first = "", second = "", ...more] = names;
      if (second === "") return `${first} is drawing…`;
      if (more.length === 0) return `${first} and ${second} are drawing…`;
      return `${first}, ${second} and ${more.length} more are drawing…`;
    },
  },

  card: {
    /** `after`: whose drawing it began as, if it began as one. */
    drawing: (name: string, time: string, after: string | undefined) =>
      `Drawing by ${authorName(name)}${after === undefined ? "" : `, after ${whose(after)}`}, ${time}`,
    captioned: (caption: string, name: string, time: string, after: string | undefined) =>
      `${caption}. By ${authorName(name)}${after === undefined ? "" : `, after ${whose(after)}`}, ${time}`,
    arrived: (name: string, caption: string) =>
      `${begin(authorName(name))} sent a drawing${caption === "" ? "" : `: ${caption}`}`,
    sending: "Sending…",
    waiting: "Waiting for the connection",
    failed: "Not sent.",
    actions: "What to do with this drawing",
    replay: "Replay",
    stop: "Stop",
    speed: "Speed",
    times: (speed: number) => `${speed}×`,
    strokeByStroke: "Stroke by stroke, because you asked for less motion.",
    remix: "Remix",
    after: (author: string) => `after ${whose(author)}`,
    savePng: "Save as PNG",
    saveSvg: "Save as SVG",
    notSaved: "The picture could not be made. Please try again.",
    delete: "Delete",
    deleteAsk: "Delete for everybody?",
    deleteYes: "Yes, delete",
    deleteNo: "Keep",
    gone: "That drawing is gone already.",
    notNow: "That needs the connection. Please try again when it is back.",
    looking: "Looking for it…",
    originGone: "That drawing is not here any more.",
    originFar: "That drawing is a long way up: scroll on from here.",
    takeBack: "Back to the pad",
    now: "just now",
    yesterday: "yesterday",
  },

  pad: {
    label: "Drawing pad. Draw with a finger, a pen or the mouse.",
    tools: "Tools",
    erase: "Erase",
    undo: "Undo",
    redo: "Redo",
    copy: "Copy",
    caption: "Caption",
    clear: "Clear",
    finger: "Finger",
    fingerHint: "Let the finger draw again",
    send: "Send",
    sendHint: "Send. Hold for a caption.",
    captionPlaceholder: "A few words about it",
    captionClose: "Close the caption",
    lower: "Lower the pad",
    raise: "Raise the pad",
    blank: "Draw something first.",
    full: "This drawing is full. Send it, or undo something.",
    nothingToCopy: "There is no drawing to copy yet.",
    copied: "Copied onto the pad. Undo brings yours back.",
    remixing: (author: string) => `${begin(whose(author))} is on the pad. Undo takes it away.`,
    unsent: "Taken back. Nobody sees it any more.",
    unsentOver: "Taken back onto the pad. Undo brings the other one back.",
    cleared: "Cleared. Undo brings it back.",
    fingerOff: "The pen draws now. The Finger button lets your finger draw again.",
    returned: (why: string) => `Your drawing came back: ${why}`,
  },

  tools: {
    pen: "Pen",
    marker: "Marker",
    rainbow: "Rainbow",
    pixel: "Pixel",
    stamp: "Stamp",
    eraser: "Eraser",
  },

  unsend: {
    undo: "Undo",
    label: "Undo: take the drawing back",
    said: "Sent. Undo takes it back.",
  },

  pen: {
    title: "Pen settings",
    eraserTitle: "Eraser settings",
    kinds: "What to draw with",
    size: (tool: string) => `${tool} Size`,
    color: "Color",
    recent: "Last used",
    paper: "Paper",
    red: "Red",
    green: "Green",
    blue: "Blue",
    any: "Any color",
    anyPaper: "Any paper color",
    preview: "How it will look",
    done: "Done",
    swatch: (name: string) => `Color ${name}`,
    recentSwatch: (name: string) => `Last used: ${name}`,
    paperSwatch: (name: string) => `Paper ${name}`,
  },

  stamps: {
    title: "Stamps",
    keys: "Signs. Press one to type it, or drag it onto the paper.",
    pad: "Drawing pad. Type to stamp, move with the arrow keys.",
    hint: "Tap a sign to type it, or drag it onto the paper.",
    tabs: ["abc", "ABC", "123", "äé", "♥★"],
    /** Whoever says what they see on a tab means it: its sign comes first. */
    pages: [
      "abc: small letters",
      "ABC: capitals",
      "123: digits and marks",
      "äé: letters with accents",
      "♥★: signs",
    ],
  },

  link: {
    lost: "Connection lost. Coming back…",
    refused: "The server closed the connection.",
    outdated: "This page does not fit the server any more. Please load it again.",
    flooding: "That was too much at once.",
    again: "Connect again",
    reload: "Load again",
    missing:
      "This part of the page did not arrive. What you drew is kept; please load the page again.",
  },
} as const;

export function signedOutWords(reason: Reason): string | undefined {
  const kept = "What you drew is kept.";
  switch (reason) {
    case "fresh":
    case "left":
      return undefined;
    case "idle":
      return `You were signed out because nothing was drawn for a while. ${kept}`;
    case "restart":
      return `The server was restarted, please sign in again. ${kept}`;
    case "replaced":
      return `Another sign-in took the place of yours in this browser. Please sign in again. ${kept}`;
    case "ended":
      return `You were signed out. Please sign in again. ${kept}`;
    case "revoked":
      return `You were signed out from another device. ${kept}`;
    case "password_changed":
      return `The password was changed on another device. Please sign in with the new one. ${kept}`;
    case "everywhere":
      return `You are signed out on all your devices. ${kept}`;
    case "account_deleted":
      return "This account is gone, and what this browser kept of it, too. Thank you for drawing.";
    default:
      return reason satisfies never;
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  bad_username:
    "A name has 2 to 24 letters of one alphabet, digits, _ - . and single spaces inside. Please try another.",
  bad_password: "A password needs at least 8 characters, and at most 128.",
  bad_credentials: "The name or the password is not right.",
  username_taken: "Somebody has that name already, or one that looks just like it.",
  too_many_requests: "That was a lot of tries. Please wait a moment.",
  busy: "The server has its hands full. Please try again in a moment.",
  invite_needed: words.signIn.byInvite,
  registration_closed: words.signIn.closed,
  invite_gone: words.signIn.inviteGone,
  internal: "Something went wrong on the server. Please try again.",
  storage_failed: "The server could not write to its disk. Please try again.",
  origin_refused: "The server does not go by this address. Whoever runs it can add it to `hosts`.",
  signed_out: "You are signed out. Please sign in again.",
  other_session: "Another sign-in took the place of yours in this browser.",
  room_full: words.room.full,
  unknown_room: words.room.unknown,
  too_many_rooms: "You are in too many rooms at once. Close another tab and try again.",
  drawing_blank: "there was nothing on it.",
  drawing_too_big: "it is too big. Undo a little and send it again.",
  taken_back: "you took it back.",
  caption_too_long: "the caption is longer than 280 characters.",
  caption_characters: "the caption has characters that cannot be shown.",
};

/** How long, the way one says it: 30 seconds, 5 minutes, 2 hours. Never less than it is. */
export function spanWords(ms: number): string {
  const said = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`;
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds <= 90) return said(seconds, "second");
  if (seconds <= 5400) return said(Math.ceil(seconds / 60), "minute");
  if (seconds <= 129_600) return said(Math.ceil(seconds / 3600), "hour");
  return said(Math.ceil(seconds / 86_400), "day");
}

/** Refusals that say when to come back, and what is said in place of "in a moment" then. */
const WAITING: Readonly<Record<string, (span: string) => string>> = {
  too_many_requests: (span) => `That was a lot of tries. Please wait ${span}.`,
  busy: (span) => `The server has its hands full. Please wait ${span}.`,
};

/** Our words for a server's code; its own sentence where we have none. */
export function refusalWords(code: string, detail: string, retryAfterMs = 0): string {
  const waiting = WAITING[code];
  if (retryAfterMs > 0 && waiting !== undefined) return waiting(spanWords(retryAfterMs));
  return REFUSALS[code] ?? (detail === "" ? "The server said no, and not why." : detail);
}

export const unreachableWords = "The server cannot be reached. Are you on the same network?";

const SWATCH_NAMES: Readonly<Record<string, string>> = {
  "000000": "black",
  "5b6470": "grey",
  ffffff: "white",
  e5322d: "red",
  ff8a1f: "orange",
  ffd21f: "yellow",
  "1fa84a": "green",
  "2aff99": "mint",
  "1f6feb": "blue",
  "095c79": "teal",
  "7b3fe4": "purple",
  ff5fa2: "pink",
  "8a5a33": "brown",
  fff4d6: "cream",
  dff5e6: "light green",
  dcecff: "light blue",
  ffe1ea: "light pink",
};

const SIGN_NAMES: Readonly<Record<string, string>> = {
  "♥": "heart",
  "★": "star",
  "☺": "smile",
  "☹": "frown",
  "♪": "note",
  "✓": "tick",
  "✗": "cross",
  "☀": "sun",
  "☁": "cloud",
  "☂": "umbrella",
  "✿": "flower",
  "☾": "moon",
  "←": "arrow left",
  "→": "arrow right",
  "↑": "arrow up",
  "↓": "arrow down",
};

/** What a screen reader says of a stamp; letters speak for themselves. */
export function signName(sign: string): string {
  return SIGN_NAMES[sign] ?? sign;
}

export function swatchName(hex: string): string {
  return SWATCH_NAMES[hex] ?? `#${hex}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** When, as one says it: just now, 14:05, yesterday 14:05, 3 May 14:05. */
export function timeWords(atMs: number, nowMs: number): string {
  if (nowMs - atMs < 60_000) return words.card.now;
  const at = new Date(atMs);
  const today = new Date(nowMs);
  const midnight = new Date(today.getFullYear(), today.getMonth(), today.getDate()).getTime();
  if (atMs >= midnight) return clock.format(at);
  if (atMs >= midnight - 86_400_000) return `${words.card.yesterday} ${clock.format(at)}`;
  return `${date.format(at)} ${clock.format(at)}`;
}
