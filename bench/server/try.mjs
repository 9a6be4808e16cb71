import { Generator, hex } from "./generator.mjs";
import { startPeople, toldBytes } from "./colo.mjs";
import { recordedDrawings } from "./recorded.mjs";
import * as peers from "./peers.mjs";
const ends=[]; const context={after:(e)=>ends.unshift(e)};
const set = recordedDrawings();
console.log(set.small.map(d=>d.length), set.large.map(d=>d.length));
const which = process.argv[2], n=Number(process.argv[3]??1000), how=process.argv[4]??"window 1", rooms=Number(process.argv[5]??1);
try {
  const c = which==="colo"||which==="saved" ? (await startPeople(context)).contender(which, which==="saved"?"saved":"fleeting") : which==="ws"? await peers.startWs(context): which==="sio"? await peers.startSocketIo(context): which==="nchan"? await peers.startNchan(context): await peers.startFloor(context, which, ...which.split("-"));
  const g = new Generator(); ends.unshift(()=>g.end());
  let t=performance.now();
  const list = Array.from({length:n},(_, i)=>i%rooms);
  console.log(await g.enter(c.openings(list)), performance.now()-t);
  for (let room=0; room<rooms; ++room) for (const d of set.small) { const p=Buffer.alloc(toldBytes(d)); d.copy(p); const m=c.message(room,p,d); await g.say(`message ${room} ${m.stampAt} ${hex(m.frames)}`); }
  const r = await g.run(how,{warm_s:1,seconds:2},c.pids);
  console.log(r, "us/delivery", r.cpu_ns/1000/r.deliveries, "gen share", r.own_cpu_ns/1e9/r.seconds);
} finally { for (const e of ends) await e(); }
