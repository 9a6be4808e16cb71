// The signs of the stamp keyboard as runs of dots, read from `glyphs.ts`.
import { ACCENTED, PLAIN } from "./glyphs";

export interface Stamp {
  readonly columns: number;
  /** column, row, length: dots side by side; row 0 is the top of a capital */
  readonly runs: readonly (readonly [column: number, row: number, length: number])[];
}

const stamps = new Map([...read(PLAIN, 0), ...read(ACCENTED, 2)]);

export function stampOf(sign: string): Stamp | undefined {
  return stamps.get(sign);
}

/** Blocks of signs side by side: a line of characters, each over its left column, then the dots. */
function read(art: string, rowsAbove: number): [string, Stamp][] {
  return art
    .trim()
    .split("\n\n")
    .flatMap((block) => {
      const [heads = "", ...rows] = block.split("\n");
      return [...heads.matchAll(/\S/gu)].map(({ 0: sign, index = 0 }): [string, Stamp] => {
        const columns = (/^[#.]*/.exec(rows[0]?.slice(index) ?? "")?.[0] ?? "").length;
        const runs = rows.flatMap((row, y) =>
          [...row.slice(index, index + columns).matchAll(/#+/g)].map(
            (run) => [run.index ?? 0, y - rowsAbove, run[0].length] as const,
          ),
        );
        return [sign, { columns, runs }];
      });
    });
}
