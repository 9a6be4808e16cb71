/**
 * Names of contenders. Colo's begin with "colo". Those of the executable to compare with
 * (COLO_BIN_BEFORE) end in ", before".
 */
export const isColo = (name) => name.startsWith("colo");
export const beforeName = (name) => `${name}, before`;

/** The same names, each of Colo's followed by that of the older executable. */
export const withBefore = (names) =>
  names.flatMap((name) => (isColo(name) ? [name, beforeName(name)] : [name]));
