/** One run of one workload against one contender. */
import { messageBytes } from "./colo.mjs";
import { Generator, hex } from "./generator.mjs";
import { roomsOf } from "./workloads.mjs";

/** What is sent in this room, in rotation. */
function messages(contender, room, drawings) {
  return drawings.map((drawing) => {
    const payload = Buffer.alloc(messageBytes(drawing), drawing);
    return contender.message(room, payload, drawing);
  });
}

/**
 * A generator whose clients are all in their rooms and have messages to send.
 * @param openings of its clients, if other generators use the same contender
 */
export async function enter(
  contender,
  workload,
  drawings,
  openings = contender.openings(roomsOf(workload)),
) {
  const generator = new Generator(workload);
  try {
    await generator.enter(openings);
    for (const room of new Set(roomsOf(workload)))
      for (const { frames, stampAt } of messages(contender, room, drawings))
        await generator.command(`message ${room} ${stampAt} ${hex(frames)}`);
    if (workload.mute) await generator.command(`mute ${workload.mute}`);
    return generator;
  } catch (error) {
    await generator.end();
    throw error;
  }
}

/** Throws if a client missed a message, got one twice or was disconnected. */
export function checked(result, what) {
  const { order_faults, missing, closed, close_codes, deliveries } = result;
  if (order_faults || missing || closed || !deliveries)
    throw new Error(
      `${what}: ${deliveries} deliveries, ${order_faults} out of order, ${missing} missing, ${closed} connections closed${close_codes}`,
    );
  return result;
}

async function* take(count, openings) {
  for (let i = 0; i < count; ++i) yield (await openings.next()).value;
}

/**
 * The measured load, and the load beside it if there is one. Each has a generator of its own: one
 * that is busy reading for a crowd would send and read a small room's messages late.
 */
const loadsOf = ({ beside, ...measured }) =>
  beside ? [measured, { ...beside, yields: true }] : [measured];

/** The results of all loads that publish; the measured one comes first. */
async function runAll(contender, loads, generators, times) {
  const runs = loads.map(({ how, title }, i) => {
    // The load beside must last until the measured one ends.
    const length = i === 0 ? times : { ...times, seconds: times.seconds + 1 };
    const run = how && generators[i].run(how, length, contender.pids);
    return run?.then((result) => checked(result, `${contender.name}, ${title ?? "beside"}`));
  });
  const results = await Promise.all(runs);
  return results.filter((result) => result);
}

export async function measure(contender, workload, drawings, times) {
  const loads = loadsOf(workload);
  const openings = contender.openings(loads.flatMap(roomsOf));
  const generators = [];
  try {
    for (const load of loads)
      generators.push(await enter(contender, load, drawings, take(load.clients, openings)));
    const length = { ...times, seconds: Math.max(workload.seconds ?? 0, times.seconds) };
    return figures(await runAll(contender, loads, generators, length));
  } finally {
    for (const generator of generators) await generator.end();
  }
}

/** CPU time and rates are those of all loads, the latency is that of the measured one. */
function figures(results) {
  const [{ seconds, cpu_ns, thread_ns, p50_us, p99_us, p999_us }] = results;
  const sum = (count) => results.reduce((all, one) => all + count(one) / one.seconds, 0);
  const server_share = cpu_ns / 1e9 / seconds;
  const deliveries_s = sum((one) => one.deliveries);
  return {
    cpu_us: (server_share * 1e6) / deliveries_s,
    cpu_us_published: (server_share * 1e6) / sum((one) => one.published),
    deliveries_s,
    p50_us,
    p99_us,
    p999_us,
    server_share,
    generator_share: sum((one) => one.own_cpu_ns / 1e9),
    thread_shares: thread_ns.map((ns) => ns / 1e9 / seconds).filter((share) => share > 0.005),
  };
}
