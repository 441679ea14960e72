/** The longest body, in bytes of UTF-8; one that is no text is measured as its JSON (compat data §2.3). */
export const LONGEST_BODY = 65_536;

/** The longest message as it is sent, all members together, in bytes of UTF-8. */
export const LONGEST_ENVELOPE = 196_608;

/** The longest subject that is sent or shown, in bytes of UTF-8. */
export const LONGEST_SUBJECT = 4_096;

/** The longest name (sender, session, adapter, correlation) that is sent or shown, in bytes of UTF-8. */
export const LONGEST_NAME = 1_024;

/** How many delivery adapters are shown. */
export const MOST_ADAPTERS = 16;

/** The longest message as it is shown to an agent, as JSON, in bytes of UTF-8. */
export const LONGEST_ITEM = 73_728;
