import { assertEquals } from "@std/assert";
import { tcpKeepaliveMs } from "../../../lib/wire/edns/tcp_keepalive.ts";
import { EDNS_OPTION } from "../../../lib/wire/iana.ts";
import { MessageScan } from "../../../lib/wire/scan.ts";
import { opt, response } from "../../support/messages.ts";

for (
  const [what, options, expected] of [
    ["no option", [], null],
    ["a timeout of 12 seconds", [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(0, 120) }], 12_000],
    ["a timeout behind another option", [
      { code: EDNS_OPTION.COOKIE, data: new Uint8Array(8) },
      { code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(1, 0) },
    ], 25_600],
    ["a timeout of 0", [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(0, 0) }], 0],
    ["the option without a timeout", [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: new Uint8Array(0) }], null],
    ["a timeout of three octets", [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: new Uint8Array(3) }], null],
  ] as const
) {
  Deno.test(`[7828_04] tcpKeepaliveMs() of ${what} is ${expected}`, () => {
    const octets = response({ additionals: [opt({ options })] });
    const scan = new MessageScan();
    scan.scan(octets);
    assertEquals(tcpKeepaliveMs(octets, scan), expected);
  });
}

Deno.test("tcpKeepaliveMs() is null without an OPT record", () => {
  const octets = response({});
  const scan = new MessageScan();
  scan.scan(octets);
  assertEquals(tcpKeepaliveMs(octets, scan), null);
});
