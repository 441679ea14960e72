import type { Syntax } from "./document.ts";
import type { Places } from "./places.ts";

/** What a registration tells a client to start. */
export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Whom a registration serves: this user everywhere, this project, or this user in this project (Claude Code's local). */
export type Reach = "user" | "project" | "local";

/** A place in a file where servers are registered by name. */
export interface Registry {
  readonly reach: Reach;
  readonly path: string;
  readonly syntax: Syntax;
  /** The way to the object of servers in what the file says now. */
  container(value: unknown): readonly string[];
}

/** How a client writes a server down. */
export type Form = "plain" | "typed" | "opencode";

/** What a hook of ours is called for. */
export const EVENTS = ["session-start", "pre-compact", "session-end", "prompt"] as const;

/** One of the events. */
export type HookEvent = typeof EVENTS[number];

/** A client's file of hooks. */
export interface HookFile {
  readonly path: string;
  readonly syntax: Syntax;
  /** The client's names of the events that it has and that do some good. */
  readonly events: Readonly<Partial<Record<HookEvent, string>>>;
  /** Whether commands stand in groups (`[{hooks: [{…}]}]`) or directly in the list of an event. */
  readonly grouped: boolean;
  /** How a command is written down. */
  item(command: string): Readonly<Record<string, unknown>>;
  /** What a file that is made must say besides. */
  readonly base: Readonly<Record<string, unknown>>;
  /** Another client's file that this one reads too: with our hooks there it needs none. */
  readonly inherits?: string;
  /** What the user must still do. */
  readonly note?: string;
}

/** A program that speaks MCP and how it is configured (docs/adr/0012). */
export interface Client {
  /** What it is called on the command line. */
  readonly id: string;
  readonly title: string;
  /** What its memories say who wrote them. */
  readonly family: string;
  /** The name of a new registration. */
  readonly name: string;
  /** Programs on the PATH, and folders or files, each of which shows that it is here. */
  readonly programs: readonly string[];
  traces(places: Places): readonly string[];
  /** Where it looks for servers, the place of new registrations for a reach first. */
  registries(places: Places): readonly Registry[];
  readonly form: Form;
  /** Where it looks for hooks; undefined when it has none that help, or none for that reach. */
  hooks?(places: Places, reach: Reach): HookFile | undefined;
  /** The file of standing instructions that it reads. */
  instructions?(places: Places, reach: Reach): string | undefined;
  /** What to do for it to see the change. */
  readonly next: string;
}

/** A container that is always at the same place. */
export function always(...way: readonly string[]): () => readonly string[] {
  return () => way;
}
