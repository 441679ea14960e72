import { join } from "node:path";

/** A folder of one test's own, removed with everything in it: `using folder = tempFolder()`. */
export interface TempFolder extends Disposable {
  readonly path: string;
  /** A path in it. */
  at(...names: string[]): string;
}

/** Makes an empty folder. */
export function tempFolder(): TempFolder {
  const path = Deno.makeTempDirSync({ prefix: "kioku-test-" });
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}
