import { type EngineInfo, engineInfo, findEngine } from "../../mesh/engine/find.ts";
import { ZENOH_VERSION } from "../../mesh/engine/target.ts";
import type { Surroundings } from "../../memory/open.ts";
import type { SetupCommand } from "../command.ts";
import { enginePlaces } from "../engine_places.ts";
import type { Output } from "../output.ts";

/** `kioku-mesh engine info`: which router this program would run, verified. */
export const info: SetupCommand = command((found, output, json) => {
  const { origin, folder, digest, files } = found;
  if (json) {
    output.line(JSON.stringify({ zenoh: ZENOH_VERSION, origin, folder, digest, files }));
    return;
  }
  output.line(`zenoh: ${ZENOH_VERSION}`);
  output.line(
    `from: ${origin === "packed" ? "this program" : "the folder that KIOKU_MESH_ENGINE_DIR names"}`,
  );
  output.line(`folder: ${folder}`);
  output.line(`digest: ${digest}`);
  for (const { name, sha256, bytes } of files) output.line(`  ${sha256}  ${bytes}  ${name}`);
});

/** `kioku-mesh engine path`: where it is. */
export const path: SetupCommand = command(({ folder }, output, json) => {
  output.line(json ? JSON.stringify({ folder }) : folder);
});

/** `kioku-mesh engine verify`: whether every file is what it should be; an error that names the one that is not. */
export const verify: SetupCommand = command(({ files, digest }, output, json) => {
  output.line(
    json ? JSON.stringify({ verified: true, digest }) : `verified: ${files.length} files, digest ${digest}`,
  );
});

function command(show: (found: EngineInfo, output: Output, json: boolean) => void): SetupCommand {
  return {
    access: "setup",
    declare(declaration) {
      declaration.option("--json", "print the result as JSON");
    },
    async run({ around, options, output }): Promise<0> {
      show(await verified(around), output, options.has("json"));
      return 0;
    },
  };
}

async function verified(around: Surroundings): Promise<EngineInfo> {
  return await engineInfo(await findEngine(enginePlaces(around), around.random));
}
