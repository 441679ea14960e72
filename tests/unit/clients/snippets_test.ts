import assert from "node:assert/strict";
import { join } from "node:path";
import { CLIENTS } from "../../../lib/clients/clients.ts";
import { at } from "../../../lib/clients/document.ts";
import { openDocument } from "../../../lib/clients/open_document.ts";
import { findPlaces } from "../../../lib/clients/places.ts";
import { writeServer } from "../../../lib/clients/registration.ts";
import { environment } from "../../../lib/core/environment.ts";
import { PROJECT } from "../../support/source.ts";

Deno.test("docs/clients.md shows for every client what an installation writes", () => {
  const page = Deno.readTextFileSync(join(PROJECT, "docs", "clients.md"));
  const sections = new Map(
    [...page.matchAll(/^### (\S+)\n.*?^```(?:json|toml)\n(.*?)^```/gms)].map((
      [, id = "", text = ""],
    ) => [id, text]),
  );
  assert.deepEqual([...sections.keys()], CLIENTS.map(({ id }) => id));
  const places = findPlaces(
    environment((name) => name === "HOME" ? "/nowhere" : undefined),
    "linux",
    "/nowhere/app",
  );
  for (const client of CLIENTS) {
    const [registry] = client.registries(places);
    assert.ok(registry);
    const text = sections.get(client.id) ?? "";
    const { value } = openDocument({ path: client.id, target: client.id, text }, registry.syntax);
    const server = {
      command: "/usr/local/bin/kioku-mesh",
      args: ["mcp", "serve"],
      env: { KIOKU_MESH_AGENT_FAMILY: client.family, KIOKU_MESH_CLIENT_ID: client.id },
    };
    assert.deepEqual(
      at(value, [...registry.container(value), client.name]),
      writeServer(server, client.form),
      client.id,
    );
    assert.match(page, new RegExp(`^\\| \`${client.id}\` \\|`, "m"));
  }
});
