/** Starts a router in the folder given, prints its pid, and waits to be killed. */
import { startRouter } from "../../../lib/mesh/router.ts";
import { routerOptions } from "./host.ts";

const [folder = ""] = Deno.args;
const router = await startRouter(await routerOptions(folder));
Deno.stdout.writeSync(new TextEncoder().encode(`${router.pid}\n`));
await router.ended;
