import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
// Everywhere as a namespace: what is imported as { z } cannot be shaken out of the bundle, and brings zod's translations,
// half a megabyte that every start would read.
import * as z from "zod";

/** A parameter that may be left out. */
export type Maybe<T> = z.ZodOptional<z.ZodType<T | undefined>>;

/**
 * Makes a parameter one that may be left out. Null and an empty text count as left out, since Python's version declared
 * them as defaults (compat/mcp-schemas.json) and agents still send them.
 */
export function maybe<T extends z.ZodType>(schema: T): Maybe<z.output<T>> {
  return z.preprocess((value) => value === null || value === "" ? undefined : value, schema.optional())
    .optional();
}

/** Texts; blank items do not count. */
export const texts: z.ZodType<string[]> = z.array(z.string());

/** A result whose members are not declared to clients, since every session pays for what is. */
export const undeclared: z.ZodType<Record<string, unknown>> = z.looseObject({});

/**
 * What a client is shown of a schema. Each session pays for every byte of it, so it leaves out what it can do without:
 * the dialect, that there are no further members (a call with unknown ones is refused all the same), and which members of
 * a result are always there.
 */
export function shown<In, Out>(schema: z.ZodType<Out, In>): StandardSchemaWithJSON<In, Out> {
  const { vendor, validate } = schema["~standard"];
  return {
    "~standard": {
      version: 1,
      vendor,
      validate,
      jsonSchema: {
        input: () => without(z.toJSONSchema(schema, { io: "input" }), []),
        output: () => without(z.toJSONSchema(schema, { io: "output" }), ["required", "propertyNames"]),
      },
    },
  };
}

function without(schema: object, more: readonly string[]): Record<string, unknown> {
  const left = ["$schema", "additionalProperties", ...more];
  const kept = Object.entries(schema).filter(([name]) => !left.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, inValue(value, more)]));
}

function inValue(value: unknown, more: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => inValue(item, more));
  return typeof value === "object" && value !== null ? without(value, more) : value;
}
