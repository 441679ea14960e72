/** Saves so many memories into a folder's database, as an agent's process does; prints how long each took, in milliseconds. */
import { openMemory, save } from "./peers.ts";

const [path = "", count = "0", label = "burst"] = Deno.args;
const memory = openMemory(
  { path, at: (...names) => [path, ...names].join("/"), [Symbol.dispose]: () => {} },
  "spoke",
);
const times: number[] = [];
for (let n = 0; n < Number(count); n++) {
  const start = performance.now();
  save(
    memory,
    `${label} ${n}: what one process saves in one go, with some words to make it as long as a memory is`,
  );
  times.push(performance.now() - start);
}
memory.store.close();
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(times)));
