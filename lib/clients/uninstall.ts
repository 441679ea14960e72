import { Failure } from "../core/errors.ts";
import { type Before, type Change, withoutTrace } from "./change.ts";
import type { Client, HookFile, Reach, Registry } from "./client.ts";
import { CLIENTS } from "./clients.ts";
import { readConfigFile, type Snapshot } from "./config_file.ts";
import { type Document, isEmpty, same, type Syntax } from "./document.ts";
import { withoutHooks } from "./hook_file.ts";
import { audienceOf } from "./install.ts";
import { hasHabits, withoutHabits } from "./instructions.ts";
import type { Journal } from "./journal.ts";
import { openDocument, textFor } from "./open_document.ts";
import type { Places } from "./places.ts";
import { readRegistry, registrationsOf, registriesOf } from "./registration.ts";

/** What is to be taken away. */
export interface Unwanted {
  readonly client: Client;
  readonly places: Places;
  readonly reach: "user" | "project";
  /** Only the registration of exactly this name; undefined: whatever is ours. */
  readonly name: string | undefined;
  /** Whether a server of that name that is not ours may go. */
  readonly force: boolean;
}

/** A file that holds something of ours, with what that can be. */
interface Holder {
  readonly path: string;
  readonly syntax: Syntax;
  readonly registries: Registry[];
  hooks: HookFile | undefined;
}

/**
 * Plans to take away what is ours: registrations, hooks and the text. A file that nobody else has changed since we came is
 * put back as it was, to the byte; one that we made and that holds nothing else is removed.
 */
export function planUninstall(unwanted: Unwanted, journal: Journal): Change[] {
  const { client, places, reach, name } = unwanted;
  const changes = holders(unwanted).flatMap((holder) => planHolder(holder, unwanted, journal));
  const instructions = name === undefined ? client.instructions?.(places, reach) : undefined;
  if (instructions !== undefined && !isShared(instructions, unwanted)) {
    changes.push(...planText(client, instructions, reach, journal));
  }
  return changes;
}

function holders({ client, places, reach, name }: Unwanted): Holder[] {
  const found: Holder[] = [];
  const add = (path: string, syntax: Syntax): Holder => {
    const there = found.find((one) => one.path === path);
    if (there !== undefined) return there;
    const holder: Holder = { path, syntax, registries: [], hooks: undefined };
    found.push(holder);
    return holder;
  };
  for (const registry of registriesOf(client, places)) {
    // Claude Code keeps what is for the user in one project with the user's own.
    if ((registry.reach === "user") === (reach === "user")) {
      add(registry.path, registry.syntax).registries.push(registry);
    }
  }
  const hooks = name === undefined ? client.hooks?.(places, reach) : undefined;
  if (hooks !== undefined) add(hooks.path, hooks.syntax).hooks = hooks;
  return found;
}

function planHolder(holder: Holder, unwanted: Unwanted, journal: Journal): Change[] {
  const { client, reach, name, force } = unwanted;
  const file = readConfigFile(holder.path);
  if (file.text === undefined) return [];
  let document = openDocument(file, holder.syntax);
  const first = document;
  const origin = journal.origin(file);
  const before: Before = { known: origin.known, value: valueOf(file, origin.text, holder.syntax) };
  const gone: string[] = [];
  for (const registry of holder.registries) {
    for (const one of readRegistry(client, registry, name === undefined ? [] : [name]).registrations) {
      if (name === undefined ? one.maker !== "ours" : one.name !== name) continue;
      if (one.maker === "foreign" && !force) {
        throw new Failure(
          `Cannot remove ${one.name} from ${client.title}: that server is not ours. Add --force if it shall go.`,
        );
      }
      document = withoutTrace(
        holder.path,
        document,
        [...registry.container(document.value), one.name],
        before,
      );
      gone.push(one.name);
    }
  }
  if (holder.hooks !== undefined) {
    const without = withoutHooks(document, holder.path, client.id, before);
    if (without !== document) gone.push("hooks");
    document = without;
  }
  if (document === first) return [];
  return [{
    deed: "uninstall",
    client: client.id,
    what: `remove ${gone.join(", ")}`,
    file,
    after: remaining(file, document, holder, origin),
    audience: audienceOf(reach),
  }];
}

function remaining(
  file: Snapshot,
  document: Document,
  holder: Holder,
  { known, untouched, text }: ReturnType<Journal["origin"]>,
): string | undefined {
  const nothing = document.value === undefined || isEmpty(document.value) ||
    (holder.hooks !== undefined && same(document.value, holder.hooks.base));
  if (known && text === undefined && nothing) return undefined;
  if (known && untouched && text !== undefined) {
    const value = valueOf(file, text, holder.syntax);
    // A file of blanks says nothing.
    if (same(document.value, value) || (value === undefined && nothing)) return text;
  }
  return textFor(file, document);
}

// A project's AGENTS.md serves several clients: the last of them takes the text along.
function isShared(path: string, { client, places, reach }: Unwanted): boolean {
  return CLIENTS.some((other) =>
    other !== client && other.instructions?.(places, reach) === path &&
    registrationsOf(other, places).some((one) => one.maker === "ours" && one.registry.reach === reach)
  );
}

function valueOf(file: Snapshot, text: string | undefined, syntax: Syntax): unknown {
  return text === undefined ? undefined : openDocument({ ...file, text }, syntax).value;
}

function planText(client: Client, path: string, reach: Reach, journal: Journal): Change[] {
  const file = readConfigFile(path);
  if (file.text === undefined || !hasHabits(file.text)) return [];
  const without = withoutHabits(file.text, path);
  const { known, untouched, text } = journal.origin(file);
  const restored = known && untouched && text !== undefined && !hasHabits(text) &&
    text.trim() === without.trim();
  return [{
    deed: "uninstall",
    client: client.id,
    what: "remove the standing instructions",
    file,
    after: restored ? text : known && text === undefined && without.trim() === "" ? undefined : without,
    audience: audienceOf(reach),
  }];
}
