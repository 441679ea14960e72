import { neutralise } from "../memory/render/neutralise.ts";
import type { Snippet } from "../memory/search/request.ts";

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  /** A line of the result. */
  line(text: string): void;
  /** A line about the work: warnings, hints, progress that stays. */
  note(text: string): void;
  /** Replaces the line that shows progress; shown on a terminal only, and gone when anything else is written. */
  progress(text: string): void;
  /** Whether a person reads the results. */
  readonly isTerminal: boolean;
  /** Whether colours may be used: on a terminal without NO_COLOR (no-color.org). */
  readonly colour: boolean;
}

/** A stream to write to, as Deno.stdout is. */
export interface Sink {
  writeSync(bytes: Uint8Array): number;
  isTerminal(): boolean;
}

/** Thrown when the reader of the results has gone, as `head` does. The program ends quietly. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Output on the two streams. */
export function terminalOutput(out: Sink, err: Sink, noColour: boolean): Output {
  let progressShown = false;
  const clear = () => {
    if (progressShown) write(err, "\r\x1b[K");
    progressShown = false;
  };
  return {
    line(text) {
      clear();
      write(out, `${text}\n`);
    },
    note(text) {
      clear();
      write(err, `${text}\n`);
    },
    progress(text) {
      if (!err.isTerminal()) return;
      write(err, `\r\x1b[K${text}`);
      progressShown = true;
    },
    isTerminal: out.isTerminal(),
    colour: out.isTerminal() && !noColour,
  };
}

/** A snippet on one line, made harmless, with its matches in bold where colours may be used. */
export function highlight(snippet: Snippet, colour: boolean): string {
  const piece = (start: number, end?: number) => inlinePiece(snippet.text.slice(start, end));
  let result = "";
  let at = 0;
  for (const [start, end] of snippet.matches) {
    const match = piece(start, end);
    result += piece(at, start) + (colour ? `\x1b[1m${match}\x1b[22m` : match);
    at = end;
  }
  return result + piece(at);
}

/** An entry (textEntry) with what is not its text, kind and time before and the id behind, less bright. */
export function dimmed(entry: string): string {
  const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;
  return entry.replace(/^\[[a-z]+\]\[\d\](?:\[[a-z]+\])? \S+/, dim).replace(/<id=[0-9a-f]{32}>$/, dim);
}

// Blanks at the ends are part of the line that the pieces make together.
function inlinePiece(text: string): string {
  return neutralise(text).replaceAll(/[\n\t]+/g, " ");
}

const encoder = new TextEncoder();

function write(sink: Sink, text: string): void {
  let rest = encoder.encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(sink.writeSync(rest));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new ReaderGone();
      throw error;
    }
  }
}
