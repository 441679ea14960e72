import { join } from "node:path";
import { CommanderError } from "commander";
import { KiokuError, messageOf, UsageError } from "../core/errors.ts";
import { isFile } from "../core/files.ts";
import { SESSIONS_FOLDER } from "../core/paths.ts";
import { VERSION } from "../core/version.ts";
import { type OpenMemory, openMemory, type Surroundings } from "../memory/open.ts";
import { pythonFiles } from "../store/python/files.ts";
import { neutralise } from "../memory/render/neutralise.ts";
import { accessOf } from "./access.ts";
import type { AccessKind, Command, Ended, Onward } from "./command.ts";
import { bareDeclaration, PROGRAM } from "./described.ts";
import { expandLongOptions, standAlone } from "./long_options.ts";
import { keepOnly } from "./lockdown.ts";
import { listed, mainHelp } from "./help.ts";
import { Options } from "./options.ts";
import { type Output, ReaderGone } from "./output.ts";
import { MOVED } from "./moved.ts";
import { COMMANDS, type Entry } from "./table.ts";

/** Runs one command line and gives the exit code: 0 done, 1 failed or not found, 2 used wrongly (DESIGN §7). */
export async function run(args: readonly string[], around: Surroundings, output: Output): Promise<Ended> {
  const debug = args.includes("--debug");
  try {
    const given = args.filter((arg) => arg !== "--debug");
    const rebuild = given[0] === "--rebuild";
    return await dispatch(rebuild ? given.slice(1) : given, rebuild, around, output);
  } catch (error) {
    // A hook that fails would disturb the session that it serves.
    if (args[0] === "hook" && !debug && !Deno.stdin.isTerminal()) return 0;
    const ended = report(error, debug, output);
    return args[0] === "hook" ? 0 : ended;
  }
}

async function dispatch(
  args: readonly string[],
  rebuild: boolean,
  around: Surroundings,
  output: Output,
): Promise<Ended> {
  const [first, ...rest] = args;
  if (first === undefined) {
    output.note(mainHelp(PROGRAM));
    return 2;
  }
  if (first === "--version" || first === "-V") {
    output.line(`${PROGRAM} ${VERSION}`);
    return 0;
  }
  if (first === "--help" || first === "-h" || (first === "help" && rest.length === 0)) {
    output.line(mainHelp(PROGRAM));
    return 0;
  }
  if (first === "help") return await dispatch([...rest, "--help"], rebuild, around, output);
  const moved = MOVED.find(({ words }) => words.every((word, index) => args[index] === word));
  if (moved !== undefined) throw new UsageError(moved.answer);
  const entry = commandOf(args);
  if (entry === undefined) {
    const family = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
    if (family.length > 0 && rest.some((arg) => arg === "--help" || arg === "-h")) {
      output.line(`Usage: ${PROGRAM} ${first} <command> [options]\n\nCommands:\n${listed(family)}`);
      return 0;
    }
    if (family.length > 0) {
      const names = family.map(({ name }) => `\`${PROGRAM} ${name}\``);
      throw new UsageError(`Cannot run "${args.join(" ")}": use ${names.join(", ")}.`);
    }
    throw new UsageError(
      `Cannot run "${first}": there is no such command. \`${PROGRAM} --help\` lists them.`,
    );
  }
  const command = await entry.load();
  const given = args.slice(args.indexOf(first) + entry.name.split(" ").length);
  // Hardly any command talks to anybody or starts anything, so all others begin by giving that up.
  const keeps = kinds(command, given).flatMap((kind) => accessOf(kind).keeps);
  keepOnly(["read", "write", "env", "sys", ...keeps, ...(mayPage(command, output) ? ["run"] as const : [])]);
  const parsed = parse(entry.name, entry.summary, command, given, output);
  if (parsed === undefined) return 0;
  const before = rebuild ? (await import("./realign.ts")).rebuildFirst : undefined;
  const ended = await start(command, parsed.args, parsed.options, around, output, before);
  return typeof ended === "number" ? ended : await dispatch(ended.then, false, around, output);
}

// A command's own kind, and those of the switches that are given, shortened ones too.
function kinds(command: Command, args: readonly string[]): AccessKind[] {
  const starts = "starts" in command ? Object.entries(command.starts ?? {}) : [];
  const given = ([flag]: readonly [string, AccessKind]) =>
    args.some((arg) => arg.length > 2 && flag.startsWith(arg.split("=")[0] ?? arg));
  return [command.access, ...starts.filter(given).map(([, kind]) => kind)];
}

