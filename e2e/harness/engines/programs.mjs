/** Programs that an engine needs beside it; none outlives the tests. */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { within } from "../colo.mjs";

/** A program that does not listen within this never will. */
const patience_ms = 30_000;

const running = new Set();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a program; `ended` tells when it is gone. */
export function start(path, args, options) {
  const child = spawn(path, args, options);
  running.add(child);
  const ended = new Promise((tell) => {
    child.once("error", tell);
    child.once("exit", tell);
  }).finally(() => running.delete(child));
  return {
    child,
    end() {
      child.kill();
      return ended;
    },
    ended,
  };
}

/** What a program writes first to one of its pipes. */
export async function firstWord(program, pipe, pattern) {
  let said = "";
  const word = new Promise((tell) => {
    pipe.setEncoding("utf8");
    pipe.on("data", (text) => {
      said += text;
      const found = pattern.exec(said);
      if (found) tell(found[1]);
    });
  });
  const early = program.ended.then((error) => {
    throw new Error(`${program.child.spawnfile} ended at once: ${error} ${said}`);
  });
  return within(Promise.race([word, early]), () => `${program.child.spawnfile} said: ${said}`);
}

/** A WebDriver: it does not say which port it got, so it is given one that was just free. */
export async function startDriver(driverPath, env) {
  for (let tries = 0; ; ++tries) {
    const port = await freePort();
    const driver = start(driverPath, [`--port=${port}`], { env, stdio: "ignore" });
    try {
      await untilListening(port, driver);
      return { driver, port };
    } catch (error) {
      await driver.end();
      if (tries === 3) throw error;
    }
  }
}

function freePort() {
  return new Promise((tell, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => tell(port));
    });
  });
}

async function untilListening(port, driver) {
  let gone = false;
  driver.ended.then(() => {
    gone = true;
  });
  for (const deadline = Date.now() + patience_ms; Date.now() < deadline; ) {
    if (gone) throw new Error(`${driver.child.spawnfile} ended at once`);
    const open = await new Promise((tell) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => tell(true) || socket.destroy());
      socket.once("error", () => tell(false));
    });
    if (open) return;
    await pause(10);
  }
  throw new Error(`${driver.child.spawnfile} did not listen on ${port}`);
}
