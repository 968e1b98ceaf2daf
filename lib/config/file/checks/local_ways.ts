import { LocalData } from "../../../local/local_data.ts";
import { isOneLabel, joined } from "../../../local/name_parts.ts";
import { type AddressEntry, RecordSource } from "../../../local/record_source.ts";
import { QuestionHash } from "../../../names/question_hash.ts";
import { TYPE } from "../../../wire/iana.ts";
import { type Name, NAME_OCTETS_MAX, nameFromText, nameToText } from "../../../wire/name.ts";
import type { Place } from "../../place.ts";
import type { Policy } from "../../policy.ts";

/** Of names that go into one process and never leave it: nobody has chosen them to collide. */
const HASH = new QuestionHash({ fill: (octets) => void octets.fill(1) });

/** Where a name leads, and what says so. */
export interface Hop {
  /** Another name, in lower case and without a dot at its end; `null` where it has something else. */
  readonly to: string | null;
  /** Where that stands. */
  readonly place: Place;
}

/** Where local names lead, as the clients of each group see it. */
export class LocalWays {
  readonly #domain: Name | null;
  readonly #data: LocalData;
  readonly #groups: readonly string[];

  /** Of the names of `policy`, but for those of files: these have addresses alone. */
  constructor({ local, clientGroups }: Policy) {
    const domain = this.#domain = local.domain === null ? null : nameFromText(local.domain);
    const sourceOf = (addresses: readonly AddressEntry[], records = local.records) => {
      return new RecordSource({ hash: HASH, domain, ttlSeconds: 0, addresses, records, title: "" });
    };
    this.#groups = clientGroups.map(({ name }) => name);
    this.#data = new LocalData({
      hash: HASH,
      domain,
      ownsSingleLabels: false,
      makesPointers: false,
      common: sourceOf(local.addresses),
      groups: clientGroups.map((group) => group.local.length === 0 ? null : sourceOf(group.local, [])),
      files: [],
    });
  }

  /** A name as an alias means it: in the local domain if it has one label. */
  nameOf(text: string): string {
    const name = nameFromText(text);
    return textOf(this.#domain !== null && isOneLabel(name) ? joined(name, this.#domain) : name);
  }

  /** What a name stands for; `undefined` when nothing is known of it here. */
  next(text: string, group: string): Hop | undefined {
    const name = nameFromText(text);
    const found = this.#data.find(name, TYPE.A, this.#groups.indexOf(group), 0);
    if (found === null || found.kind !== "data") return undefined;
    const place = found.origin.place!;
    if (found.redirection !== null) {
      const { owner, record } = found.redirection;
      const labels = name.subarray(0, name.length - owner.length);
      // RFC 6672 §2.2: what is too long leads nowhere.
      const isName = labels.length + record.rdata.length <= NAME_OCTETS_MAX;
      return { to: isName ? textOf(Uint8Array.of(...labels, ...record.rdata)) : null, place };
    }
    const alias = found.records.find(({ type }) => type === TYPE.CNAME);
    return { to: alias === undefined ? null : textOf(alias.rdata), place };
  }
}

function textOf(name: Uint8Array): string {
  return nameToText(name as Name).toLowerCase().replace(/(?<=.)\.$/, "");
}
