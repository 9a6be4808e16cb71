// The sentences of the account, its invites and set-up: they come with their screens.
import { authorName, refusalWords, spanWords, unreachableWords } from "../en";

export const accountWords = {
  title: "Your account",
  back: "Back to the rooms",
  signOut: "Sign out",
  fetching: "One moment…",
  again: "Try again",
  no: "Keep it as it is",
  insisting: "The server cannot be reached. This is tried again until it answers.",

  devices: {
    title: "Devices",
    hint: "Where you are signed in. If you do not know one of them, sign it out and change your password.",
    unnamed: "A device that does not say what it is",
    current: "this device",
    active: (idleSeconds: number) =>
      idleSeconds < 60 ? "active just now" : `active ${agoWords(idleSeconds)} ago`,
    pages: (count: number) => {
      if (count === 0) return "not open";
      return count === 1 ? "open in one place" : `open in ${count} places`;
    },
    signOut: "Sign out",
    signOutOf: (device: string) => `Sign out ${device}`,
    ask: "Sign it out?",
    yes: "Yes, sign out",
    no: "Keep",
    done: (device: string) => `${device} is signed out.`,
    everywhere: "Sign out everywhere",
    everywhereAsk: "Sign out all your devices, this one too?",
    everywhereYes: "Yes, all of them",
  },

  password: {
    title: "Password",
    open: "Change the password",
    now: "The password you have now",
    new: "The new one",
    newHint: "At least 8 characters. All your other devices are signed out.",
    submit: "Change the password",
    submitting: "Changing the password…",
    done: "The password is changed. Your other devices were signed out.",
    needNow: "Please type the password you have now.",
    needNew: "Please type a new password.",
    close: "Leave it",
  },

  leave: {
    title: "Leave Colo",
    open: "Delete my account…",
    what: "Your account ends, and you are signed out on all your devices. What this browser keeps for you, drafts and drawings that wait to be sent, goes as well. Nobody can bring any of it back.",
    drawings: "What happens to the drawings you have sent?",
    keep: "They stay, without my name",
    delete: "They are deleted for everybody",
    password: "Your password",
    submit: "Delete my account",
    ask: (drawings: "keep" | "delete") =>
      drawings === "keep"
        ? "Last question: delete your account for good, and leave your drawings to the others?"
        : "Last question: delete your account for good, and every drawing you have sent?",
    yes: "Yes, delete it for good",
    no: "No, I stay",
    deleting: "Deleting the account…",
    needChoice: "Please say what happens to your drawings.",
    needPassword: "Please type your password.",
  },

  invites: {
    title: "Invites",
    none: "Nobody is invited right now. An invite is a link, and a code to scan, that lets a friend in.",
    new: "Invite somebody",
    people: "For how many people",
    span: "Good for",
    spans: [
      { seconds: 3600, name: "an hour" },
      { seconds: 86_400, name: "a day" },
      { seconds: 604_800, name: "a week" },
      { seconds: 2_592_000, name: "30 days" },
    ],
    note: "Note to yourself",
    noteHint: "Only those who look after this Colo see it.",
    make: "Make the invite",
    making: "Making the invite…",
    close: "Leave it",
    madeTitle: "Here is the invite",
    madeHint: "Send the link, or let them scan the code. It is shown this once only.",
    qr: "QR code of the invite’s link",
    link: "The invite’s link",
    copy: "Copy the link",
    copied: "Copied",
    notCopied: "Please copy the link yourself: it is selected.",
    share: "Share",
    shareText: "Come and draw with me on Colo",
    done: "Done",
    unnamed: "An invite",
    used: (uses: number, usesMax: number) => `${uses} of ${usesMax} used`,
    usedUp: "used up",
    until: (atMs: number, nowMs: number) => untilWords(atMs, nowMs),
    by: (name: string) => `made by ${authorName(name)}`,
    revoke: "Revoke",
    revokeOf: (name: string) => `Revoke: ${name}`,
    ask: "Make this link worthless?",
    yes: "Yes, revoke",
    no: "Keep",
    revoked: "The invite was revoked.",
    needPeople: "An invite is for 1 to 10,000 people.",
  },

  opened: {
    setUpTitle: "Become the administrator of this Colo?",
    setUp: "Administrators invite people, and may delete any drawing.",
    setUpYes: "Yes, I look after it",
    setUpNo: "Not now",
    adminTitle: "You look after this Colo",
    admin:
      "You find invites under “Account” in the list of rooms. You may delete any drawing, too.",
    inTitle: "You are in already",
    in: (name: string) =>
      `This is an invite for somebody new, and you are ${name} here. Pass it on to a friend.`,
    close: "Good",
  },
} as const;

const REFUSALS: Readonly<Record<string, string>> = {
  wrong_password: "That is not your password.",
  not_admin: "Only those who look after this Colo can do that.",
  no_such_session: "That device is signed out already.",
  no_such_invite: "That invite is gone already.",
  too_many_invites: "There are 1,000 invites that still work. Please revoke some first.",
  bad_invite_request:
    "An invite is for 1 to 10,000 people, good for a minute to a year, with a note of up to 60 characters.",
  invite_gone: "This set-up link is not good any more.",
};

interface Refused {
  readonly code: string;
  readonly detail: string;
  readonly retryAfterMs: number;
}

/** What is said when a call was not answered as one had hoped. */
export function problemWords(
  answer: { readonly state: "unreachable" } | (Refused & { readonly state: "refused" }),
): string {
  if (answer.state === "unreachable") return unreachableWords;
  return REFUSALS[answer.code] ?? refusalWords(answer.code, answer.detail, answer.retryAfterMs);
}

/** How long ago; never more than it is. */
function agoWords(seconds: number): string {
  const units: readonly [number, string][] = [
    [86_400, "day"],
    [3600, "hour"],
    [60, "minute"],
  ];
  for (const [length, unit] of units) {
    const count = Math.floor(seconds / length);
    if (count > 0) return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return spanWords(seconds * 1000);
}

// Not `hour12: false`, for which five past midnight is 24:05.
const clock = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const weekday = new Intl.DateTimeFormat("en", { weekday: "long" });
const date = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" });

/** Until when, as one says it: until 14:05, until tomorrow 14:05, until Friday, until 3 May. */
export function untilWords(atMs: number, nowMs: number): string {
  if (atMs <= nowMs) return "too old";
  const now = new Date(nowMs);
  const midnight = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
  if (atMs < midnight(1)) return `until ${clock.format(atMs)}`;
  if (atMs < midnight(2)) return `until tomorrow ${clock.format(atMs)}`;
  if (atMs < midnight(7)) return `until ${weekday.format(atMs)}`;
  return `until ${date.format(atMs)}`;
}
