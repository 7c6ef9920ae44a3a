/**
 * Stored keys must be those this version makes, else a changed record leaves its old key behind and is listed twice. Raise this
 * number whenever `sortKey` or `searchIndexText` answers anything else for any text: a store opened then makes its keys anew.
 */
export const keysVersion = 2;
