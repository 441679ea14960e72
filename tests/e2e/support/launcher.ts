import { join } from "node:path";
import type { Home } from "./program.ts";

/** Makes `bin/kioku-mesh` in a home, so that shells find the program under its name; gives the folder for PATH. */
export function launcher(home: Home): string {
  const bin = home.at("bin");
  Deno.mkdirSync(bin, { recursive: true });
  const { command, args } = home.invocation([]);
  const words = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  Deno.writeTextFileSync(join(bin, "kioku-mesh"), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return bin;
}
