/**
 * The YAML parser, loaded where a file has to be read (docs/adr/0004-yaml.md). A module of our own: `deno bundle` loses
 * what a dynamic import of the package itself should give.
 */
export { parse, parseDocument, stringify } from "yaml";
