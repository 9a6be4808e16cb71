// Gives a picture to the person: as a download, or on an iPhone's home-screen
// page, which cannot download, by its share sheet.

/** `Ana-2026-05-03-1405.png`, with nothing in it that a file system could mind. */
export function fileName(author: string, atMs: number, extension: string): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const name = author.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "");
  const stem = [name, day, `${two(at.getHours())}${two(at.getMinutes())}`];
  return `${stem.filter((part) => part !== "").join("-")}.${extension}`;
}

/** The browser reads the picture in its own time. */
const KEEP_MS = 60_000;

export async function save(picture: Blob, name: string): Promise<void> {
  const file = new File([picture], name, { type: picture.type });
  if (isHomeScreenPage() && navigator.canShare?.({ files: [file] })) {
    const shared = await navigator.share({ files: [file] }).then(() => true, changedMind);
    if (shared) return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

/** Whoever closes the share sheet wants no file; any other fault leaves the download to try. */
export function changedMind(fault: unknown): boolean {
  return fault instanceof Error && fault.name === "AbortError";
}

/** Only iOS tells it this way. */
function isHomeScreenPage(): boolean {
  return "standalone" in navigator && navigator.standalone === true;
}
