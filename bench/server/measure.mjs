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

/** A generator whose phones are all in their rooms, with something to say. */
export async function enter(contender, workload, drawings) {
  const generator = new Generator();
  try {
    await generator.enter(contender.openings(roomsOf(workload)));
    for (let room = 0; room < workload.rooms; ++room)
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

export async function measure(contender, workload, drawings, times) {
  const generator = await enter(contender, workload, drawings);
  try {
    const length = { ...times, seconds: Math.max(workload.seconds ?? 0, times.seconds) };
    const found = await generator.run(workload.how, length, contender.pids);
    checked(found, `${contender.name}, ${workload.title}`);
    const { seconds, deliveries, cpu_ns, own_cpu_ns, thread_ns } = found;
    return {
      cpu_us: cpu_ns / 1000 / deliveries,
      cpu_us_published: cpu_ns / 1000 / found.published,
      deliveries_s: deliveries / seconds,
      p50_us: found.p50_us,
      p99_us: found.p99_us,
      p999_us: found.p999_us,
      server_share: cpu_ns / 1e9 / seconds,
      generator_share: own_cpu_ns / 1e9 / seconds,
      thread_shares: thread_ns.map((ns) => ns / 1e9 / seconds).filter((share) => share > 0.005),
    };
  } finally {
    await generator.end();
  }
}
