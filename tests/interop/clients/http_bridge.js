// Puts a server that speaks on standard input and output behind HTTP, for a test program that only knows HTTP. Each
// session has a server of its own. Prints its port.
// deno-lint-ignore-file no-console
const { command, args, env, cwd } = JSON.parse(Deno.args[0]);
const sessions = new Map();

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, async (request) => {
  if (request.method === "DELETE") return new Response(null, { status: 200 });
  if (request.method !== "POST") return new Response(null, { status: 405 });
  const message = await request.json();
  const id = request.headers.get("mcp-session-id") ?? crypto.randomUUID();
  const server = sessions.get(id) ?? start();
  sessions.set(id, server);
  const answered = message.id === undefined ? undefined : server.answer(message.id);
  await server.write(`${JSON.stringify(message)}\n`);
  const headers = { "content-type": "application/json", "mcp-session-id": id };
  if (answered === undefined) return new Response(null, { status: 202, headers });
  return new Response(await answered, { headers });
});

function start() {
  const options = { args, env, cwd, clearEnv: true, stdin: "piped", stdout: "piped", stderr: "inherit" };
  const child = new Deno.Command(command, options).spawn();
  const writer = child.stdin.getWriter();
  const waiting = new Map();
  read(child.stdout, waiting);
  return {
    write: (text) => writer.write(new TextEncoder().encode(text)),
    answer: (id) => new Promise((resolve) => waiting.set(id, resolve)),
  };
}

async function read(stream, waiting) {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) waiting.get(JSON.parse(line).id)?.(line);
  }
}
