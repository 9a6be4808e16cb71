/**
 * The part of protobuf's encoding that the load's frames need (protocol/colo.proto). It is written
 * by hand, so that measuring the server does not need a build of the client.
 */

/** @param {number} value an integer from 0 to 2^53 */
function varint(value) {
  const bytes = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);

/** A numeric field; zero is omitted. */
export const numberField = (field, value) =>
  value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field * 8), varint(value)]);

/** A length-delimited field: text, a message, packed numbers. */
export function bytesField(field, value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

const packed = (field, values) =>
  bytesField(field, Buffer.concat(values.map((value) => varint(zigzag(value)))));

const tool_pen = 1;

/** A Drawing from strokes as the client has them (absolute points; the wire has differences). */
export function encodeDrawing(strokes) {
  return Buffer.concat([
    numberField(1, 1),
    numberField(2, 0xffffff),
    ...strokes.map((stroke) => {
      const steps = stroke.points.map((place, i) => (i < 2 ? place : place - stroke.points[i - 2]));
      return bytesField(
        3,
        Buffer.concat([
          numberField(1, tool_pen),
          numberField(2, stroke.rgb),
          numberField(3, stroke.width),
          numberField(4, stroke.startMs),
          numberField(5, stroke.durationMs),
          packed(6, steps),
        ]),
      );
    }),
  ]);
}
