// Every permission that a program of Deno can hold.
const PERMISSIONS: readonly Deno.PermissionDescriptor[] = [
  { name: "read" },
  { name: "write" },
  { name: "net" },
  { name: "run" },
  { name: "env" },
  { name: "sys" },
  { name: "ffi" },
  { name: "import" },
];

/**
 * Gives up every permission for good. The open database goes on working (DESIGN §3); any other file, socket or process
 * is refused from here on.
 */
export function dropPermissions(): void {
  for (const permission of PERMISSIONS) Deno.permissions.revokeSync(permission);
}
