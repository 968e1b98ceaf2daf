// Promises of the files that only a service manager or a build server reads, and that nothing else here would miss.

import { assertMatch } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";

function testWithFiles(name: string, fn: () => void): void {
  Deno.test({ name: `${name} (needs --allow-read)`, ignore: !MAY_READ, fn });
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

testWithFiles("dns-forwarder.service is started again however often it has ended, but for a wrong flag", () => {
  const [, unit, service] = read("packaging/systemd/dns-forwarder.service").split(/^\[(?:Unit|Service)\]$/m);
  // systemd.unit(5): five starts in ten seconds are the most by default; then the service stays down.
  assertMatch(unit!, /^StartLimitIntervalSec=0$/m);
  assertMatch(service!, /^Restart=on-failure$/m);
  assertMatch(service!, /^RestartPreventExitStatus=2$/m);
});
