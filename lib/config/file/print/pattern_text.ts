import type { DomainPattern } from "../../domain_pattern.ts";

/** As a file has it. */
export function patternText({ name, isExact }: DomainPattern): string {
  return isExact ? `=${name}` : name;
}
