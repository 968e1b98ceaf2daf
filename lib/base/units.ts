/** Octets of a kibibyte. */
export const KIB: number = 1024;
/** Octets of a mebibyte. */
export const MIB: number = 1024 * KIB;
