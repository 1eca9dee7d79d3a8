/** A claim may keep a record of its own files: every verification looks for it, and compares a sample of it. */
export const ownRecord = '.soteria/SHA256SUMS';
