/**
 * Who runs where: the server under test has one core to itself and the generator another, so
 * that the one's work is not counted as the other's waiting.
 */
import os from "node:os";

const cores = { server: "0", generator: "1", "server on two": "0,1" };

/** The beginning of a command that is to run there. */
export function onCore(whose) {
  if (os.cpus().length < 2) throw new Error("the benchmark needs two cores");
  return ["taskset", "-c", cores[whose]];
}
