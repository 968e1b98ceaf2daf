import { assertEquals } from "@std/assert";
import { TlsError } from "../../../lib/base/sockets/tls.ts";
import { reasonOfError, reasonOfReply } from "../../../lib/upstream/health/failure_reason.ts";
import { TrafficCounts } from "../../../lib/upstream/health/traffic_counts.ts";
import { NO_TRAFFIC, sumTraffic } from "../../../lib/upstream/health/upstream_traffic.ts";
import { TooLateError, TruncationError, UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { WireFormatError } from "../../../lib/wire/wire_format_error.ts";
import { response } from "../../support/messages.ts";
import { readResponse } from "../../support/read_response.ts";

Deno.test("reasonOfError() tells silence, a network that fails, TLS and what cannot be read apart, however often they are wrapped", () => {
  const network = (cause?: unknown) => new UpstreamError("Cannot connect", EDE.NETWORK_ERROR, { cause });
  const silence = new UpstreamError("No reply in time", EDE.NO_REACHABLE_AUTHORITY);
  const truncated = readResponse(response({}));
  const errors: [error: unknown, reason: string][] = [
    [silence, "timeout"],
    [new TooLateError("192.0.2.1:53"), "timeout"],
    [new TruncationError(truncated, silence), "timeout"],
    [network(), "network"],
    [network(new Error("ECONNREFUSED")), "network"],
    [network(network(new TlsError("the certificate has expired"))), "tls"],
    [new WireFormatError("ends too early"), "garbled"],
    ["anything", "network"],
  ];
  for (const [error, reason] of errors) assertEquals(reasonOfError(error), reason);
});

Deno.test("reasonOfReply() tells SERVFAIL from all else that is no answer", () => {
  const reasons = [RCODE.SERVFAIL, RCODE.REFUSED, RCODE.NOTIMP].map((rcode) => {
    return reasonOfReply(readResponse(response({ rcode })));
  });
  assertEquals(reasons, ["servfail", "refused", "refused"]);
});

Deno.test("TrafficCounts tells what there was, in order, and sumTraffic() adds it up", () => {
  const counts = new TrafficCounts();
  assertEquals(counts.traffic, NO_TRAFFIC);
  counts.sent("tls");
  counts.sent("udp");
  counts.sent("udp");
  counts.sent("tls", -1);
  counts.heard(RCODE.NXDOMAIN, 1);
  counts.heard(4095, 1);
  counts.failed("tls");
  counts.failed("timeout");
  counts.failed("timeout");
  counts.hedged();
  counts.probed();
  const expected = {
    replyTimes: { count: 2, sumMs: 2, buckets: [[23, 2]] as const },
    failures: { timeout: 2, tls: 1 },
    rcodes: [[RCODE.NXDOMAIN, 1], [31, 1]] as const,
    queries: { udp: 2 },
    hedgeCount: 1,
    probeCount: 1,
  };
  assertEquals(counts.traffic, expected);
  assertEquals(counts.failureCount, 3);
  assertEquals(sumTraffic([counts.traffic, NO_TRAFFIC, counts.traffic]), {
    replyTimes: { count: 4, sumMs: 4, buckets: [[23, 4]] },
    failures: { timeout: 4, tls: 2 },
    rcodes: [[RCODE.NXDOMAIN, 2], [31, 2]],
    queries: { udp: 4 },
    hedgeCount: 2,
    probeCount: 2,
  });
});
