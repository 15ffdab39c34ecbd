import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

// Messages of TensorFlow's event.proto, summary.proto and graph.proto: the fields that are used here.

/** One thing that happened; exactly one of the last five. */
export interface EventMessage {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** @default 0 */
  readonly step?: number;
  readonly fileVersion?: string;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly images?: Readonly<Record<string, ImageMessage>>;
  readonly graph?: readonly NodeMessage[];
  /** A run goes on: what earlier files have of this step and later ones counts no more. */
  readonly starts?: true;
}

export interface ImageMessage {
  readonly height: number;
  readonly width: number;
  /** PNG or JPEG. */
  readonly encoded: Uint8Array;
}

export interface NodeMessage {
  /** Path with `/` between its parts. */
  readonly name: string;
  readonly op: string;
  /** Names of the nodes it takes from. */
  readonly inputs: readonly string[];
  /** Of its output, −1 for the batch; absent if it is no single tensor. */
  readonly shape?: readonly number[];
}

/** An event as protobuf bytes. */
export function encodeEvent(event: EventMessage): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(event.wallTime);
  if (event.step !== undefined && event.step !== 0) {
    writer.tag(2, WireType.Varint).int64(event.step);
  }
  if (event.fileVersion !== undefined) {
    writer.tag(3, WireType.LengthDelimited).string(event.fileVersion);
  }
  if (event.graph) writer.tag(4, WireType.LengthDelimited).bytes(encodeGraph(event.graph));
  if (event.scalars ?? event.images) {
    writer.tag(5, WireType.LengthDelimited).fork();
    for (const [tag, value] of Object.entries(event.scalars ?? {})) writeScalar(writer, tag, value);
    for (const [tag, image] of Object.entries(event.images ?? {})) writeImage(writer, tag, image);
    writer.join();
  }
  if (event.starts) {
    writer.tag(7, WireType.LengthDelimited).fork(); // session_log
    writer.tag(1, WireType.Varint).int32(sessionStart).join();
  }
  return writer.finish();
}

/** `SessionLog.START`. */
const sessionStart = 1;

function writeScalar(writer: BinaryWriter, tag: string, value: number): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(tag);
  writer.tag(2, WireType.Bit32).float(value);
  writer.join();
}

const rgba = 4;

function writeImage(writer: BinaryWriter, tag: string, image: ImageMessage): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(tag);
  writer.tag(4, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(image.height);
  writer.tag(2, WireType.Varint).int32(image.width);
  writer.tag(3, WireType.Varint).int32(rgba);
  writer.tag(4, WireType.LengthDelimited).bytes(image.encoded);
  writer.join().join();
}

function encodeGraph(nodes: readonly NodeMessage[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { name, op, inputs, shape } of nodes) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).string(op);
    for (const input of inputs) writer.tag(3, WireType.LengthDelimited).string(input);
    if (shape) writeShapes(writer, shape);
    writer.join();
  }
  writer.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(22).join(); // version
  return writer.finish();
}

/** The attribute `_output_shapes`: a list of one shape. */
function writeShapes(writer: BinaryWriter, shape: readonly number[]): void {
  writer.tag(5, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string('_output_shapes');
  writer.tag(2, WireType.LengthDelimited).fork(); // value
  writer.tag(1, WireType.LengthDelimited).fork(); // list
  writer.tag(7, WireType.LengthDelimited).fork(); // shape
  for (const size of shape) {
    writer.tag(2, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int64(size).join();
  }
  writer.join().join().join().join();
}
