/**
 * Calls `tell` at each SIGHUP. Without a listener it ends the program, and systemd takes that for a clean end
 * (systemd.service(5), SuccessExitStatus=). Many mean "reload" by it. Returns the function that ends the listening.
 */
export function onHangup(tell: () => void): () => void {
  // There, it means that the console is closed and that the system ends the program in a moment, whatever it does.
  if (Deno.build.os === "windows") return () => {};
  Deno.addSignalListener("SIGHUP", tell);
  return () => Deno.removeSignalListener("SIGHUP", tell);
}
