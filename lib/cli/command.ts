import type { Command as Declaration } from "commander";
import type { ExitCode } from "../core/errors.ts";
import type { EnginePlaces } from "../mesh/engine/find.ts";
import type { OpenMemory, Surroundings } from "../memory/open.ts";
import type { Slots } from "../store/slots.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";

/** What a command is given that works on the memory; it can open nothing any more (DESIGN §3). */
export interface DataCall {
  readonly memory: OpenMemory;
  readonly options: Options;
  readonly args: readonly string[];
  readonly output: Output;
}

/** What a command is given that sees which sessions of the host are there. */
export interface SessionCall extends DataCall {
  readonly slots: Slots;
}

/** What a command is given that runs a router. */
export interface PeerCall extends DataCall {
  readonly engine: EnginePlaces;
}

/** What a command is given that works on the memory and on files, or starts the person's editor. */
export interface FilesCall extends DataCall {
  readonly around: Surroundings;
}

/** What a command is given that sets something up. */
export interface SetupCall {
  readonly around: Surroundings;
  readonly options: Options;
  readonly args: readonly string[];
  readonly output: Output;
}

/** How a command ended: 0 when it did what was asked. */
export type Ended = 0 | ExitCode;

/** A command line that goes on where another one has ended well. */
export interface Onward {
  readonly then: readonly string[];
}

/**
 * A command that works on the memory. Its module is loaded before anything is opened. One with the access `listing` shows a
 * person more than fits on a screen.
 */
export interface DataCommand {
  readonly access: "data" | "listing" | "watch";
  /** Declares arguments and options. */
  declare(declaration: Declaration): void;
  /** Throws when the call cannot be served, before anything is opened. */
  check?(around: Surroundings, args: readonly string[]): void;
  run(call: DataCall): Ended | Promise<Ended>;
}

/**
 * A command that writes configuration or files; it opens what it needs itself. One with the access `enroll` also starts ssh.
 */
export interface SetupCommand {
  readonly access: "setup" | "enroll";
  /** Switches with which it may do what another kind of command may. */
  readonly starts?: Readonly<Record<string, AccessKind>>;
  declare(declaration: Declaration): void;
  run(call: SetupCall): Ended | Onward | Promise<Ended | Onward>;
}

/**
 * A command on the memory that looks at the locks of the host's sessions, or also holds one for as long as it runs. One with
 * the access `page` shows the memory to a browser on this machine.
 */
export interface SessionCommand {
  readonly access: "session" | "page";
  readonly slot: "look" | "hold";
  declare(declaration: Declaration): void;
  /** Throws when the call cannot be served, before anything is opened. */
  check?(around: Surroundings, args: readonly string[]): void;
  run(call: SessionCall): Ended | Promise<Ended>;
}

/** A command that takes part in the mesh for as long as it runs: it may start the engine and talk to it. */
export interface PeerCommand {
  readonly access: "peer";
  declare(declaration: Declaration): void;
  run(call: PeerCall): Ended | Promise<Ended>;
}

/**
 * A command on the memory that reads or writes the files that it is told, or opens the person's editor. It may give up what it
 * keeps when that is done.
 */
export interface FilesCommand {
  readonly access: "files" | "editor";
  declare(declaration: Declaration): void;
  run(call: FilesCall): Ended | Promise<Ended>;
}

/** A command that starts what clients have registered; it looks at their files, then keeps only that. */
export interface VerifyCommand {
  readonly access: "verify";
  declare(declaration: Declaration): void;
  run(call: SetupCall): Promise<Ended>;
}

/** A command that looks at everything, starts what clients have registered, and mends what it is told to. */
export interface DoctorCommand {
  readonly access: "doctor";
  declare(declaration: Declaration): void;
  run(call: SetupCall): Promise<Ended>;
}

/**
 * A command that a client's hook calls. It takes in what the client sends, and the one file that this names, before
 * anything is opened; with what it then returns it can open nothing any more. It never fails.
 */
export interface HookCommand {
  readonly access: "hook";
  declare(declaration: Declaration): void;
  prepare(around: Surroundings, args: readonly string[], options: Options): (call: DataCall) => Ended;
}

/** Any command. */
export type Command =
  | DataCommand
  | SessionCommand
  | FilesCommand
  | SetupCommand
  | PeerCommand
  | VerifyCommand
  | DoctorCommand
  | HookCommand;

/** What commands are told apart by as to what they may touch. */
export type AccessKind = Command["access"];
