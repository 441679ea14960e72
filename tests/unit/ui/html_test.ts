import assert from "node:assert/strict";
import { Html, piece } from "../../../lib/ui/html.ts";

Deno.test("text is escaped in a template, HTML and lists of it are not, nothing is nothing", () => {
  const hostile = `<script>"x" & 'y'</script>`;
  const inner = piece`<b title="${hostile}">${hostile}</b>`;
  const escaped = "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;";
  assert.equal(inner.text, `<b title="${escaped}">${escaped}</b>`);
  assert.equal(piece`<p>${inner}${[1, undefined, [inner]]}</p>`.text, `<p>${inner.text}1${inner.text}</p>`);
  assert.equal(piece`${new Html("<i>")}`.text, "<i>");
});
