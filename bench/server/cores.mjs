/**
 * Which process runs on which core. The server under test has one core and the generator another,
 * so that neither waits for the other.
 */
import os from "node:os";

const cores = { server: "0", generator: "1", "server on two": "0,1" };

/** The first words of a command that runs there. */
export function onCore(place) {
  if (os.cpus().length < 2) throw new Error("the benchmark needs two cores");
  return ["taskset", "-c", cores[place]];
}
