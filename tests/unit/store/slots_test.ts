import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openSlots, SLOTS } from "../../../lib/store/slots.ts";
import { tempFolder } from "../../support/folder.ts";

/** A process that takes a slot, prints its number, and waits to be ended. */
function holder(folder: string): { readonly slot: Promise<number>; kill(): Promise<void> } {
  const script = `import { openSlots } from ${
    JSON.stringify(new URL("../../../lib/store/slots.ts", import.meta.url).href)
  };
    const slots = openSlots(${JSON.stringify(folder)}, true);
    console.log(slots.own);
    setInterval(() => slots.own, 1000);`;
  const config = fileURLToPath(new URL("../../../deno.json", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", `--config=${config}`, "--allow-read", "--allow-write", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  void writer.write(new TextEncoder().encode(script)).then(() => writer.close());
  const reader = child.stdout.getReader();
  return {
    slot: reader.read().then(({ value }) => Number(new TextDecoder().decode(value))),
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

Deno.test("a session holds its slot until it ends, however it ends, and others see that", async () => {
  using folder = tempFolder();
  const path = folder.at("sessions");
  using slots = openSlots(path, true);
  using watcher = openSlots(path, false);
  assert.deepEqual([slots.own, watcher.own], [0, undefined]);
  const other = holder(path);
  try {
    assert.equal(await other.slot, 1);
    assert.deepEqual([0, 1, 2].map(slots.isHeld), [true, true, false]);
    assert.deepEqual([0, 1, 2].map(watcher.isHeld), [true, true, false]);
  } finally {
    await other.kill();
  }
  assert.deepEqual([0, 1, 2].map(slots.isHeld), [true, false, false]);
  using next = openSlots(path, true);
  assert.equal(next.own, 1);
});

Deno.test("when all slots are held, a further session has none, and none is held twice", () => {
  using folder = tempFolder();
  using all = new DisposableStack();
  const own = Array.from({ length: SLOTS + 1 }, () => all.use(openSlots(folder.at("sessions"), true)).own);
  assert.deepEqual(own, [...Array.from({ length: SLOTS }, (_, slot) => slot), undefined]);
  for (const { name } of Deno.readDirSync(folder.at("sessions"))) {
    assert.equal((Deno.statSync(folder.at("sessions", name)).mode ?? 0) & 0o777, 0o600, name);
  }
});
