// The list of rooms as this browser last saw it, for a page that opens without
// its server. How many people were where is old news by then, and not kept.
import type { RoomInfo } from "./rooms";

const ROOMS = "colo.rooms";

export function writeRooms(
  memory: { setItem(key: string, value: string): void },
  rooms: readonly RoomInfo[],
): void {
  const kept = rooms.map(({ id, name, persistent, capacity, description }) => {
    return { id, name, persistent, capacity, description };
  });
  try {
    memory.setItem(ROOMS, JSON.stringify(kept));
  } catch {
    // Without storage there is no list without the server.
  }
}

export function readRooms(memory: { getItem(key: string): string | null }): RoomInfo[] {
  let kept: unknown;
  try {
    kept = JSON.parse(memory.getItem(ROOMS) ?? "[]");
  } catch {
    return [];
  }
  return Array.isArray(kept) ? kept.flatMap(roomOf) : [];
}

/** Whatever else wrote there, or an earlier version of this page: a room, or nothing. */
function roomOf(value: unknown): RoomInfo[] {
  if (typeof value !== "object" || value === null) return [];
  const text = (name: string): string => {
    const found: unknown = Reflect.get(value, name);
    return typeof found === "string" ? found : "";
  };
  const capacity: unknown = Reflect.get(value, "capacity");
  const [id, name, description] = [text("id"), text("name"), text("description")];
  if (id === "") return [];
  return [
    {
      id,
      name: name || id,
      description,
      persistent: Reflect.get(value, "persistent") === true,
      capacity: typeof capacity === "number" ? capacity : 0,
      occupancy: 0,
    },
  ];
}
