/** Complete frames as a client sends them (RFC 6455 §5.2). The mask is zeros. */

export const text = 1;
export const binary = 2;

const mask_bytes = 4;

function head(op, length) {
  const first = 0x80 | op;
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length <= 0xffff) return Buffer.from([first, 0x80 | 126, length >> 8, length & 0xff]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.from([first, 0x80 | 127]), size]);
}

export const frame = (op, payload) =>
  Buffer.concat([head(op, payload.length), Buffer.alloc(mask_bytes), Buffer.from(payload)]);
