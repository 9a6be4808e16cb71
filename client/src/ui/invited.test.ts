import { expect, test } from "vitest";
import { parseInvited } from "./invited";

test("an invite and a set-up link are told apart, and from everything else", () => {
  expect(parseInvited("#/invite/a1_B-2")).toEqual({ kind: "invite", code: "a1_B-2" });
  expect(parseInvited("#/setup/CODE")).toEqual({ kind: "setup", code: "CODE" });
  for (const other of ["", "#/", "#/invite/", "#/invite/a/b", "#/room/invite", "#/invite/a b"]) {
    expect(parseInvited(other), other).toBeUndefined();
  }
});
