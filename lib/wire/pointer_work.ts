/**
 * Steps that a message may take for each of its octets. The shortest record that comes by the thousand, an A whose owner
 * is a pointer, has 16 octets and so 64 steps: enough for an owner of 62 labels. The longest names in use, those of
 * ip6.arpa (RFC 3596 §2.5), have 34.
 */
const STEPS_PER_OCTET = 4;
/** Steps that every message may take besides: in a reply of 1232 octets, each owner may be a pointer to 127 labels. */
const STEPS_FREE = 4096;

/**
 * The work that compression pointers make in one message. A step is one length octet or pointer that is looked at behind
 * a name's first pointer: what comes before it is read once like any other octet, what comes behind it may have been
 * read a thousand times. Without a bound, 64 KiB of names of 127 labels, each behind a pointer, take 2.7 million steps
 * (CVE-2024-8508, CVE-2026-44390, CVE-2026-52682); with it, a message takes four times its octets, and a few more.
 *
 * The bound grows with the octets read so far, not with the message's length: octets behind the last record buy nothing.
 */
export class PointerWork {
  /** Steps taken so far in this message. */
  steps = 0;

  /** Whether `steps` more are within the bound for a name that ends, in its own place, at `offset`. */
  affords(steps: number, offset: number): boolean {
    return this.steps + steps <= STEPS_FREE + STEPS_PER_OCTET * offset;
  }

  /** Takes the steps of a name, of at most 127 labels and 126 pointers, if it affords them. Returns whether it does. */
  take(steps: number, offset: number): boolean {
    // hot path
    if (!this.affords(steps, offset)) return false;
    this.steps += steps;
    return true;
  }
}
