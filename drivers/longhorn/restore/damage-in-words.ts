/**
 * Whether Longhorn's words say that the backup itself is damaged. Why a replica did not come back it tells in words alone. What fits
 * none of these may be the node, the network or the target, and refutes nothing. Pure.
 */
const damage: readonly RegExp[] = [
  // A block was read, and holds other bytes than those it is named after.
  /checksum verification failed for block/i,
  /block checksum (?:does ?n[o']t match|mismatch)/i,
  /\b(?:lz4|gzip|zlib|flate): (?:invalid|corrupt|bad)/i,
  // The store has answered that it does not hold a block. Not a file that is missing: a mount that went away looks the same.
  /\.blk\b.*(?:NoSuchKey|BlobNotFound)/is,
  /(?:NoSuchKey|BlobNotFound).*\.blk\b/is,
  /\bblocks? (?:is|are) (?:missing|damaged|corrupt)/i,
];

/** What one replica says of another cause makes all of them doubtful. */
export function saysDamaged(errors: readonly string[]): boolean {
  const told = errors.filter((error) => error.trim() !== '');
  return told.length > 0 && told.every((error) => damage.some((words) => words.test(error)));
}
