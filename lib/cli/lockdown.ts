// Every permission that a program of Deno can hold.
const PERMISSIONS: readonly Deno.PermissionDescriptor["name"][] = [
  "read",
  "write",
  "net",
  "run",
  "env",
  "sys",
  "ffi",
  "import",
];

/**
 * Gives up, for good, every permission but those that are kept. An open database goes on working (DESIGN §3); any other
 * file, socket or process is refused from here on.
 */
export function keepOnly(kept: readonly Deno.PermissionDescriptor["name"][]): void {
  for (const name of PERMISSIONS) if (!kept.includes(name)) Deno.permissions.revokeSync({ name });
}
