let hear: () => void = () => {};

/**
 * Says that something goes on by promises from here. Whoever waits for the sockets by himself has to know before he waits: promises
 * have their turns only when he lets them. To be called where a way without promises leads into one with them.
 */
export function leaveToPromises(): void {
  hear();
}

/** Lets `tell` hear of it: of all in this process, which has one thread that serves. */
export function onLeftToPromises(tell: () => void): void {
  hear = tell;
}
