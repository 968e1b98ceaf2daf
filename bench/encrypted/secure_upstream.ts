import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { RunningServer } from "../common/running_server.ts";
import { addressAt, FRESH_ADDRESS, nameAt, ZONE } from "../common/zone.ts";
import { type Certificates, dohAddress, dotAddress, PATH } from "./secure_forwarders.ts";

/**
 * Starts an unbound that knows the zone of the bench by itself, and answers over UDP, TLS and HTTPS. It looks at every
 * query of a record, as nsd and dnsdist do not.
 */
export function startLocalUnbound(
  executable: string,
  { nameCount, certificates }: { nameCount: number; certificates: Certificates },
): Promise<RunningServer> {
  return RunningServer.start({
    name: "unbound-upstream",
    executable,
    sharesSession: true,
    commandLine: ({ listen, folder }) => ({
      args: ["-d", "-c", `${folder}/unbound.conf`],
      files: { "unbound.conf": confText(listen, nameCount, certificates) },
    }),
  });
}

function confText(listen: SocketAddress, nameCount: number, { shown }: Certificates): string {
  const at = (address: SocketAddress) => formatSocketAddress(address).replace(":", "@");
  const [dot, doh] = [dotAddress(listen), dohAddress(listen)];
  return `
server:
  interface: ${at(listen)}
  interface: ${at(dot)}
  interface: ${at(doh)}
  tls-port: ${dot.port}
  https-port: ${doh.port}
  http-endpoint: "${PATH}"
  tls-service-pem: "${shown!.certificate}"
  tls-service-key: "${shown!.key}"
  http-max-streams: 1000
  module-config: "iterator"
  num-threads: 1
  verbosity: 0
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  local-zone: "." refuse
  local-zone: "${ZONE}" static
  local-zone: "fresh.${ZONE}" redirect
  local-data: "fresh.${ZONE} 86400 IN A ${FRESH_ADDRESS}"
${Array.from({ length: nameCount }, (_, i) => `  local-data: "${nameAt(i)} 86400 IN A ${addressAt(i)}"`).join("\n")}
remote-control:
  control-enable: no
`;
}
