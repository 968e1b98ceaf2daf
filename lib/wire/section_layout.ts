/** QTYPE and QCLASS, which stand behind the name of a question (RFC 1035 §4.1.2). */
export const QUESTION_TAIL_OCTETS = 4;
/** TYPE, CLASS, TTL and RDLENGTH, which stand between the owner of a record and its RDATA (RFC 1035 §4.1.3). */
export const RECORD_HEAD_OCTETS = 10;
/** From TYPE to RDLENGTH. */
export const RDLENGTH_OFFSET = 8;
