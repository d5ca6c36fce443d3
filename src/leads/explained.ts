/** Signals that were explained: whose, and up to which day. They stay in the records and count for nothing. */

/** Parameters of the room's statements: accounts, and for each the last day (YYYY-MM-DD) whose signals are explained. */
export interface Explained {
  readonly explained_users: readonly string[];
  readonly explained_days: readonly string[];
}

/** The engine takes no empty list here; nobody has this name. */
export const NOTHING_EXPLAINED: Explained = { explained_users: [''], explained_days: ['1970-01-01'] };

/** SQL over `user_uid` and `day`: whether a signal of that day still counts. Parameters: those of `Explained`. */
export const UNEXPLAINED =
  'day > transform(user_uid, {explained_users:Array(String)}, {explained_days:Array(Date)}, toDate(0))';
