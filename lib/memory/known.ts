import type { ScopeLabel } from "../core/scope.ts";
import { number, text } from "../store/row.ts";
import type { Store } from "../store/store.ts";
import { type RecordState, stateOf } from "./records.ts";
