// The calls of somebody who is signed in on their own account, and those of an
// administrator on invites (protocol/http-api.md).
import { type Answer, type Api, nonsense } from "./api";
import { field, listField, numberField, textField } from "./json";

/** A device that is signed in. */
export interface Device {
  readonly id: string;
  /** "Safari on iPhone" */
  readonly name: string;
  /** The one this page is on. */
  readonly current: boolean;
  readonly idleSeconds: number;
  /** How many pages of it are open right now. */
  readonly pages: number;
}

export interface Invite {
  readonly id: string;
  readonly note: string;
  readonly uses: number;
  readonly usesMax: number;
  readonly madeBy: string;
  readonly expiresAtMs: number;
}

/** One that was made just now: its link is told this once. */
export interface NewInvite extends Invite {
  readonly link: string;
  /** Its QR code as rows of 0 and 1, without a margin. */
  readonly qr: readonly string[];
}

export interface Wish {
  readonly note: string;
  readonly usesMax: number;
  readonly expiresInSeconds: number;
}

export async function listDevices(api: Api): Promise<Answer<readonly Device[]>> {
  return read(await api.spend({ call: "GET /api/sessions" }), (value) =>
    listField(value, "sessions")?.flatMap(deviceOf),
  );
}

export async function endDevice(api: Api, id: string): Promise<Answer<undefined>> {
  return done(await api.spend({ call: `DELETE /api/sessions/${encodeURIComponent(id)}` }));
}

/** Answered in the end, however long it takes; `late` is called when it takes long. */
export async function endAllDevices(api: Api, late: () => void): Promise<Answer<undefined>> {
  return done(await api.spend({ call: "DELETE /api/sessions", insist: late }));
}

/** As `endAllDevices`. */
export async function changePassword(
  api: Api,
  password: string,
  newPassword: string,
  late: () => void,
): Promise<Answer<undefined>> {
  const body = JSON.stringify({ password, new_password: newPassword });
  return done(await api.spend({ call: "POST /api/password", body, secret: true, insist: late }));
}

/** As `endAllDevices`. */
export async function deleteAccount(
  api: Api,
  password: string,
  drawings: "keep" | "delete",
  late: () => void,
): Promise<Answer<undefined>> {
  const body = JSON.stringify({ password, drawings });
  return done(await api.spend({ call: "DELETE /api/me", body, secret: true, insist: late }));
}

/** With the code of the set-up link: whoever is signed in looks after the server from now on. */
export async function setUp(api: Api, code: string): Promise<Answer<undefined>> {
  return done(await api.spend({ call: "POST /api/setup", body: JSON.stringify({ invite: code }) }));
}

export async function listInvites(api: Api): Promise<Answer<readonly Invite[]>> {
  return read(await api.spend({ call: "GET /api/invites" }), (value) =>
    listField(value, "invites")?.flatMap(inviteOf),
  );
}

export async function makeInvite(api: Api, wish: Wish): Promise<Answer<NewInvite>> {
  const { note, usesMax, expiresInSeconds } = wish;
  const asked = { note, uses_max: usesMax, expires_in_seconds: expiresInSeconds };
  const body = JSON.stringify(asked);
  return read(await api.spend({ call: "POST /api/invites", body }), (value) => {
    const [invite] = inviteOf(value);
    const link = textField(value, "link");
    if (invite === undefined || link === undefined) return undefined;
    const rows = listField(value, "qr") ?? [];
    return { ...invite, link, qr: rows.filter((row) => typeof row === "string") };
  });
}

export async function revokeInvite(api: Api, id: string): Promise<Answer<undefined>> {
  return done(await api.spend({ call: `DELETE /api/invites/${encodeURIComponent(id)}` }));
}

function done(answer: Answer<unknown>): Answer<undefined> {
  return answer.state === "ok" ? { state: "ok", value: undefined } : answer;
}

function read<T>(answer: Answer<unknown>, of: (value: unknown) => T | undefined): Answer<T> {
  if (answer.state !== "ok") return answer;
  const value = of(answer.value);
  return value === undefined ? nonsense() : { state: "ok", value };
}

function deviceOf(value: unknown): Device[] {
  const id = textField(value, "id");
  if (id === undefined) return [];
  return [
    {
      id,
      name: textField(value, "device") ?? "",
      current: field(value, "current") === true,
      idleSeconds: numberField(value, "idle_seconds") ?? 0,
      pages: numberField(value, "pages") ?? 0,
    },
  ];
}

function inviteOf(value: unknown): Invite[] {
  const id = textField(value, "id");
  if (id === undefined) return [];
  return [
    {
      id,
      note: textField(value, "note") ?? "",
      uses: numberField(value, "uses") ?? 0,
      usesMax: numberField(value, "uses_max") ?? 1,
      madeBy: textField(value, "made_by") ?? "",
      expiresAtMs: numberField(value, "expires_at_ms") ?? 0,
    },
  ];
}
