import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Counts what came of a command's output, and whether all of it is what was recorded. */
export class Received {
  bytes = 0;
  /** From its first byte, without a gap. */
  whole: boolean;
  private readonly hash = sha256.create();

  constructor(after: number) {
    this.whole = after === 0;
  }

  take(data: Uint8Array): void {
    this.bytes += data.length;
    if (this.whole) this.hash.update(data);
  }

  gap(): void {
    this.whole = false;
  }

  /** Undefined where only a part came, or nothing was recorded to compare it with. */
  isAsRecorded(sha256Hex: string | null): boolean | undefined {
    return this.whole && sha256Hex ? bytesToHex(this.hash.clone().digest()) === sha256Hex : undefined;
  }
}
