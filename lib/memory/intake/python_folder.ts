import { isFile } from "../../core/files.ts";
import { openPython } from "../../store/python/database.ts";
import { pythonSources } from "../../store/python/sources.ts";

/**
 * How many records the files of a state folder of Python's version hold, by their names, what is here already included;
 * `scratch` is a folder for copies. Throws a PythonFileFailure for one that cannot be read.
 */
export function countPython(folder: string, scratch: string): { name: string; count: number }[] {
  return pythonSources(folder, undefined).filter(({ path }) => isFile(path)).map(({ path, name, read }) => {
    const database = openPython(path, scratch);
    try {
      return { name, count: read(database)?.count ?? 0 };
    } finally {
      database.close();
    }
  });
}
