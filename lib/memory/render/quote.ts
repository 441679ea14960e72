import { neutralise } from "./neutralise.ts";

/** What stands before each line of a content: nothing that the content says can leave its quotation. */
export const QUOTE = "> ";

/** A content from elsewhere as a quotation: neutralised, each line marked. */
export function quote(content: string): string {
  return neutralise(content).split("\n").map((line) => `${QUOTE}${line}`).join("\n");
}
