import { listQuarantine, quarantineCount } from "../store/quarantine.ts";
import { inline } from "../memory/render/neutralise.ts";
import { type Html, piece } from "./html.ts";
import { page } from "./layout.ts";
import { moment } from "./times.ts";
import type { View } from "./view.ts";

/** Records on the page. */
const MOST = 200;

/** What was set aside, and why. */
export function quarantinePage(view: View): Html {
  const { words, language, memory } = view;
  const records = listQuarantine(memory.store, MOST);
  const all = quarantineCount(memory.store);
  return page(
    view,
    words.quarantine,
    piece`<h1>${words.quarantine}</h1>
<p>${words.quarantineAbout}</p>
${
      records.length === 0
        ? piece`<p class="nothing">${words.quarantineNone}</p>`
        : piece`<table><caption>${records.length} / ${all}</caption><thead><tr><th scope="col">${words.seen}</th><th scope="col">${words.reason}</th><th scope="col">${words.key}</th></tr></thead><tbody>${
          records.map(({ key, reason, seenAt }) =>
            piece`<tr><td>${moment(seenAt, language)}</td><td>${inline(reason)}</td><td><code>${
              inline(key)
            }</code></td></tr>`
          )
        }</tbody></table>`
    }`,
  );
}
