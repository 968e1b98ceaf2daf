import type { Rdata } from "./rdata.ts";
import { putUint16, uint16At } from "../octets.ts";
import { areServiceParameters } from "./service_parameters_form.ts";

/** SvcParamKeys (RFC 9460 §14.3.2). */
export const SERVICE_KEY = { mandatory: 0, ipv4hint: 4, ipv6hint: 6 } as const;

/**
 * The RDATA of an SVCB or HTTPS record without the parameters of these keys: the same object where it has none of them. What must be
 * there (RFC 9460 §8) need not be any more, or clients would not use the record at all.
 */
export function withoutServiceKeys(rdata: Rdata, keys: readonly number[]): Rdata {
  const start = parametersStart(rdata);
  if (!areServiceParameters(rdata, start, rdata.length)) return rdata;
  const kept: Uint8Array[] = [rdata.subarray(0, start)];
  let isChanged = false;
  for (let at = start; at < rdata.length;) {
    const key = uint16At(rdata, at);
    const end = at + 4 + uint16At(rdata, at + 2);
    const parameter = rdata.subarray(at, end);
    const one = key === SERVICE_KEY.mandatory ? withoutMandatory(parameter, keys) : parameter;
    if (keys.includes(key) || one.length !== parameter.length) isChanged = true;
    if (!keys.includes(key)) kept.push(one);
    at = end;
  }
  return isChanged ? Uint8Array.from(kept.flatMap((part) => [...part])) : rdata;
}

/** Behind the priority and the target's name, which is written in full. */
function parametersStart(rdata: Rdata): number {
  let at = 2;
  while (at < rdata.length && rdata[at] !== 0) at += 1 + rdata[at]!;
  return at + 1;
}

/** A list of keys, or nothing where none is left: it may not be empty. */
function withoutMandatory(parameter: Uint8Array, keys: readonly number[]): Uint8Array {
  const left: number[] = [];
  for (let at = 4; at + 1 < parameter.length; at += 2) {
    if (!keys.includes(uint16At(parameter, at))) left.push(parameter[at]!, parameter[at + 1]!);
  }
  if (left.length === parameter.length - 4) return parameter;
  if (left.length === 0) return new Uint8Array(0);
  const shorter = Uint8Array.of(...parameter.subarray(0, 4), ...left);
  putUint16(shorter, 2, left.length);
  return shorter;
}
