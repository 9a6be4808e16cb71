// What the sign-in screen says to whoever comes, and whether they can make an account.
import type { Reason } from "../chat/me";
import type { Registration } from "../wire/api";
import { signedOutWords, words } from "../words/en";
import type { Invited } from "./invited";

export interface Coming {
  readonly policy: Registration["registration"];
  /** The link that is in hand. */
  readonly link: Invited["kind"] | undefined;
  /** The link that turned out to be worthless. */
  readonly gone: Invited["kind"] | undefined;
  readonly reason: Reason;
}

/** Set-up makes an account even where nobody else can. */
export function mayJoin({ policy, link }: Pick<Coming, "policy" | "link">): boolean {
  return policy === "open" || link === "setup" || (policy === "invite" && link === "invite");
}

/** `isNew`: the form makes an account. */
export function greeting(coming: Coming, isNew: boolean): string | undefined {
  const { policy, link, gone, reason } = coming;
  const { invited, setUp, setUpSignIn, setUpGone, inviteGone } = words.signIn;
  if (link === "setup") return isNew ? setUp : setUpSignIn;
  if (link === "invite") return isNew && mayJoin(coming) ? invited : undefined;
  if (gone === "setup") return setUpGone;
  if (gone === undefined) return signedOutWords(reason);
  const { noInviteNeeded, askAnother } = words.signIn;
  return `${inviteGone} ${policy === "open" ? noInviteNeeded : askAnother}`;
}
