import assert from "node:assert/strict";
import { newHome } from "./support/program.ts";

// The YAML parser is loaded only when there is a file to read, so the bundle of the executable can lose it unseen.
Deno.test("configuration of host and project is read", async () => {
  using home = newHome();
  await home.ok(["init", "--mode", "local"]);
  const host = `${home.config}/config.yaml`;
  Deno.writeTextFileSync(host, `${Deno.readTextFileSync(host)}storage_scopes: [mesh, team/core]\n`);
  Deno.writeTextFileSync(home.at(".kioku-mesh.yaml"), "default_visibility: team\nteam_id: core\n");
  assert.match(await home.ok(["save", "for the team"]), /\(visibility=team/);
  await home.ok(["init", "--mode", "local", "--force"]);
  assert.match(await home.ok(["status"]), /team\/core/);
});
