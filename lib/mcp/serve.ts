import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { messageOf } from "../core/errors.ts";
import { mcpServer } from "./server.ts";
import type { Session } from "./tool.ts";

/** How much of a report goes to standard error, in characters. */
const LONGEST_REPORT = 300;

/**
 * Serves one client on standard input and output until the input ends or the client is gone. Whatever is read by then has
 * been answered: tools do not wait for anything. `report` gets a line about input that could not be used.
 */
export function serve(session: Session, report: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    serveStdio(() => mcpServer(session), {
      transport: new Connection(resolve),
      onerror: (error) => report(`mcp: ${messageOf(error).slice(0, LONGEST_REPORT)}`),
    });
  });
}

/** Standard input and output, telling when they are closed. */
class Connection extends StdioServerTransport {
  readonly #closed: () => void;

  constructor(closed: () => void) {
    super();
    this.#closed = closed;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed();
  }
}
