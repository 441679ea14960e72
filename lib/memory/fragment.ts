// The names of save_observation's parameters: their tags mark a tool call that leaked into a text (compat data §4.12).
const NAMES =
  "content|subject|summary|project|tags|memory_type|importance|source_files|references|supersedes|visibility|expires_at|ttl_sec";

const LEAK = new RegExp(
  `</(?:content|subject|summary)>\\s*</?(?:${NAMES})\\b|<[^<>]{0,40}parameter name="(?:${NAMES})"`,
);

/** Whether a text holds a piece of a tool call, which happens when an agent's own formatting goes wrong. */
export function hasToolCallFragment(text: string): boolean {
  return LEAK.test(text);
}
