/** One run of one workload against one contender. */
import { toldBytes } from "./colo.mjs";
import { Generator, hex } from "./generator.mjs";
import { roomsOf } from "./workloads.mjs";

/** What is sent in this room, one after the other. */
function messages(contender, room, drawings) {
  return drawings.map((drawing) => {
    const payload = Buffer.alloc(toldBytes(drawing), drawing);
    return contender.message(room, payload, drawing);
  });
}

/**
 * A generator whose phones are all in their rooms, with something to say.
 * @param openings of its phones, where they are not the contender's only ones
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
        await generator.say(`message ${room} ${stampAt} ${hex(frames)}`);
    if (workload.mute) await generator.say(`mute ${workload.mute}`);
    return generator;
  } catch (error) {
    await generator.end();
    throw error;
  }
}

/** Throws where a phone missed something, heard it twice or was hung up on. */
export function checked(found, what) {
  const { order_faults, missing, gone, deliveries } = found;
  if (order_faults || missing || gone || !deliveries)
    throw new Error(
      `${what}: ${deliveries} deliveries, ${order_faults} out of order, ${missing} missing, ${gone} phones gone`,
    );
  return found;
}

async function* first(count, openings) {
  for (let i = 0; i < count; ++i) yield (await openings.next()).value;
}

/** Who is measured, and whom it is measured beside: a generator each, for one that is busy
 * reading a crowd's drawings sends and reads a small room's late. */
const partiesOf = ({ beside, ...one }) => (beside ? [one, { ...beside, yields: true }] : [one]);

/** What the parties' runs found, that of the first among all others. */
async function runAll(contender, parties, generators, times) {
  const runs = parties.map(({ how, title }, i) => {
    // Who goes on beside is there to the end of what is measured.
    const length = i === 0 ? times : { ...times, seconds: times.seconds + 1 };
    const run = how && generators[i].run(how, length, contender.pids);
    return run?.then((found) => checked(found, `${contender.name}, ${title ?? "beside"}`));
  });
  const found = await Promise.all(runs);
  return found.filter((one) => one);
}

export async function measure(contender, workload, drawings, times) {
  const parties = partiesOf(workload);
  const openings = contender.openings(parties.flatMap(roomsOf));
  const generators = [];
  try {
    for (const one of parties)
      generators.push(await enter(contender, one, drawings, first(one.phones, openings)));
    const length = { ...times, seconds: Math.max(workload.seconds ?? 0, times.seconds) };
    return figures(await runAll(contender, parties, generators, length));
  } finally {
    for (const generator of generators) await generator.end();
  }
}

/** The server's are those of all that went on, the latency is the first's. */
function figures(found) {
  const [{ seconds, cpu_ns, thread_ns, p50_us, p99_us, p999_us }] = found;
  const sum = (rate) => found.reduce((all, one) => all + rate(one) / one.seconds, 0);
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
