import { expect, test } from "vitest";
import { type Coming, greeting, mayJoin } from "./joining";

const coming: Coming = { policy: "open", link: undefined, gone: undefined, reason: "fresh" };

test("who can make an account: everybody, the invited, or whoever sets up", () => {
  for (const [policy, link, may] of [
    ["open", undefined, true],
    ["invite", undefined, false],
    ["invite", "invite", true],
    ["closed", "invite", false],
    ["closed", "setup", true],
  ] as const) {
    expect(mayJoin({ policy, link }), `${policy} ${link}`).toBe(may);
  }
});

test("a link that is worth nothing is said before anybody types", () => {
  expect(greeting({ ...coming, gone: "invite" }, true)).toMatch(/not good.*do not need one/);
  expect(greeting({ ...coming, policy: "invite", gone: "invite" }, false)).toMatch(/another one/);
  expect(greeting({ ...coming, gone: "setup" }, true)).toMatch(/has an administrator/);
});

test("a link in hand greets those who make an account with it", () => {
  expect(greeting({ ...coming, link: "invite" }, true)).toMatch(/You are invited/);
  expect(greeting({ ...coming, link: "invite" }, false)).toBeUndefined();
  expect(greeting({ ...coming, link: "setup" }, false)).toMatch(/you are asked/);
});

test("without one, why somebody was signed out", () => {
  expect(greeting({ ...coming, reason: "revoked" }, false)).toMatch(/another device/);
  expect(greeting(coming, true)).toBeUndefined();
});
