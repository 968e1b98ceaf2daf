import { assertEquals } from "@std/assert";
import { policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene } from "../support/scene.ts";

const ZONE = recordZone(
  "9.2.0.192.in-addr.arpa 300 IN PTR nobody.example",
  "7.0.168.192.in-addr.arpa 300 IN PTR Printer.lan",
);
const UPSTREAMS = { default: ["203.0.113.53"] };
const LOCAL = { addresses: { "Laptop.lan": ["192.168.0.5"] } };

/** What clients are called, while time passes. */
async function named(scene: Scene, ...addresses: readonly string[]): Promise<string[]> {
  const naming = scene.app.nameClients(addresses);
  await scene.pass(5000);
  return (await naming).map(({ name, from }) => name === "" ? "?" : `${name} by ${from}`);
}

Deno.test("App.nameClients() says what the configuration calls clients, and asks the Internet for none", async () => {
  const scene = new Scene({ zone: ZONE, config: { policy: policyOf({ upstreams: UPSTREAMS, local: LOCAL }) } });
  assertEquals(await named(scene, "192.168.0.5", "192.168.0.7", "192.0.2.9", "nonsense"), [
    "laptop.lan by [local]",
    "?",
    "?",
    "?",
  ]);
  assertEquals(scene.upstream.queries.length, 0);
  await scene.app.stop();
});

Deno.test("App.nameClients() asks who is said to know the names of private addresses, and waits for a second", async () => {
  const routes = [{ domains: ["168.192.in-addr.arpa"], to: "default" }];
  const policy = policyOf({ upstreams: UPSTREAMS, local: LOCAL, routes });
  const scene = new Scene({ zone: ZONE, config: { policy } });
  assertEquals(await named(scene, "192.168.0.7", "192.0.2.9"), ["printer.lan by PTR", "?"]);
  scene.upstream.die();
  let isTold = false;
  const naming = scene.app.nameClients(["192.168.0.8"]).then((names) => {
    isTold = true;
    return names;
  });
  await scene.pass(1100);
  assertEquals([isTold, (await naming)[0]!.name], [true, ""]);
  await scene.app.stop();
});

Deno.test("App.nameClients() knows nobody where there is no file", async () => {
  const scene = new Scene({ zone: ZONE });
  assertEquals(await named(scene, "192.168.0.7"), ["?"]);
  await scene.app.stop();
});