// Only a person reads page by page.
function mayPage(command: Command, output: Output): boolean {
  return command.access === "listing" && output.isTerminal;
}

// The longest name that the line begins with: `peer status` before `peer`.
function commandOf(args: readonly string[]): Entry | undefined {
  const fits = ({ name }: Entry) => name.split(" ").every((word, index) => args[index] === word);
  return COMMANDS.filter(fits).sort((a, b) => b.name.length - a.name.length)[0];
}

async function start(
  command: Command,
  args: readonly string[],
  options: Options,
  around: Surroundings,
  output: Output,
  before?: (memory: OpenMemory, output: Output) => Promise<void>,
): Promise<Ended | Onward> {
  if (
    command.access === "setup" || command.access === "enroll" || command.access === "verify" ||
    command.access === "doctor"
  ) {
    return await command.run({ around, options, args, output });
  }
  if (command.access === "data" || command.access === "page" || command.access === "session") {
    command.check?.(around, args);
  }
  const answer = command.access === "hook" ? command.prepare(around, args, options) : undefined;
  const engine = command.access === "peer"
    ? (await import("./engine_places.ts")).enginePlaces(around)
    : undefined;
  const memory = await openMemory(around, (done, total) => {
    output.progress(`Taking over what the Python version saved: ${done} of ${total}`);
  });
  const notices = [...memory.notices, ...await inboxNotices(memory)];
  using slots = command.access === "session" || command.access === "page"
    ? (await import("../store/slots.ts")).openSlots(
      join(memory.folders.state, SESSIONS_FOLDER),
      command.slot === "hold",
    )
    : undefined;
  const pager = mayPage(command, output)
    ? (await import("./pager.ts")).startPager(around.env, output)
    : undefined;
  keepOnly(accessOf(command.access).keeps);
  try {
    if (answer !== undefined) return answer({ memory, options, args, output });
    for (const notice of notices) output.note(notice);
    if (command.access === "data" || command.access === "listing" || command.access === "watch") {
      await before?.(memory, output);
      return await command.run({ memory, options, args, output: pager?.output ?? output });
    }
    if ((command.access === "session" || command.access === "page") && slots !== undefined) {
      return await command.run({ memory, slots, options, args, output });
    }
    if (command.access === "files" || command.access === "editor") {
      return await command.run({ memory, around, options, args, output });
    }
    if (command.access !== "peer" || engine === undefined) throw new TypeError("No command for this access");
    return await command.run({ memory, engine, options, args, output });
  } finally {
    memory.store.close();
    await pager?.end();
  }
}

// What takes over is loaded only where there is something: most hosts never had the Python version.
async function inboxNotices(memory: OpenMemory): Promise<readonly string[]> {
  const { state } = memory.folders;
  if (!isFile(pythonFiles(state, undefined).inbox)) return [];
  return (await import("../messaging/import.ts")).importInbox(memory, state);
}

/** Parses a command's arguments; undefined when only help was asked for, which is then printed. */
function parse(
  name: string,
  summary: string,
  command: Command,
  args: readonly string[],
  output: Output,
): { args: readonly string[]; options: Options } | undefined {
  const declaration = bareDeclaration({ name, summary });
  command.declare(declaration);
  let problem = "";
  declaration.exitOverride().configureOutput({
    writeOut: (text) => output.line(text.trimEnd()),
    outputError: (text) => problem = text,
  });
  const flags = declaration.options.flatMap(({ long }) => long ?? []);
  const mayStandAlone = declaration.options.flatMap(({ long, optional }) => optional ? long ?? [] : []);
  try {
    declaration.parse(standAlone(expandLongOptions(args, flags), mayStandAlone), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    const reason = problem.replace(/^error: /, "").trim().replace(/\.$/, "");
    throw new UsageError(`Cannot run ${name}: ${reason}. \`${PROGRAM} ${name} --help\` shows its use.`);
  }
  return { args: declaration.args, options: new Options(declaration.opts()) };
}

function report(error: unknown, debug: boolean, output: Output): Ended {
  if (error instanceof ReaderGone) return 0;
  const trace = debug && error instanceof Error ? error.stack : undefined;
  if (error instanceof KiokuError) {
    output.note(`error: ${neutralise(error.message)}`);
    if (trace !== undefined) output.note(trace);
    return error.exitCode;
  }
  output.note(
    `error: Cannot go on: ${messageOf(error)} (unexpected; --debug shows where. Please report it.)`,
  );
  if (trace !== undefined) output.note(trace);
  return 1;
}
