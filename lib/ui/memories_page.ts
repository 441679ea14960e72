import { MEMORY_TYPES } from "../memory/observation.ts";
import { projectsOf } from "../memory/projects.ts";
import { searchMemories } from "../memory/search/search.ts";
import { cards } from "./cards.ts";
import { type Html, piece } from "./html.ts";
import { page } from "./layout.ts";
import type { View } from "./view.ts";

/** Memories on a page; more come when asked for. */
const PAGE = 30;

/** Projects to choose from. */
const PROJECTS = 100;

/** Memories by words and filters, newest first without words. */
export function memoriesPage(view: View): Html {
  const { words, url, memory } = view;
  const { query, project, type, superseded } = asked(url);
  const projects = projectsOf(memory, PROJECTS);
  const choices = projects.includes(project) || project === "" ? projects : [project, ...projects];
  return page(
    view,
    words.memories,
    piece`<h1 class="unseen">${words.memories}</h1>
<form class="search" role="search" action="/" method="get">
<label class="field grow"><span class="unseen">${words.search}</span>
<input type="search" name="q" value="${query}" placeholder="${words.search}" title="${words.searchHint}" autocomplete="off" accesskey="s"></label>
<label class="field"><span>${words.project}</span><select name="project"><option value="">${words.anyProject}</option>${
      choices.map((name) => piece`<option value="${name}"${selected(name === project)}>${name}</option>`)
    }</select></label>
<label class="field"><span>${words.type}</span><select name="type"><option value="">${words.anyType}</option>${
      MEMORY_TYPES.map((name) => piece`<option${selected(name === type)}>${name}</option>`)
    }</select></label>
<label class="check"><input type="checkbox" name="superseded" value="1"${
      superseded ? piece` checked` : undefined
    }>${words.superseded}</label>
<button class="unseen-until-focus">${words.search}</button>
</form>
<p id="notice" role="status" aria-live="polite"></p>
<div id="results">${results(view)}</div>`,
  );
}

/** What was found, without the page around it: what the page's script asks for while somebody types. */
export function results(view: View): Html {
  const { words, url, memory } = view;
  const { query, project, type, superseded, cursor } = asked(url);
  const found = searchMemories(memory, {
    query,
    mode: undefined,
    filters: {
      ...(project === "" ? {} : { project }),
      ...(type === undefined ? {} : { memoryTypes: [type] }),
    },
    limit: PAGE,
    includeSuperseded: superseded,
    cursor,
  });
  const next = new URL(url);
  next.searchParams.delete("part");
  if (found.cursor !== undefined) next.searchParams.set("cursor", found.cursor);
  const byDay = found.hits.every(({ snippet }) => snippet === undefined);
  const isEmpty = query === "" && project === "" && type === undefined;
  return piece`${found.notices.map((notice) => piece`<p class="warning">${notice}</p>`)}${
    found.hits.length === 0
      ? piece`<p class="nothing">${isEmpty ? words.empty : words.nothing}</p>`
      : cards(view, found.hits, byDay)
  }${
    found.cursor === undefined
      ? undefined
      : piece`<p class="more"><a href="${next.pathname + next.search}">${words.more}</a></p>`
  }`;
}

function asked(url: URL) {
  const text = (name: string) => (url.searchParams.get(name) ?? "").trim();
  return {
    query: text("q"),
    project: text("project"),
    type: MEMORY_TYPES.find((one) => one === text("type")),
    superseded: text("superseded") === "1",
    cursor: url.searchParams.get("cursor") ?? undefined,
  };
}

function selected(is: boolean): Html | undefined {
  return is ? piece` selected` : undefined;
}
