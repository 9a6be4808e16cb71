// The rooms: the list of the lobby, and those this page is in. Routes what the
// socket hears to the room it is about, and keeps a room open behind the scenes
// while drawings of this person still wait to go out in it.
import { get, type Readable, writable } from "svelte/store";
import type { Memory } from "../wire/api";
import type { Heard, Say, Room as WireRoom } from "../wire/frames";
import { Desk } from "./desk";
import type { Keep } from "./keep";
import { Room } from "./room";
import { readRooms, writeRooms } from "./rooms_kept";

export type RoomInfo = Pick<
  WireRoom,
  "id" | "name" | "persistent" | "occupancy" | "capacity" | "description"
>;

export interface RoomsHost {
  readonly keep: Keep;
  readonly say: (frame: Say) => boolean;
  readonly later: (run: () => void, ms: number) => () => void;
  readonly now: () => number;
  /** Where the list outlives the page. */
  readonly memory: Pick<Memory, "getItem" | "setItem">;
}

interface Open {
  readonly room: Room;
  readonly desk: Desk;
}

export class Rooms {
  private readonly cell = writable<readonly RoomInfo[]>([]);
  readonly list: Readable<readonly RoomInfo[]> = this.cell;
  private readonly open = new Map<string, Open>();
  private person = "";
  private shown: string | undefined;
  private up = false;

  constructor(private readonly host: RoomsHost) {}

  /** Welcome: back in all rooms that are shown or have something to send. */
  linkUp(person: string, list: readonly RoomInfo[]): void {
    if (person !== this.person) this.become(person);
    this.tell(list);
    this.up = true;
    for (const { room } of this.open.values()) this.joinIfWanted(room);
  }

  /** Without a server: this person's pads, and the rooms as they were last seen. */
  presume(person: string): void {
    if (person === this.person) return;
    this.become(person);
    this.cell.set(readRooms(this.host.memory));
  }

  private tell(list: readonly RoomInfo[]): void {
    this.cell.set(list);
    writeRooms(this.host.memory, list);
  }

  linkDown(): void {
    this.up = false;
    for (const { room } of this.open.values()) room.outside();
  }

  /** After sleep or a change of network: what was missed, and is anybody there? */
  probe(): void {
    for (const { room } of this.open.values()) this.joinIfWanted(room);
  }

  /** The page may be gone the next moment. */
  hurry(): void {
    for (const { desk, room } of this.open.values()) {
      desk.hurry();
      room.liftPen();
    }
  }

  /** The room on the screen. */
  enter(id: string): Open {
    this.shown = id;
    const open = this.get(id);
    this.joinIfWanted(open.room);
    return open;
  }

  leave(id: string): void {
    if (this.shown === id) this.shown = undefined;
    this.settle(id);
  }

  info(id: string): RoomInfo | undefined {
    return get(this.cell).find((one) => one.id === id);
  }

  hear(frame: Heard): void {
    switch (frame.$case) {
      case "welcome":
      case undefined:
        return;
      case "rooms":
        this.tell(frame.value.rooms);
        return;
      default:
        this.open.get(frame.value.room)?.room.hear(frame);
    }
  }

  /** The account is no more, and neither is what this browser kept of it. */
  forget(person: string): void {
    if (person === this.person) {
      this.become("");
      this.tell([]);
    }
    void this.host.keep.forget(person);
  }

  /** Another person at this page: nothing of the one before stays in sight. */
  private become(person: string): void {
    for (const { room } of this.open.values()) room.stop();
    this.open.clear();
    this.person = person;
    this.host.keep.welcome(person);
    void this.host.keep.outbox(person).then((waiting) => {
      if (person !== this.person) return;
      for (const one of waiting) {
        const { room } = this.get(one.room);
        room.adopt(one);
        this.joinIfWanted(room);
      }
    });
  }

  private joinIfWanted(room: Room): void {
    if (this.up && (room.id === this.shown || room.busy)) room.join();
  }

  private get(id: string): Open {
    const known = this.open.get(id);
    if (known !== undefined) return known;
    const desk = new Desk(this.person, id, this.host.keep);
    const room = new Room(id, {
      ...this.host,
      person: this.person,
      // An empty pad takes its drawing back; one that is in use is left alone.
      refused: (pending) => {
        if (!desk.sketch.blank || !room.takeBack(pending.clientId, (one) => desk.put(one))) return;
        desk.tell(pending.code, pending.reason);
      },
      drained: () => this.settle(id),
    });
    const open = { room, desk };
    this.open.set(id, open);
    void desk.load();
    return open;
  }

  /** Leaves a room that nobody looks at, once nothing waits in it any more. */
  private settle(id: string): void {
    const room = this.open.get(id)?.room;
    if (room === undefined || this.shown === id || room.busy) return;
    if (room.now.place !== "outside") room.leave();
  }
}
