/** Where the records of a message stand, noted on the walk of `MessageScan`: nobody else need skip their names. */
export class RecordPlaces {
  /** Offset of each record's owner, in the order of the message. */
  owners: Uint16Array<ArrayBuffer> = new Uint16Array(FIRST_COUNT);
  /** Offset of each record's TYPE, behind its owner. */
  heads: Uint16Array<ArrayBuffer> = new Uint16Array(FIRST_COUNT);

  /** Notes a record; the first one is 0. */
  note(index: number, owner: number, head: number): void {
    // hot path
    if (index === this.owners.length) this.#grow();
    this.owners[index] = owner;
    this.heads[index] = head;
  }

  /** A message holds 5957 records at most, each of 11 octets. */
  #grow(): void {
    const { owners, heads } = this;
    this.owners = new Uint16Array(2 * owners.length);
    this.owners.set(owners);
    this.heads = new Uint16Array(2 * heads.length);
    this.heads.set(heads);
  }
}

/** More than nearly every message has. */
const FIRST_COUNT = 64;
