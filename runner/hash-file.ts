/** SHA-256 of one regular file of the claim, read whole in pieces. */
import { createHash } from 'node:crypto';
import { openInClaim } from './open-in-claim.ts';

const pieceBytes = 256 * 1024;

/** In hex. Throws the system's error. */
export async function hashFile(root: string, path: string): Promise<string> {
  await using handle = await openInClaim(root, path);
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
  }
}
