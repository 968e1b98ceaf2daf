/** Datagrams that the kernel has dropped because their socket's buffer was full, in this network namespace, so far. */
export function kernelDrops(snmp = Deno.readTextFileSync("/proc/net/snmp")): number {
  const [names, values] = snmp.split("\n").filter((line) => line.startsWith("Udp:")).map((line) => line.split(" "));
  const place = names?.indexOf("RcvbufErrors") ?? -1;
  if (place < 0) throw new Error("Cannot read /proc/net/snmp: no RcvbufErrors of Udp");
  return Number(values![place]);
}
