import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";

/**
 * A parameter that may be left out. Null and an empty text count as left out, since Python's version declared them as
 * defaults (compat/mcp-schemas.json) and agents still send them.
 */
export function maybe<T extends z.ZodType>(schema: T): z.ZodOptional<z.ZodType<z.output<T> | undefined>> {
  return z.preprocess((value) => value === null || value === "" ? undefined : value, schema.optional()).optional();
}

/** Texts; blank items do not count. */
export const texts: z.ZodType<string[]> = z.array(z.string());

/** What a client is shown of a schema: nothing that says what every client assumes, since each session reads it. */
export function shown<In, Out>(schema: z.ZodType<Out, In>): StandardSchemaWithJSON<In, Out> {
  const standard = schema["~standard"];
  return {
    "~standard": {
      version: 1,
      vendor: standard.vendor,
      validate: standard.validate,
      jsonSchema: {
        input: () => short(z.toJSONSchema(schema, { io: "input" }), "input"),
        output: () => short(z.toJSONSchema(schema, { io: "output" }), "output"),
      },
    },
  };
}

function short(schema: object, io: "input" | "output"): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([name]) =>
    name !== "$schema" && (name !== "additionalProperties" || io === "input")
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, shortValue(value, io)]));
}

function shortValue(value: unknown, io: "input" | "output"): unknown {
  if (Array.isArray(value)) return value.map((item) => shortValue(item, io));
  return typeof value === "object" && value !== null ? short(value, io) : value;
}
