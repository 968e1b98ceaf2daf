type Octets = Uint8Array<ArrayBuffer>;
type Field = number | bigint | Octets;

/** The fields of a message in Protocol Buffers, each with all of its values. Numbers of 64 bits are told as they stand. */
export function fieldsOf(octets: Octets): ReadonlyMap<number, readonly Field[]> {
  const fields = new Map<number, Field[]>();
  const view = new DataView(octets.buffer, octets.byteOffset);
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const octet = octets[at++]!;
      value |= BigInt(octet & 0x7f) << shift;
      if (octet < 0x80) return Number(value);
    }
  };
  while (at < octets.length) {
    const tag = varint();
    const values = fields.getOrInsertComputed(Math.floor(tag / 8), () => []);
    if (tag % 8 === 0) values.push(varint());
    else if (tag % 8 === 1) values.push(view.getBigUint64((at += 8) - 8, true));
    else if (tag % 8 === 5) values.push(view.getUint32((at += 4) - 4, true));
    else if (tag % 8 === 2) {
      const length = varint();
      values.push(octets.slice(at, at += length));
    } else throw new Error(`Wire type ${tag % 8}`);
  }
  return fields;
}

const all = (octets: Octets, field: number) => (fieldsOf(octets).get(field) ?? []) as Octets[];
const text = (octets: Octets, field: number) => new TextDecoder().decode(all(octets, field)[0]);
const double = (bits: Field | undefined) => new Float64Array(BigUint64Array.of((bits as bigint) ?? 0n).buffer)[0]!;

/** KeyValue, with values that are text or numbers. */
function attributesOf(octets: Octets, field: number): Record<string, string | number> {
  return Object.fromEntries(
    all(octets, field).map((pair) => {
      const value = fieldsOf(all(pair, 2)[0]!);
      const [string] = value.get(1) ?? [];
      return [
        text(pair, 1),
        string === undefined ? Number([...value.values()][0]![0]) : new TextDecoder().decode(string as Octets),
      ];
    }),
  );
}

/** A point of a metric, as a collector reads it. */
export interface ReadPoint {
  readonly attributes: Record<string, string | number>;
  /** Of a sum or a gauge. */
  readonly value: number | null;
  /** Of a histogram. */
  readonly counts: readonly number[];
  readonly bounds: readonly number[];
  readonly count: number;
}

/** A metric, as a collector reads it. */
export interface ReadMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: "gauge" | "sum" | "histogram";
  readonly isMonotonic: boolean;
  readonly points: readonly ReadPoint[];
}

/** Reads ExportMetricsServiceRequest. */
export function readMetrics(octets: Octets): { resource: Record<string, string | number>; metrics: ReadMetric[] } {
  const [resourceMetrics] = all(octets, 1);
  const resource = attributesOf(all(resourceMetrics!, 1)[0]!, 1);
  const metrics = all(resourceMetrics!, 2).flatMap((scope) => all(scope, 2)).map((metric): ReadMetric => {
    const kinds = { gauge: 5, sum: 7, histogram: 9 } as const;
    const kind = (["gauge", "sum", "histogram"] as const).find((one) => fieldsOf(metric).has(kinds[one]))!;
    const [data] = all(metric, kinds[kind]);
    const points = all(data!, 1).map((point): ReadPoint => {
      const fields = fieldsOf(point);
      if (kind !== "histogram") {
        const asInt = fields.get(6)?.[0];
        const value = asInt === undefined ? double(fields.get(4)?.[0]) : Number(asInt);
        return { attributes: attributesOf(point, 7), value, counts: [], bounds: [], count: 0 };
      }
      const packed = (field: number) => {
        const values = (fields.get(field) ?? []) as (bigint | Octets)[];
        return values.flatMap((one) => typeof one === "bigint" ? [one] : [...new BigUint64Array(one.buffer)]);
      };
      return {
        attributes: attributesOf(point, 9),
        value: null,
        counts: packed(6).map(Number),
        bounds: packed(7).map(double),
        count: Number(fields.get(4)?.[0] ?? 0),
      };
    });
    const isMonotonic = kind === "sum" && fieldsOf(data!).get(3)?.[0] === 1;
    return { name: text(metric, 1), unit: text(metric, 3), kind, isMonotonic, points };
  });
  return { resource, metrics };
}

/** A span, as a collector reads it. */
export interface ReadSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: number;
  /** In nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Record<string, string | number>;
  /** 2 for an error. */
  readonly status: number;
}

/** Reads ExportTraceServiceRequest. */
export function readSpans(octets: Octets): ReadSpan[] {
  return all(octets, 1).flatMap((resource) => all(resource, 2)).flatMap((scope) => all(scope, 2)).map((span) => {
    const fields = fieldsOf(span);
    const id = (field: number) => (fields.get(field)?.[0] as Octets | undefined)?.toHex() ?? "";
    const [status] = all(span, 15);
    return {
      traceId: id(1),
      spanId: id(2),
      parentId: id(4),
      name: text(span, 5),
      kind: Number(fields.get(6)?.[0] ?? 0),
      start: fields.get(7)![0] as bigint,
      end: fields.get(8)![0] as bigint,
      attributes: attributesOf(span, 9),
      status: status === undefined ? 0 : Number(fieldsOf(status).get(3)?.[0] ?? 0),
    };
  });
}
