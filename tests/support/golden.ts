import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Files that Python's version has written; they lie beside the repository, not in it.
const GOLDEN = fileURLToPath(new URL("../../../shared/compat/golden/", import.meta.url));

/** One of the golden records. */
export interface GoldenRecord {
  readonly key: string;
  readonly payload: string;
}

/** The eight golden observations, payloads byte for byte. */
export function goldenObservations(): GoldenRecord[] {
  return recordsOf("observations.jsonl");
}

/** The golden message, and its acknowledgement. */
export function goldenMessages(): GoldenRecord[] {
  return recordsOf("messages.jsonl");
}

function recordsOf(name: string): GoldenRecord[] {
  return goldenText(name).trimEnd().split("\n").map((line) => {
    const { key, payload } = JSON.parse(line);
    return { key: String(key), payload: String(payload) };
  });
}

/** The text of a golden file. */
export function goldenText(name: string): string {
  return Deno.readTextFileSync(present(name));
}

/** Copies a golden file, or a folder with all that is in it, to where a test may do with it what it likes. */
export function copyGolden(name: string, to: string): void {
  copy(present(name), to);
}

function copy(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) {
    Deno.writeFileSync(to, Deno.readFileSync(from));
    return;
  }
  Deno.mkdirSync(to, { recursive: true });
  for (const { name } of Deno.readDirSync(from)) copy(join(from, name), join(to, name));
}

function present(name: string): string {
  const path = join(GOLDEN, name);
  try {
    Deno.statSync(path);
  } catch {
    throw new Error(
      `This test needs the golden files of Python's version: ${name} is missing in shared/compat/golden beside the repository.`,
    );
  }
  return path;
}
