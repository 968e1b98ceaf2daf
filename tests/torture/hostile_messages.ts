import { concat } from "@std/bytes/concat";
import { CLASS, EDNS_OPTION, TYPE } from "../../lib/wire/iana.ts";
import { putFlags, putId } from "../../lib/wire/header.ts";
import { putUint16 } from "../../lib/wire/octets.ts";
import { message, opt, question } from "../support/messages.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { encode } from "../../lib/wire/message.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** The forwarder takes datagrams of this size; a bit more shows what it does with longer ones. */
const MESSAGE_OCTETS_MAX = 4200;
/** `opcode QUERY, RD`, and one question. */
const HEADER_OF_ONE = Uint8Array.fromHex("000001000001000000000000");
const QUESTION_END = Uint8Array.of(0, TYPE.A, 0, CLASS.IN);

/** How often each kind of message is drawn. */
const WEIGHTS = {
  noise: 10,
  decent: 20,
  mutated: 30,
  lyingCounts: 8,
  pointerGame: 8,
  hopBomb: 4,
  labelBomb: 4,
  optionBomb: 6,
  optSwarm: 3,
  strangeOptions: 6,
  recordsInQuery: 4,
  manyQuestions: 8,
} as const;

/** A message that somebody unfriendly, broken or merely unusual might send. */
export function hostileMessage(random: SeededRandom): Octets {
  const octets = MAKERS[random.pickWeighted(WEIGHTS)](random);
  if (octets.length >= 2) putId(octets, random.below(65_536));
  return octets;
}

/** A query that any server answers, for a name of its own. */
function decent(random: SeededRandom): Octets {
  return encode(message({
    recursionDesired: random.chance(0.8),
    checkingDisabled: random.chance(0.2),
    questions: [question(`h${random.uint32()}.example.org ${random.pick(["A", "AAAA", "TXT", "ANY", "TYPE65280"])}`)],
    additionals: random.chance(0.5) ? [opt({ udpPayloadOctets: random.below(65_536) })] : [],
  }));
}

const MAKERS: Readonly<Record<keyof typeof WEIGHTS, (random: SeededRandom) => Octets>> = {
  decent,
  noise: (random) => random.octets(random.chance(0.1) ? random.below(MESSAGE_OCTETS_MAX) : random.below(100)),
  mutated,
  lyingCounts: (random) => {
    const octets = decent(random);
    for (let offset = 4; offset < 12; offset += 2) {
      if (random.chance(0.5)) putUint16(octets, offset, random.pick([0, 1, 2, 255, 256, 32_768, 65_535]));
    }
    return octets;
  },
  pointerGame,
  hopBomb,
  labelBomb,
  optionBomb: (random) => {
    // One option again and again, or all different, with no data at all.
    const isSame = random.chance(0.5);
    const options = Array.from({ length: random.between(1, 1000) }, (_, code) => {
      return { code: isSame ? EDNS_OPTION.EXTENDED_ERROR : code, data: new Uint8Array(0) };
    });
    return encode(message({ questions: [question("bomb.example.org")], additionals: [opt({ options })] }));
  },
  optSwarm: (random) => {
    const additionals = Array.from({ length: random.between(2, 300) }, () => opt({ version: random.below(3) }));
    return encode(message({ questions: [question("swarm.example.org")], additionals }));
  },
  strangeOptions: (random) => {
    const options = Array.from({ length: random.between(1, 10) }, () => {
      return {
        code: random.chance(0.7) ? random.below(20) : random.below(65_536),
        data: random.octets(random.below(60)),
      };
    });
    const octets = encode(message({ questions: [question("odd.example.org")], additionals: [opt({ options })] }));
    // Half of them announce more or less data than there is.
    if (random.chance(0.5)) putUint16(octets, octets.length - random.between(1, 20) - 1, random.below(65_536));
    return octets;
  },
  recordsInQuery: (random) => {
    const octets = concat([decent(random), ...Array.from({ length: random.below(100) }, () => bareRecord(random))]);
    for (let offset = 6; offset < 12; offset += 2) putUint16(octets, offset, random.below(60));
    return octets;
  },
  manyQuestions: (random) => {
    const types = ["A", "AAAA", "TXT", "ANY", "SOA"];
    const questions = Array.from({ length: random.between(0, 12) }, () => {
      return question(`m${random.below(20)}.example.org ${random.pick(types)}`);
    });
    return encode(message({ recursionDesired: true, questions, additionals: random.chance(0.5) ? [opt()] : [] }));
  },
};

/** Begins as a query and was damaged on the way. */
function mutated(random: SeededRandom): Octets {
  let octets = MAKERS[random.pick(["decent", "manyQuestions", "strangeOptions"] as const)](random);
  for (let i = random.between(1, 8); i > 0; i--) octets[random.below(octets.length)] = random.below(256);
  if (random.chance(0.3)) octets = octets.slice(0, random.below(octets.length + 1));
  if (random.chance(0.2)) octets = concat([octets, random.octets(random.below(200))]);
  if (random.chance(0.1) && octets.length > 4) putFlags(octets, random.below(65_536));
  return octets;
}

/** Pointers to anywhere: themselves, ahead, into the header, in circles. */
function pointerGame(random: SeededRandom): Octets {
  const parts: Octets[] = [HEADER_OF_ONE.slice()];
  for (let i = random.between(1, 20); i > 0; i--) {
    if (random.chance(0.4)) parts.push(Uint8Array.of(1, 0x61));
    parts.push(Uint8Array.of(0xc0 | random.below(2), random.below(80)));
  }
  return concat([...parts, QUESTION_END]);
}

/** As many questions as fit, each of a name that takes as many jumps as are allowed, or a few more. */
function hopBomb(random: SeededRandom): Octets {
  const hops = random.between(100, 140);
  const chain = new Uint8Array(1 + 2 * hops);
  // A root name, and behind it pointers, each to the one before.
  for (let i = 0; i < hops; i++) putUint16(chain, 1 + 2 * i, 0xc000 | (12 + 4 + 1 + (i === 0 ? -1 : 2 * i - 1)));
  const first = concat([chain.subarray(0, 1), QUESTION_END]);
  const last = 12 + chain.length + QUESTION_END.length - 2;
  const questions: Octets[] = [];
  while (questions.length * 6 < MESSAGE_OCTETS_MAX - 500) {
    questions.push(concat([Uint8Array.of(0xc0 | (last >> 8), last & 0xff), QUESTION_END]));
  }
  const octets = concat([HEADER_OF_ONE, first, chain.subarray(1), ...questions]);
  putUint16(octets, 4, random.pick([2, 8, questions.length, 65_535]));
  return octets;
}

/** Names of 127 labels, as often as they fit. */
function labelBomb(random: SeededRandom): Octets {
  const count = random.between(1, 15);
  const name = new Uint8Array(255);
  for (let i = 0; i < 254; i += 2) {
    name[i] = 1;
    name[i + 1] = random.below(256);
  }
  const octets = concat([HEADER_OF_ONE, ...Array.from({ length: count }, () => concat([name, QUESTION_END]))]);
  putUint16(octets, 4, count);
  return octets;
}

function bareRecord(random: SeededRandom): Octets {
  const rdata = random.octets(random.below(20));
  const octets = new Uint8Array(11 + rdata.length);
  putUint16(octets, 1, random.below(70));
  putUint16(octets, 3, CLASS.IN);
  putUint16(octets, 9, random.chance(0.9) ? rdata.length : random.below(65_536));
  octets.set(rdata, 11);
  return octets;
}
