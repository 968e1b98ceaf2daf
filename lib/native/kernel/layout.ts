/**
 * How Linux and glibc lay out what `recvmmsg` and `sendmmsg` read and write, on x64 and arm64 alike: 64-bit pointers and
 * `size_t`, little-endian. Offsets and sizes in octets, from the headers of Linux 6.1 and glibc 2.36; the self-test proves
 * them on the machine before any client is served.
 */

/** `struct iovec`: where the octets of a datagram are. */
export const IOVEC = { base: 0, length: 8, size: 16 } as const;

/** `struct mmsghdr`: a `struct msghdr` (56 octets) and how many octets came or went. */
export const MMSGHDR = {
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
  size: 64,
} as const;

/** `struct sockaddr_in6`, and `struct sockaddr_in`, which has its address where the other has the flow label. */
export const SOCKADDR = {
  family: 0,
  /** In network byte order. */
  port: 2,
  ipv4: 4,
  ipv6: 8,
  scopeId: 24,
  ipv4Size: 16,
  ipv6Size: 28,
} as const;

/**
 * Room for whatever is small: as much as the largest of it takes, a `struct sockaddr_storage`, and too much for V8 to
 * move it; see `KernelBuffer`.
 */
export const SMALL_OCTETS = 128;

/** `struct cmsghdr`, with its data behind it. */
export const CMSGHDR = { length: 0, level: 8, type: 12, data: 16 } as const;

/** `struct in_pktinfo`: the interface, the local address that takes part, the destination in the header. */
export const IN_PKTINFO = { interfaceIndex: 0, local: 4, destination: 8, size: 12 } as const;
/** `struct in6_pktinfo`. */
export const IN6_PKTINFO = { destination: 0, interfaceIndex: 16, size: 20 } as const;

/** Room for what says where a datagram was sent to, of either kind, and how long the datagrams of a run are. */
export const CONTROL_OCTETS = 64;

/** Numbers that C programs know by name. */
export const C = {
  AF_UNSPEC: 0,
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x80000,
  SOL_IP: 0,
  IP_PKTINFO: 8,
  IP_MTU_DISCOVER: 10,
  IP_PMTUDISC_PROBE: 3,
  SOL_IPV6: 41,
  IPV6_RECVPKTINFO: 49,
  IPV6_PKTINFO: 50,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  SOL_UDP: 17,
  UDP_SEGMENT: 103,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_TYPE: 3,
  SO_RCVBUF: 8,
  SO_REUSEPORT: 15,
  SO_RCVBUFFORCE: 33,
  SO_MEMINFO: 55,
  SO_BINDTOIFINDEX: 62,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  POLLIN: 1,
  POLLOUT: 4,
  SHUT_RD: 0,
} as const;

/** Values of `errno`. */
export const ERRNO = {
  EPERM: 1,
  EINTR: 4,
  EIO: 5,
  EAGAIN: 11,
  EINVAL: 22,
  ENONET: 64,
  EPROTO: 71,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ENOBUFS: 105,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
} as const;
